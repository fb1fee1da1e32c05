package dev.rfx.session.recording.mcap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official library reads what we write, and the reverse: skipped where it is absent. */
class OfficialLibraryTests {

    private static final int MESSAGES = 5_000;
    private static final int FLUSHED = 500;

    private static final String SCHEMA = "schema 1 State jsonschema {\"type\":\"object\"}";
    private static final String STATE = "channel 1 1 /state json rate=50,unit=rad";
    private static final String EVENT = "channel 2 0 /event json ";
    private static final String METADATA = "metadata session rate=50";

    @TempDir private Path directory;

    private final List<String> messages = new ArrayList<>();
    private final List<Long> endsOfChunks = new ArrayList<>();
    private OfficialLibrary library;
    private Path file;

    @BeforeEach
    void write() throws Exception {
        this.library = OfficialLibrary.installed();
        this.file = this.directory.resolve("test.mcap");
        try (McapWriter writer = McapWriter.create(this.file, "", "rfx-session")) {
            writer.writeMetadata("session", Map.of("rate", "50"));
            int schema =
                    writer.addSchema(
                            "State", "jsonschema", "{\"type\":\"object\"}".getBytes(UTF_8));
            Map<String, String> properties = new TreeMap<>();
            properties.put("rate", "50");
            properties.put("unit", "rad");
            int state = writer.addChannel(schema, "/state", "json", properties);
            int event = writer.addChannel(0, "/event", "json", Map.of());
            for (int i = 0; i < MESSAGES; i++) {
                write(writer, i % 7 == 3 ? event : state, i);
                if ((i + 1) % FLUSHED == 0) {
                    writer.flush();
                    this.endsOfChunks.add(writer.bytesWritten());
                }
            }
        }
    }

    private void write(McapWriter writer, int channel, int number) throws IOException {
        String text = "{\"i\":%d,\"ä\":\"%s\"}".formatted(number, "x".repeat(number % 50));
        byte[] data = text.getBytes(UTF_8);
        long time = 1_790_000_000_000_000_000L + number * 20_000_000L;
        writer.writeMessage(channel, number, time, time - 5, data, 0, data.length);
        this.messages.add(
                "message %d %d %d %d %s".formatted(channel, number, time, time - 5, text));
    }

    private static List<String> only(String kind, List<String> lines) {
        return lines.stream().filter(line -> line.startsWith(kind + " ")).toList();
    }

    @Test
    void everyMessageIsFoundByTheIndex() throws Exception {
        List<String> read = this.library.readIndexed(this.file);

        assertThat(read).startsWith("header  rfx-session", SCHEMA, STATE, EVENT);
        assertThat(messagesOf(read)).isEqualTo(this.messages);
        assertThat(only("metadata", read)).contains(METADATA);
        assertThat(only("chunk index", read)).hasSize(MESSAGES / FLUSHED);
        assertThat(only("statistics", read))
                .containsExactly(
                        "statistics 5000 1 2 1 10 1790000000000000000 1790000099980000000"
                                + " 1=4286,2=714");
    }

    @Test
    void everyRecordIsFoundInTheStream() throws Exception {
        List<String> read = this.library.stream(this.file);

        assertThat(read).endsWith("complete");
        assertThat(messagesOf(read)).isEqualTo(this.messages);
        assertThat(read).contains(METADATA);
        assertThat(only("schema", read)).as("in data and summary").containsExactly(SCHEMA, SCHEMA);
        assertThat(only("channel", read)).containsExactly(STATE, EVENT, STATE, EVENT);
        assertThat(only("message index", read)).hasSize(2 * MESSAGES / FLUSHED);
        assertThat(only("chunk index", read)).hasSize(MESSAGES / FLUSHED);
        assertThat(only("summary offset", read)).hasSize(5);
        assertThat(only("data end", read)).hasSize(1).doesNotContain("data end 0");
    }

    /** Without the Message Index records, whose lines begin alike. */
    private static List<String> messagesOf(List<String> lines) {
        return lines.stream().filter(line -> line.matches("message \\d.*")).toList();
    }

    @Test
    void fileThatIsCutIsReadUpToItsLastCompleteChunk() throws Exception {
        byte[] bytes = Files.readAllBytes(this.file);
        Path cut = this.directory.resolve("cut.mcap");
        for (int chunks : new int[] {0, 1, 5, 9}) {
            // In the midst of the next chunk.
            long end = (chunks == 0 ? 0 : this.endsOfChunks.get(chunks - 1)) + 5_000;
            Files.write(cut, Arrays.copyOf(bytes, (int) end));

            List<String> read = this.library.stream(cut);

            assertThat(read).endsWith("incomplete");
            assertThat(messagesOf(read)).isEqualTo(this.messages.subList(0, FLUSHED * chunks));
            assertThat(ReadFile.of(cut).messages()).hasSize(FLUSHED * chunks);
        }
    }

    @Test
    void fileOfTheOfficialWriterIsRead() throws Exception {
        Path official = this.directory.resolve("official.mcap");

        List<String> expected = this.library.write(official);

        ReadFile read = ReadFile.of(official);
        assertThat(read.damage()).isNull();
        assertThat(read.isComplete()).isTrue();
        assertThat(read.messages()).hasSize(1_000).isEqualTo(expected);
        assertThat(read.metadata()).containsExactly(new McapMetadata("middle", Map.of("i", "500")));
        assertThat(read.channels())
                .extracting(McapChannel::topic)
                .containsExactlyInAnyOrder("/state", "/event");
    }
}
