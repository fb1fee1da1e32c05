@NullMarked
package dev.rfx.session.so101.protocol;

import org.jspecify.annotations.NullMarked;
