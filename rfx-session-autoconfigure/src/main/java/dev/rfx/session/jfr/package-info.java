/**
 * Flight recorder events of a session. A leaf, internal to {@code dev.rfx.session}: it knows no
 * robot and no session. Start reading at {@link dev.rfx.session.jfr.JfrEvents}.
 */
@NullMarked
package dev.rfx.session.jfr;

import org.jspecify.annotations.NullMarked;
