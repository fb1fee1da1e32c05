package dev.rfx.session.recording.mcap;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stream of messages on a topic. Internal to {@code dev.rfx.session.recording}.
 *
 * @param id its number in the file
 * @param schema the format of its messages; null for none
 * @param topic the topic
 * @param messageEncoding the encoding of its messages, such as {@code json}
 * @param metadata further properties, in the order of the file
 * @since 0.1
 */
public record McapChannel(
        int id,
        @Nullable McapSchema schema,
        String topic,
        String messageEncoding,
        Map<String, String> metadata) {}
