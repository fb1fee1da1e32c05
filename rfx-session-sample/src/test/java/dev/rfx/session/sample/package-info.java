@NullMarked
package dev.rfx.session.sample;

import org.jspecify.annotations.NullMarked;
