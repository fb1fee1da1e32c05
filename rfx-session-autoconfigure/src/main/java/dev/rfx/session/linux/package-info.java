/** What the Linux kernel can do for a control thread. */
@NullMarked
package dev.rfx.session.linux;

import org.jspecify.annotations.NullMarked;
