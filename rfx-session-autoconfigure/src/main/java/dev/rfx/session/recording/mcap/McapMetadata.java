package dev.rfx.session.recording.mcap;

import java.util.Map;

/**
 * A Metadata record. Internal to {@code dev.rfx.session.recording}.
 *
 * @param name its name
 * @param entries its content, in the order of the file
 * @since 0.1
 */
public record McapMetadata(String name, Map<String, String> entries) {}
