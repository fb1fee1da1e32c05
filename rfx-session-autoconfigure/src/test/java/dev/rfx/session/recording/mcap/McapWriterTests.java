package dev.rfx.session.recording.mcap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class McapWriterTests {

    private final MemoryFile file = new MemoryFile();

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static void write(McapWriter writer, int channel, long number, String data)
            throws IOException {
        byte[] bytes = bytes("<" + data + ">");
        long time = 1_000 * number;
        writer.writeMessage(channel, number, time, time - 1, bytes, 1, bytes.length - 2);
    }

    private static String line(String topic, long number, String data) {
        return ReadFile.line(topic, number, 1_000 * number, 1_000 * number - 1, data);
    }

    private McapWriter writer(int chunkBytes) throws IOException {
        return McapWriter.begin(this.file, chunkBytes, "", "test");
    }

    private ReadFile read() {
        return ReadFile.of(this.file.toByteArray());
    }

    /** Each byte of a file: two chunks, two channels, one of them without a schema, metadata. */
    @Test
    void fileIsWhatTheSpecificationSays() throws Exception {
        McapWriter writer = McapWriter.begin(this.file, 1_000_000, "profile", "rfx-session 0.1");
        int schema =
                writer.addSchema("dev.rfx.Tensor", "jsonschema", bytes("{\"type\":\"array\"}"));
        int action = writer.addChannel(schema, "/rfx/action", "json", Map.of("unit", "rad"));
        int event = writer.addChannel(0, "/rfx/event", "json", Map.of());
        writer.writeMetadata("rfx.session", Map.of("rate", "50"));
        writer.writeMessage(action, 1, 3_000, 2_000, bytes("[1]"), 0, 3);
        writer.writeMessage(event, 0x1_0000_0002L, 1_500, 1_500, bytes("{\"é\":0}"), 0, 8);
        writer.writeMessage(action, 3, 2_500, 2_400, bytes("[1,2]"), 1, 3);
        writer.flush();
        writer.writeMessage(action, 4, 1L << 60, 5_000, bytes(""), 0, 0);
        writer.close();

        SpecBytes schemaRecord =
                new SpecBytes()
                        .record(
                                0x03,
                                new SpecBytes()
                                        .u16(1)
                                        .string("dev.rfx.Tensor")
                                        .string("jsonschema")
                                        .string("{\"type\":\"array\"}"));
        SpecBytes actionRecord =
                new SpecBytes()
                        .record(
                                0x04,
                                new SpecBytes()
                                        .u16(1)
                                        .u16(1)
                                        .string("/rfx/action")
                                        .string("json")
                                        .sized(new SpecBytes().string("unit").string("rad")));
        SpecBytes eventRecord =
                new SpecBytes()
                        .record(
                                0x04,
                                new SpecBytes()
                                        .u16(2)
                                        .u16(0)
                                        .string("/rfx/event")
                                        .string("json")
                                        .sized(new SpecBytes()));

        SpecBytes expected =
                new SpecBytes()
                        .magic()
                        .record(0x01, new SpecBytes().string("profile").string("rfx-session 0.1"));
        int metadataAt = expected.size();
        expected.metadata("rfx.session", "rate", "50");
        int metadataLength = expected.size() - metadataAt;

        SpecBytes records = new SpecBytes().add(schemaRecord).add(actionRecord);
        int firstAt = records.size();
        records.record(0x05, new SpecBytes().u16(1).u32(1).u64(3_000).u64(2_000).raw(bytes("[1]")));
        records.add(eventRecord);
        int secondAt = records.size();
        records.record(
                0x05, new SpecBytes().u16(2).u32(2).u64(1_500).u64(1_500).raw(bytes("{\"é\":0}")));
        int thirdAt = records.size();
        records.record(0x05, new SpecBytes().u16(1).u32(3).u64(2_500).u64(2_400).raw(bytes("1,2")));
        int chunkAt = expected.size();
        expected.record(
                0x06,
                new SpecBytes()
                        .u64(1_500)
                        .u64(3_000)
                        .u64(records.size())
                        .u32(records.crc())
                        .string("")
                        .u64(records.size())
                        .add(records));
        int actionIndexAt = expected.size();
        SpecBytes actionIndex = new SpecBytes().u64(3_000).u64(firstAt).u64(2_500).u64(thirdAt);
        expected.record(0x07, new SpecBytes().u16(1).sized(actionIndex));
        int eventIndexAt = expected.size();
        expected.record(
                0x07, new SpecBytes().u16(2).sized(new SpecBytes().u64(1_500).u64(secondAt)));

        int lastChunkAt = expected.size();
        SpecBytes lastRecords =
                new SpecBytes()
                        .record(0x05, new SpecBytes().u16(1).u32(4).u64(1L << 60).u64(5_000));
        expected.record(
                0x06,
                new SpecBytes()
                        .u64(1L << 60)
                        .u64(1L << 60)
                        .u64(lastRecords.size())
                        .u32(lastRecords.crc())
                        .string("")
                        .u64(lastRecords.size())
                        .add(lastRecords));
        int lastIndexAt = expected.size();
        expected.record(0x07, new SpecBytes().u16(1).sized(new SpecBytes().u64(1L << 60).u64(0)));
        int dataEndAt = expected.size();
        expected.record(0x0F, new SpecBytes().u32(expected.crc()));

        int summaryAt = expected.size();
        SpecBytes summary = new SpecBytes().add(schemaRecord);
        int channelsAt = summaryAt + summary.size();
        summary.add(actionRecord).add(eventRecord);
        int chunksAt = summaryAt + summary.size();
        summary.record(
                0x08,
                new SpecBytes()
                        .u64(1_500)
                        .u64(3_000)
                        .u64(chunkAt)
                        .u64(actionIndexAt - chunkAt)
                        .sized(new SpecBytes().u16(1).u64(actionIndexAt).u16(2).u64(eventIndexAt))
                        .u64(lastChunkAt - actionIndexAt)
                        .string("")
                        .u64(records.size())
                        .u64(records.size()));
        summary.record(
                0x08,
                new SpecBytes()
                        .u64(1L << 60)
                        .u64(1L << 60)
                        .u64(lastChunkAt)
                        .u64(lastIndexAt - lastChunkAt)
                        .sized(new SpecBytes().u16(1).u64(lastIndexAt))
                        .u64(dataEndAt - lastIndexAt)
                        .string("")
                        .u64(lastRecords.size())
                        .u64(lastRecords.size()));
        int metadataIndexAt = summaryAt + summary.size();
        summary.record(
                0x0D, new SpecBytes().u64(metadataAt).u64(metadataLength).string("rfx.session"));
        int statisticsAt = summaryAt + summary.size();
        summary.record(
                0x0B,
                new SpecBytes()
                        .u64(4) // messages
                        .u16(1) // schemas
                        .u32(2) // channels
                        .u32(0) // attachments
                        .u32(1) // metadata
                        .u32(2) // chunks
                        .u64(1_500)
                        .u64(1L << 60)
                        .sized(new SpecBytes().u16(1).u64(3).u16(2).u64(1)));
        int offsetsAt = summaryAt + summary.size();
        int[][] groups = {
            {0x03, summaryAt, channelsAt},
            {0x04, channelsAt, chunksAt},
            {0x08, chunksAt, metadataIndexAt},
            {0x0D, metadataIndexAt, statisticsAt},
            {0x0B, statisticsAt, offsetsAt}
        };
        for (int[] group : groups) {
            summary.record(
                    0x0E, new SpecBytes().u8(group[0]).u64(group[1]).u64(group[2] - group[1]));
        }
        summary.u8(0x02).u64(20).u64(summaryAt).u64(offsetsAt);
        expected.add(summary).u32(summary.crc()).magic();

        assertThat(HexFormat.of().formatHex(this.file.toByteArray()))
                .isEqualTo(HexFormat.of().formatHex(expected.toByteArray()));
        assertThat(this.file.isClosed()).isTrue();
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        List<String> messages = new ArrayList<>();
        McapWriter writer = writer(500);
        int schema = writer.addSchema("State", "jsonschema", bytes("{}"));
        int state = writer.addChannel(schema, "/state", "json", Map.of("a", "1"));
        int event = writer.addChannel(0, "/event", "json", Map.of());
        for (int i = 1; i <= 1_000; i++) {
            String data = "x".repeat(i % 100);
            write(writer, i % 7 == 0 ? event : state, i, data);
            messages.add(line(i % 7 == 0 ? "/event" : "/state", i, data));
        }
        writer.writeMetadata("end", Map.of("messages", "1000"));
        writer.close();

        ReadFile read = read();

        assertThat(read.isComplete()).isTrue();
        assertThat(read.messages()).isEqualTo(messages);
        assertThat(read.metadata())
                .containsExactly(new McapMetadata("end", Map.of("messages", "1000")));
        assertThat(read.channels())
                .containsExactly(
                        new McapChannel(
                                state,
                                new McapSchema(schema, "State", "jsonschema", bytes("{}")),
                                "/state",
                                "json",
                                Map.of("a", "1")),
                        new McapChannel(event, null, "/event", "json", Map.of()));
    }

    @Test
    void fileWithoutMessagesIsComplete() throws Exception {
        McapWriter writer = writer(500);
        writer.addChannel(0, "/unused", "json", Map.of());

        writer.close();

        ReadFile read = read();
        assertThat(read.isComplete()).isTrue();
        assertThat(read.channels()).isEmpty();
    }

    @Test
    void flushMakesTheMessagesSoFarReadable() throws Exception {
        McapWriter writer = writer(1_000_000);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        write(writer, channel, 1, "a");
        assertThat(read().messages()).isEmpty();

        writer.flush();

        assertThat(read().messages()).containsExactly(line("/state", 1, "a"));
        assertThat(read().truncatedAt()).hasValue(writer.bytesWritten());
        assertThat(writer.bytesWritten()).isEqualTo(this.file.length());
    }

    @Test
    void flushWithoutMessagesWritesNothing() throws Exception {
        McapWriter writer = writer(1_000_000);
        long before = writer.bytesWritten();

        writer.flush();

        assertThat(writer.bytesWritten()).isEqualTo(before);
    }

    @Test
    void fullChunkIsWrittenBeforeTheNextMessage() throws Exception {
        McapWriter writer = writer(200);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        write(writer, channel, 1, "x".repeat(100));
        assertThat(read().messages()).isEmpty();

        write(writer, channel, 2, "x".repeat(100));

        assertThat(read().messages()).hasSize(1);
    }

    @Test
    void messageThatIsLongerThanAChunkHasItsOwn() throws Exception {
        McapWriter writer = writer(200);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        write(writer, channel, 1, "a");
        write(writer, channel, 2, "x".repeat(300_000));
        write(writer, channel, 3, "b");
        writer.close();

        assertThat(read().messages())
                .containsExactly(
                        line("/state", 1, "a"),
                        line("/state", 2, "x".repeat(300_000)),
                        line("/state", 3, "b"));
    }

    @Test
    void messageIsCopied() throws Exception {
        McapWriter writer = writer(200);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        byte[] data = bytes("a");
        writer.writeMessage(channel, 1, 1_000, 999, data, 0, 1);
        data[0] = 'b';
        writer.close();

        assertThat(read().messages()).containsExactly(line("/state", 1, "a"));
    }

    @Test
    void existingFileIsRefusedAndKept(@TempDir Path directory) throws Exception {
        Path path = Files.writeString(directory.resolve("test.mcap"), "precious");

        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> McapWriter.create(path, "", "test"));
        assertThat(path).hasContent("precious");
    }

    @Test
    void absentDirectoryIsReported(@TempDir Path directory) {
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(
                        () -> McapWriter.create(directory.resolve("absent/test.mcap"), "", "test"));
    }

    /** An interrupt closes a FileChannel. */
    @Test
    void interruptDoesNotEndTheFile(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("test.mcap");
        McapWriter writer = McapWriter.create(path, "", "test");
        int channel = writer.addChannel(0, "/state", "json", Map.of());

        Thread.currentThread().interrupt();
        write(writer, channel, 1, "a");
        writer.flush();
        write(writer, channel, 2, "b");
        writer.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(ReadFile.of(path).isComplete()).isTrue();
        assertThat(ReadFile.of(path).messages()).hasSize(2);
    }

    @Test
    void closedFileTakesNothing() throws Exception {
        McapWriter writer = writer(200);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        writer.close();
        byte[] closed = this.file.toByteArray();

        assertThatIllegalStateException().isThrownBy(() -> write(writer, channel, 1, "a"));
        assertThatIllegalStateException().isThrownBy(() -> writer.writeMetadata("a", Map.of()));
        assertThatIllegalStateException().isThrownBy(writer::flush);
        writer.close();

        assertThat(this.file.toByteArray()).isEqualTo(closed);
    }

    @Test
    void argumentsAreChecked() throws Exception {
        McapWriter writer = writer(200);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        byte[] data = new byte[McapWriter.MAX_MESSAGE_BYTES + 1];

        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> writer.addChannel(1, "/state", "json", Map.of()));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> write(writer, channel + 1, 1, "a"));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> writer.writeMessage(channel, 1, 1, 1, data, 1, data.length));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.writeMessage(channel, 1, 1, 1, data, 0, data.length))
                .withMessage("Message: 33554433 bytes, but at most 33554432 are possible");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.writeMessage(channel, 1, -1, 1, data, 0, 1))
                .withMessage("A time is negative: -1, 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.addSchema("Huge", "", new byte[5_000_000]))
                .withMessageStartingWith("Schemas and channels: 5000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.writeMetadata("a", Map.of("b", "c".repeat(2_000_000))))
                .withMessageStartingWith("Metadata: 2000");
        writer.close();

        assertThat(read().isComplete()).isTrue();
        assertThat(read().messages()).isEmpty();
    }

    @Test
    void longestMessageIsRead() throws Exception {
        McapWriter writer = writer(200);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        byte[] data = new byte[McapWriter.MAX_MESSAGE_BYTES];

        writer.writeMessage(channel, 1, 1, 1, data, 0, data.length);
        writer.close();

        assertThat(read().isComplete()).isTrue();
    }

    @Test
    void messagesAllocateNothing(@TempDir Path directory) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] data = new byte[300];
        long[] allocated = new long[2];
        try (McapWriter writer = McapWriter.create(directory.resolve("test.mcap"), "", "test")) {
            int channel = writer.addChannel(0, "/state", "json", Map.of());
            for (int round = 0; round < 2; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 50_000; i++) {
                    writer.writeMessage(channel, i, i, i, data, 0, data.length);
                }
                allocated[round] = threads.getCurrentThreadAllocatedBytes() - before;
            }
        }

        // 17 chunks of 3,100 messages.
        assertThat(allocated[1]).as("bytes of 50,000 messages").isLessThan(17 * 200);
    }

    @Test
    void fullDiskIsReportedAndTheFileEndsWithACompleteChunk() throws Exception {
        McapWriter writer = writer(1_000_000);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        write(writer, channel, 1, "a");
        writer.flush();
        byte[] before = this.file.toByteArray();
        this.file.room(before.length + 20);
        write(writer, channel, 2, "b");

        assertThatIOException().isThrownBy(writer::flush).withMessage("No space left on device");

        assertThat(this.file.toByteArray()).isEqualTo(before);
        assertThat(writer.bytesWritten()).isEqualTo(before.length);
    }

    @Test
    void messagesAreKeptUntilTheDiskHasRoomAgain() throws Exception {
        McapWriter writer = writer(150);
        int state = writer.addChannel(0, "/state", "json", Map.of());
        int event = writer.addChannel(0, "/event", "json", Map.of());
        write(writer, state, 1, "a");
        writer.flush();
        this.file.room(this.file.toByteArray().length + 20);
        write(writer, event, 2, "b");
        assertThatIOException().isThrownBy(writer::flush);
        assertThatIOException().isThrownBy(writer::flush);
        write(writer, event, 3, "fits into the open chunk");
        assertThatIOException().isThrownBy(() -> write(writer, state, 4, "x".repeat(100)));
        assertThatIOException().isThrownBy(() -> writer.writeMetadata("lost", Map.of()));

        this.file.room(Integer.MAX_VALUE);
        write(writer, state, 5, "e".repeat(100));
        writer.close();

        assertThat(read().isComplete()).isTrue();
        assertThat(read().metadata()).isEmpty();
        assertThat(read().messages())
                .containsExactly(
                        line("/state", 1, "a"),
                        line("/event", 2, "b"),
                        line("/event", 3, "fits into the open chunk"),
                        line("/state", 5, "e".repeat(100)));
    }

    @Test
    void chunkThatCouldBeNeitherWrittenNorRemovedIsRemovedLater() throws Exception {
        McapWriter writer = writer(1_000_000);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        write(writer, channel, 1, "a");
        this.file.room(this.file.toByteArray().length + 20);
        this.file.broken(true);
        assertThatIOException()
                .isThrownBy(writer::flush)
                .satisfies(
                        ex ->
                                assertThat(ex.getSuppressed())
                                        .singleElement()
                                        .hasToString("java.io.IOException: Input/output error"));
        assertThat(read().isComplete()).isFalse();
        this.file.room(Integer.MAX_VALUE);
        assertThatIOException().isThrownBy(writer::flush).withMessage("Input/output error");

        this.file.broken(false);
        writer.close();

        assertThat(read().isComplete()).isTrue();
        assertThat(read().messages()).hasSize(1);
    }

    @Test
    void closeDropsTheChunkThatDoesNotFitAndWritesTheSummary() throws Exception {
        McapWriter writer = writer(1_000_000);
        int state = writer.addChannel(0, "/state", "json", Map.of());
        int event = writer.addChannel(0, "/event", "json", Map.of());
        write(writer, state, 1, "a");
        writer.flush();
        write(writer, event, 2, "x".repeat(10_000));
        this.file.room(this.file.toByteArray().length + 1_000);

        assertThatIOException().isThrownBy(writer::close).withMessage("No space left on device");

        assertThat(this.file.isClosed()).isTrue();
        assertThat(read().isComplete()).isTrue();
        assertThat(read().messages()).containsExactly(line("/state", 1, "a"));
        assertThat(read().channels()).extracting(McapChannel::topic).containsExactly("/state");
    }

    @Test
    void closeLeavesTheChunksWhereTheSummaryDoesNotFit() throws Exception {
        McapWriter writer = writer(1_000_000);
        int channel = writer.addChannel(0, "/state", "json", Map.of());
        write(writer, channel, 1, "a");
        writer.flush();
        int length = this.file.toByteArray().length;
        this.file.room(length + 50);

        assertThatIOException().isThrownBy(writer::close).withMessage("No space left on device");

        assertThat(this.file.isClosed()).isTrue();
        assertThat(read().damage()).isNull();
        assertThat(read().messages()).hasSize(1);
        assertThat(read().truncatedAt()).hasValue(length);
    }

    @Test
    void fileThatCannotBeBegunIsClosed() {
        this.file.room(5);

        assertThatIOException().isThrownBy(() -> writer(200));

        assertThat(this.file.isClosed()).isTrue();
    }
}
