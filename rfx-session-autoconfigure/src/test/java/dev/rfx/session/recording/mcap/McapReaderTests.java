package dev.rfx.session.recording.mcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.sun.management.ThreadMXBean;
import java.io.FileNotFoundException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are written here by the letter of the specification. */
class McapReaderTests {

    private static final int BEGIN = 8 + 9 + 8;

    private static SpecBytes definitions() {
        return new SpecBytes().schema(1, "State").channel(1, 1, "/state");
    }

    private static SpecBytes chunk() {
        return definitions().message(1, 7, 1_000, "{\"x\":1}");
    }

    private static void assertDamage(SpecBytes file, long offset, String... problem) {
        ReadFile read = ReadFile.of(file);
        assertThat(read.damage())
                .isNotNull()
                .hasMessageStartingWith("test.mcap, byte " + offset + ": ")
                .hasMessageContainingAll(problem);
        assertThat(read.damage().offset()).isEqualTo(offset);
    }

    @Test
    void messageOfAChunkIsReadWithItsChannelAndSchema() {
        ReadFile read = ReadFile.of(SpecBytes.file().chunk(chunk()).end());

        assertThat(read.isComplete()).isTrue();
        assertThat(read.messages())
                .containsExactly(ReadFile.line("/state", 7, 1_000, 1_000, "{\"x\":1}"));
        assertThat(read.channels())
                .containsExactly(
                        new McapChannel(
                                1,
                                new McapSchema(1, "State", "jsonschema", "{}".getBytes()),
                                "/state",
                                "json",
                                Map.of()));
    }

    @Test
    void headerIsRead() throws Exception {
        SpecBytes header = new SpecBytes().string("ros2").string("another writer 1.0");
        SpecBytes file = new SpecBytes().magic().record(0x01, header).end();

        try (McapReader reader = McapReader.open(new MemoryFile(file.toByteArray()), "test.mcap")) {
            assertThat(reader.profile()).isEqualTo("ros2");
            assertThat(reader.library()).isEqualTo("another writer 1.0");
        }
    }

    @Test
    void unsignedFieldsAreUnsigned() {
        SpecBytes channel = new SpecBytes().channel(0xFFFF, 0, "/last");
        SpecBytes records = channel.message(0xFFFF, 0xFFFF_FFFFL, Long.MAX_VALUE, "");

        assertThat(ReadFile.of(SpecBytes.file().chunk(records).end()).messages())
                .containsExactly(
                        ReadFile.line("/last", 4_294_967_295L, Long.MAX_VALUE, Long.MAX_VALUE, ""));
    }

    @Test
    void metadataIsReadInItsOrder() {
        SpecBytes entries =
                new SpecBytes()
                        .string("z")
                        .string("1")
                        .string("a")
                        .string("2")
                        .string("")
                        .string("");
        SpecBytes file =
                SpecBytes.file()
                        .record(0x0C, new SpecBytes().string("options").sized(entries))
                        .end();

        ReadFile read = ReadFile.of(file);

        assertThat(read.metadata()).hasSize(1);
        assertThat(read.metadata().get(0).name()).isEqualTo("options");
        assertThat(read.metadata().get(0).entries().keySet()).containsExactly("z", "a", "");
    }

    @Test
    void attachmentsIndexesUnknownRecordsAndUnknownFieldsAreSkipped() {
        SpecBytes unknown = new SpecBytes().raw(new byte[20_000]);
        SpecBytes later = new SpecBytes().u32(4_711); // fields of a later version
        SpecBytes records =
                new SpecBytes()
                        .record(
                                0x03,
                                new SpecBytes()
                                        .u16(1)
                                        .string("State")
                                        .string("")
                                        .string("")
                                        .add(later))
                        .record(0x80, unknown)
                        .record(
                                0x04,
                                new SpecBytes()
                                        .u16(1)
                                        .u16(1)
                                        .string("/state")
                                        .string("json")
                                        .sized(new SpecBytes())
                                        .add(later))
                        .record(0x10, new SpecBytes())
                        .message(1, 7, 1_000, "{}");
        SpecBytes file =
                new SpecBytes()
                        .magic()
                        .record(0x01, new SpecBytes().string("").string("").add(later))
                        .record(0xFF, unknown)
                        .chunk(records)
                        .record(0x07, new SpecBytes().u16(1).sized(new SpecBytes().u64(0).u64(0)))
                        .record(0x09, unknown)
                        .record(0x10, unknown)
                        .end();

        ReadFile read = ReadFile.of(file);

        assertThat(read.isComplete()).isTrue();
        assertThat(read.messages()).hasSize(1);
    }

