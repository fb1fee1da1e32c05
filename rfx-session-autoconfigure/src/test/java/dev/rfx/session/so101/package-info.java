@NullMarked
package dev.rfx.session.so101;

import org.jspecify.annotations.NullMarked;
