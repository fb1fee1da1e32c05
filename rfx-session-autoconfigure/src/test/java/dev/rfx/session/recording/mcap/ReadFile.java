package dev.rfx.session.recording.mcap;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What the reader returned for a file.
 *
 * @param messages what {@link #line} makes of each
 * @param truncatedAt where the intact part ends, if the file is not complete
 * @param damage what ended the reading, if the file is damaged
 */
record ReadFile(
        List<String> messages,
        List<McapMetadata> metadata,
        List<McapChannel> channels,
        OptionalLong truncatedAt,
        @Nullable McapException damage) {

    static ReadFile of(byte[] bytes) {
        try {
            return of(McapReader.open(new MemoryFile(bytes), "test.mcap"));
        } catch (McapException ex) {
            return new ReadFile(List.of(), List.of(), List.of(), OptionalLong.empty(), ex);
        } catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

    static ReadFile of(SpecBytes bytes) {
        return of(bytes.toByteArray());
    }

    static ReadFile of(Path path) throws IOException {
        return of(McapReader.open(path));
    }

    private static ReadFile of(McapReader reader) throws IOException {
        List<String> messages = new ArrayList<>();
        List<McapMetadata> metadata = new ArrayList<>();
        McapException damage = null;
        try (reader) {
            McapReader.Item item = reader.next();
            while (item != McapReader.Item.END) {
                if (item == McapReader.Item.MESSAGE) {
                    messages.add(line(reader));
                } else {
                    metadata.add(reader.metadata());
                }
                item = reader.next();
            }
        } catch (McapException ex) {
            damage = ex;
        }
        return new ReadFile(messages, metadata, reader.channels(), reader.truncatedAt(), damage);
    }

    private static String line(McapReader reader) {
        return line(
                reader.channel().topic(),
                reader.sequence(),
                reader.logTime(),
                reader.publishTime(),
                UTF_8.decode(reader.data()).toString());
    }

    static String line(String topic, long sequence, long logTime, long publishTime, String data) {
        return "%s #%d %d %d %s".formatted(topic, sequence, logTime, publishTime, data);
    }

    boolean isComplete() {
        return this.damage == null && this.truncatedAt.isEmpty();
    }
}
