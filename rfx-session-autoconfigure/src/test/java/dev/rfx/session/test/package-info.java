@NullMarked
package dev.rfx.session.test;

import org.jspecify.annotations.NullMarked;
