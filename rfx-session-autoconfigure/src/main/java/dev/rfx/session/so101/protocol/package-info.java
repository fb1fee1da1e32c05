/**
 * The wire protocol of Feetech STS servos: registers, requests and replies. It knows servos by
 * their id, and neither joints nor calibration nor robots. Start with {@link
 * dev.rfx.session.so101.protocol.Register}, the memory table; {@link
 * dev.rfx.session.so101.protocol.Request} builds what is sent and {@link
 * dev.rfx.session.so101.protocol.ReplyParser} finds what comes back.
 *
 * <p>This package is internal to {@code dev.rfx.session.so101}. Its types are public only because
 * Java has no narrower visibility between packages, and they change without notice.
 */
@NullMarked
package dev.rfx.session.so101.protocol;

import org.jspecify.annotations.NullMarked;
