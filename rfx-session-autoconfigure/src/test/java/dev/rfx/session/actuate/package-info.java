@NullMarked
package dev.rfx.session.actuate;

import org.jspecify.annotations.NullMarked;
