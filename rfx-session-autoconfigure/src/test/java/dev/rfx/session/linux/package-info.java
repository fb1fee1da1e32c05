@NullMarked
package dev.rfx.session.linux;

import org.jspecify.annotations.NullMarked;