    @Test
    void definitionsMayBeRepeated() {
        SpecBytes file = SpecBytes.file().chunk(chunk()).chunk(chunk()).end();

        ReadFile read = ReadFile.of(file);

        assertThat(read.messages()).hasSize(2);
        assertThat(read.channels()).hasSize(1);
    }

    @Test
    void checksumOfZeroIsNotVerified() {
        SpecBytes file = SpecBytes.file().chunk("", 0, chunk());
        SpecBytes footer = new SpecBytes().u64(0).u64(0).u32(0);
        file.record(0x0F, new SpecBytes().u32(0)).record(0x02, footer).magic();

        assertThat(ReadFile.of(file).isComplete()).isTrue();
    }

    @Test
    void schemaWithTheIdZeroIsIgnored() {
        SpecBytes records = new SpecBytes().schema(0, "one").schema(0, "another");

        assertThat(ReadFile.of(SpecBytes.file().chunk(records).end()).isComplete()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lz4", "zstd"})
    void compressedChunkIsRefusedByName(String compression) {
        assertDamage(
                SpecBytes.file().chunk(compression, 0, chunk()).end(),
                BEGIN + 9 + 3 * 8 + 4 + 4 + compression.length(),
                "compressed with " + compression);
    }

    @Test
    void anotherFileIsRefused() {
        assertDamage(new SpecBytes().raw("ULog-no-MCAP".getBytes()), 0, "no MCAP file", "554c6f67");
        assertDamage(new SpecBytes().raw("UL".getBytes()), 0, "no MCAP file");
    }

    @Test
    void fileBeginsWithAHeader() {
        assertDamage(new SpecBytes().magic().add(chunk()), 8, "Schema record at the begin");
    }

    @Test
    void wrongChecksumOfAChunkIsRefusedBeforeItsFirstMessage() {
        SpecBytes records = chunk();
        SpecBytes file =
                SpecBytes.file().chunk(chunk()).chunk("", records.crc() ^ 1, records).end();

        assertDamage(
                file,
                SpecBytes.file().chunk(chunk()).size(),
                "CRC32 of the records of the chunk is 0x%08X, not 0x%08X"
                        .formatted(records.crc(), records.crc() ^ 1));
        assertThat(ReadFile.of(file).messages()).hasSize(1);
    }

    @Test
    void wrongChecksumOfTheDataSectionIsRefused() {
        SpecBytes file = SpecBytes.file().chunk(chunk());
        int dataEnd = file.size();

        assertDamage(
                file.record(0x0F, new SpecBytes().u32(4_711)),
                dataEnd,
                "CRC32 of the data section is 0x",
                "not 0x00001267");
    }

    @Test
    void wrongChecksumOfTheSummaryIsRefused() {
        SpecBytes file = SpecBytes.file();
        file.record(0x0F, new SpecBytes().u32(file.crc()));
        SpecBytes statistics = new SpecBytes().raw(new byte[50]);
        file.record(0x0B, statistics);
        int footer = file.size();
        file.record(0x02, new SpecBytes().u64(footer - 59).u64(0).u32(1)).magic();

        assertDamage(file, footer, "CRC32 of the summary section is 0x", "not 0x00000001");
    }

    @Test
    void recordBeyondTheEndOfACompleteFileIsRefused() {
        SpecBytes file = SpecBytes.file().u8(0x06).u64(1_000).raw(new byte[500]).magic();

        assertDamage(file, BEGIN, "Chunk record has 1000 bytes, but the file has only 500 more");
    }

    @Test
    void lengthsAreUnsigned() {
        SpecBytes file = SpecBytes.file().u8(0x0C).u64(-1).raw(new byte[500]).magic();

        assertDamage(file, BEGIN, "Metadata record has 18446744073709551615 bytes");
    }

    @Test
    void recordBeyondTheEndOfItsChunkIsRefused() {
        SpecBytes records = definitions();
        int message = BEGIN + 9 + 40 + records.size();
        records.u8(0x05).u64(23).raw(new byte[22]);

        assertDamage(
                SpecBytes.file().chunk(records).end(),
                message,
                "Message record has 23 bytes, but the chunk has only 22 more");
    }

    @Test
    void rubbishAtTheEndOfAChunkIsRefused() {
        SpecBytes records = definitions();
        int end = BEGIN + 9 + 40 + records.size();

        assertDamage(
                SpecBytes.file().chunk(records.raw(new byte[8])).end(),
                end,
                "The last 8 bytes of a chunk are no record");
    }

    @Test
    void shortMessageIsRefused() {
        SpecBytes records = definitions().record(0x05, new SpecBytes().u16(1).u32(1).u64(1).u32(1));

        assertDamage(
                SpecBytes.file().chunk(records).end(),
                BEGIN + 9 + 40 + records.size() - 4,
                "Message record: Publish time needs 8 bytes, but the record has only 4 more");
    }

    @Test
    void stringBeyondTheEndOfItsRecordIsRefused() {
        SpecBytes records =
                new SpecBytes().record(0x03, new SpecBytes().u16(1).u32(4_000_000_000L).u32(0));

        assertDamage(
                SpecBytes.file().chunk(records).end(),
                BEGIN + 9 + 40 + 9 + 2 + 4,
                "Schema record: Name has 4000000000 bytes, but the record has only 4 more");
    }

    @Test
    void stringBeyondTheEndOfItsMapIsRefused() {
        SpecBytes entries = new SpecBytes().string("key").u32(5).u32(0);
        SpecBytes content = new SpecBytes().string("name").sized(entries).u64(0);

        assertDamage(
                SpecBytes.file().record(0x0C, content).end(),
                BEGIN + 9 + 8 + 4 + 7 + 4,
                "Metadata record: Metadata has 5 bytes, but the record has only 4 more");
    }

    @Test
    void keyThatOccursTwiceIsRefused() {
        SpecBytes entries =
                new SpecBytes().string("rate").string("50").string("rate").string("100");
        SpecBytes content = new SpecBytes().string("options").sized(entries);
        SpecBytes file = SpecBytes.file().record(0x0C, content);

        assertDamage(file, file.size(), "Metadata has the key 'rate' twice");
    }

    @Test
    void sizesOfAChunkMustAgree() {
        SpecBytes content =
                new SpecBytes().u64(0).u64(0).u64(10).u32(0).string("").u64(9).raw(new byte[9]);

        assertDamage(
                SpecBytes.file().record(0x06, content).end(),
                BEGIN + 9 + 40,
                "uncompressed size is 10, but it has 9 bytes");
    }

    @Test
    void messageOfAnUndefinedChannelIsRefused() {
        assertDamage(
                SpecBytes.file().chunk(new SpecBytes().message(3, 1, 1, "")).end(),
                BEGIN + 9 + 40 + 9 + 2,
                "Channel 3 is not defined before");
    }

    @Test
    void channelOfAnUndefinedSchemaIsRefused() {
        assertDamage(
                SpecBytes.file().chunk(new SpecBytes().channel(1, 5, "/a")).end(),
                BEGIN + 9 + 40 + 9 + 4,
                "Channel 1 has the schema 5, which is not defined before");
    }

    @Test
    void definitionsThatDifferAreRefused() {
        SpecBytes channels = definitions().channel(1, 0, "/state");
        assertDamage(
                SpecBytes.file().chunk(channels).end(),
                BEGIN + 9 + 40 + channels.size(),
                "Channel record: Id 1 is defined twice");

        SpecBytes schemas = definitions().schema(1, "Other");
        assertDamage(
                SpecBytes.file().chunk(schemas).end(),
                BEGIN + 9 + 40 + schemas.size(),
                "Schema record: Id 1 is defined twice");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x02, 0x08, 0x0A, 0x0B, 0x0D, 0x0E})
    void recordOfTheSummaryIsRefusedInTheDataSection(int opcode) {
        assertDamage(
                SpecBytes.file().record(opcode, new SpecBytes()).end(),
                BEGIN,
                "record in the data section");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x05, 0x06, 0x07, 0x09, 0x0C, 0x0F})
    void recordOfTheDataSectionIsRefusedInTheSummary(int opcode) {
        SpecBytes file = SpecBytes.file();
        file.record(0x0F, new SpecBytes().u32(file.crc()));
        int offset = file.size();

        assertDamage(file.record(opcode, new SpecBytes()), offset, "record in the summary section");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x01, 0x02, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0F})
    void recordOfTheFileIsRefusedInAChunk(int opcode) {
        assertDamage(
                SpecBytes.file().chunk(new SpecBytes().record(opcode, new SpecBytes())).end(),
                BEGIN + 9 + 40,
                "record within a chunk");
    }

    /** It has no checksum, and one flipped bit makes it of a Message Index record. */
    @Test
    void messageOutsideOfChunksIsRefused() {
        SpecBytes file = SpecBytes.file().add(definitions());
        int offset = file.size();

        assertDamage(file.message(1, 1, 1, "").end(), offset, "Message record outside of chunks");
    }

    /** So that a chunk whose opcode is damaged is not skipped unnoticed. */
    @Test
    void messageIndexWithoutItsChunkIsRefused() {
        SpecBytes index = new SpecBytes().u16(1).sized(new SpecBytes().u64(0).u64(0));
        SpecBytes file = SpecBytes.file().chunk(chunk()).record(0x07, index).record(0x86, chunk());
        int offset = file.size();

        assertDamage(
                file.record(0x07, index),
                offset + 9 + 2 + 4,
                "Message Index record: It has 1 messages of channel 1, but the chunk before it has"
                        + " only 0 more");
    }

    @Test
    void recordWithTheOpcodeZeroIsRefusedInACompleteFile() {
        assertDamage(SpecBytes.file().record(0, new SpecBytes()).end(), BEGIN, "has the opcode 0");
    }

    @Test
    void footerHasItsLength() {
        SpecBytes file = SpecBytes.file();
        file.record(0x0F, new SpecBytes().u32(file.crc()));
        int footer = file.size();

        assertDamage(
                file.record(0x02, new SpecBytes().u64(0).u64(0)).magic(),
                footer,
                "Footer record has 16 bytes, not 20");
    }

    @Test
    void completeFileHasAFooter() {
        SpecBytes file = SpecBytes.file();
        file.record(0x0F, new SpecBytes().u32(file.crc()));
        int end = file.size();

        assertDamage(file.magic(), end, "without a Footer record");
    }

    @Test
    void nothingFollowsTheEnd() {
        SpecBytes file = SpecBytes.file().end();
        int footer = file.size() - 8;

        assertDamage(SpecBytes.file().end().raw(new byte[8]), footer, "goes on after its footer");
        assertDamage(SpecBytes.file().end().magic(), footer, "goes on after its footer");
    }

    @Test
    void fileThatEndsAfterAChunkIsTruncatedThere() {
        SpecBytes file = SpecBytes.file().chunk(chunk());

        ReadFile read = ReadFile.of(file);

        assertThat(read.damage()).isNull();
        assertThat(read.messages()).hasSize(1);
        assertThat(read.truncatedAt()).hasValue(file.size());
    }

    @Test
    void zerosThatAPowerFailureLeavesAreTruncated() {
        SpecBytes file = SpecBytes.file().chunk(chunk());
        int end = file.size();

        ReadFile read = ReadFile.of(file.raw(new byte[10_000]));

        assertThat(read.damage()).isNull();
        assertThat(read.messages()).hasSize(1);
        assertThat(read.truncatedAt()).hasValue(end);
    }

    @Test
    void emptyFileIsTruncated() {
        ReadFile read = ReadFile.of(new byte[0]);

        assertThat(read.damage()).isNull();
        assertThat(read.truncatedAt()).hasValue(0);
    }

    @Test
    void damageIsReportedAgainAndAgain() throws Exception {
        SpecBytes file = SpecBytes.file().record(0x0B, new SpecBytes()).chunk(chunk()).end();

        try (McapReader reader = McapReader.open(new MemoryFile(file.toByteArray()), "test.mcap")) {
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(McapException.class)
                        .isThrownBy(reader::next)
                        .withMessageContaining("Statistics record");
            }
        }
    }

    @Test
    void endIsReportedAgainAndAgain() throws Exception {
        try (McapReader reader =
                McapReader.open(new MemoryFile(SpecBytes.file().end().toByteArray()), "")) {
            assertThat(reader.next()).isEqualTo(McapReader.Item.END);
            assertThat(reader.next()).isEqualTo(McapReader.Item.END);
            assertThatNullPointerException().isThrownBy(reader::channel);
            assertThatNullPointerException().isThrownBy(reader::metadata);
        }
    }

    @Test
    void fileThatCannotBeOpenedIsClosed() {
        MemoryFile file = new MemoryFile("no MCAP file".getBytes());

        assertThatExceptionOfType(McapException.class)
                .isThrownBy(() -> McapReader.open(file, "test.mcap"));
        assertThat(file.isClosed()).isTrue();
    }

    @Test
    void absentFileIsReported(@TempDir Path directory) {
        assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> McapReader.open(directory.resolve("absent.mcap")));
    }

    @Test
    void interruptDoesNotEndTheReading(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("test.mcap");
        Files.write(path, SpecBytes.file().chunk(chunk()).end().toByteArray());

        Thread.currentThread().interrupt();
        ReadFile read = ReadFile.of(path);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(read.isComplete()).isTrue();
        assertThat(read.messages()).hasSize(1);
    }

    @Test
    void fileThatGrowsIsReadUpToItsFormerEnd() throws Exception {
        SpecBytes begin = SpecBytes.file().chunk(chunk());
        byte[] more = new SpecBytes().chunk(chunk()).toByteArray();
        MemoryFile file = new MemoryFile(begin.toByteArray());
        try (McapReader reader = McapReader.open(file, "test.mcap")) {
            file.write(begin.size(), more, more.length);

            assertThat(reader.next()).isEqualTo(McapReader.Item.MESSAGE);
            assertThat(reader.next()).isEqualTo(McapReader.Item.END);
            assertThat(reader.truncatedAt()).hasValue(begin.size());
        }
    }

    /** A file that another process has cut since it was opened. */
    private record ShortenedFile(MemoryFile file) implements InputFile {

        @Override
        public long length() {
            return this.file.length() + 1_000;
        }

        @Override
        public int read(long position, byte[] target, int offset, int count) {
            return this.file.read(position, target, offset, count);
        }

        @Override
        public void close() {}
    }

    @Test
    void fileThatBecomesShorterIsReported() {
        MemoryFile file = new MemoryFile(SpecBytes.file().toByteArray());

        assertThatExceptionOfType(McapException.class)
                .isThrownBy(() -> McapReader.open(new ShortenedFile(file), "test.mcap"))
                .withMessage(
                        "test.mcap, byte 1017: The file became shorter while it was read, it had"
                                + " 1025 bytes");
    }

    /** A terabyte: a record may have any length. */
    private record HugeFile(byte[] begin) implements InputFile {

        @Override
        public long length() {
            return 1L << 40;
        }

        @Override
        public int read(long position, byte[] target, int offset, int count) {
            for (int i = 0; i < count; i++) {
                long at = position + i;
                target[offset + i] = at < this.begin.length ? this.begin[(int) at] : 1;
            }
            return count;
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @ValueSource(ints = {0x03, 0x04, 0x06, 0x0C, 0x0F})
    void lengthIsComparedWithTheLimitBeforeMemoryIsAllocated(int opcode) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SpecBytes begin = SpecBytes.file().u8(opcode).u64(1_000_000_000);
        try (McapReader reader = McapReader.open(new HugeFile(begin.toByteArray()), "huge.mcap")) {
            long before = threads.getCurrentThreadAllocatedBytes();

            assertThatExceptionOfType(McapException.class)
                    .isThrownBy(reader::next)
                    .withMessageContaining("record has 1000000000 bytes, but at most ");

            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
        }
    }

    @Test
    void messagesAllocateNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SpecBytes records = definitions();
        for (int i = 0; i < 10_000; i++) {
            records.message(1, i, i, "{}");
        }
        long[] allocated = new long[2];
        SpecBytes file = SpecBytes.file().chunk(records).chunk(records).end();
        try (McapReader reader = McapReader.open(new MemoryFile(file.toByteArray()), "test.mcap")) {
            for (int round = 0; round < 2; round++) {
                assertThat(reader.next()).isEqualTo(McapReader.Item.MESSAGE);
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 1; i < 10_000; i++) {
                    reader.next();
                    reader.channel();
                    reader.data();
                }
                allocated[round] = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertThat(reader.next()).isEqualTo(McapReader.Item.END);
        }

        assertThat(allocated[1]).as("bytes of 10,000 messages").isLessThan(2_000);
    }

    @Test
    void definitionsHaveALimitInAll() {
        SpecBytes file = SpecBytes.file();
        String name = "n".repeat(1_000_000);
        for (int id = 1; id <= 4; id++) {
            file.schema(id, name);
        }
        assertThat(ReadFile.of(file).damage()).isNull();

        file.schema(5, name);

        assertDamage(file, file.size(), "more than 4194304 bytes");
    }
}
