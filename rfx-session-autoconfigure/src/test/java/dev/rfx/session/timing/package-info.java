@NullMarked
package dev.rfx.session.timing;

import org.jspecify.annotations.NullMarked;
