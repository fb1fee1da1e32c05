@NullMarked
package dev.rfx.session.sample.go1;

import org.jspecify.annotations.NullMarked;
