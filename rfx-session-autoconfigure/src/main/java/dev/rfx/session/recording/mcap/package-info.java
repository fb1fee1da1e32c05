/**
 * The MCAP file format, as <a href="https://mcap.dev/spec">mcap.dev/spec</a> defines it: {@link
 * dev.rfx.session.recording.mcap.McapWriter} writes files with uncompressed chunks, checksums and
 * an index; {@link dev.rfx.session.recording.mcap.McapReader} reads such files, also those that a
 * crash cut short. A leaf: it knows topics and bytes, no robot, no session and no JSON, and needs
 * only the JDK.
 *
 * <p>This package is internal to {@code dev.rfx.session.recording}. Its types are public only
 * because Java has no narrower visibility between packages, and they change without notice.
 */
@NullMarked
package dev.rfx.session.recording.mcap;

import org.jspecify.annotations.NullMarked;
