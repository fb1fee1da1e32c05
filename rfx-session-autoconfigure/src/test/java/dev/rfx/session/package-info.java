@NullMarked
package dev.rfx.session;

import org.jspecify.annotations.NullMarked;
