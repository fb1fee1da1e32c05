package dev.rfx.session.recording.mcap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rfx.session.testkit.Campaign;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reader with files that were cut or damaged anywhere. */
class McapDamageTests {

    private static final int MESSAGES = 12;
    private static final int MESSAGES_OF_A_CHUNK = 4;

    /** Room for buffers, and for the table of 65,536 channels that a damaged id asks for. */
    private static final long MAX_ALLOCATION = 512 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final List<Long> endsOfChunks = new ArrayList<>();
    private final byte[] written = written();
    private final List<String> messages = ReadFile.of(this.written).messages();

    /** A file of the writer, with three chunks. */
    private byte[] written() {
        MemoryFile file = new MemoryFile();
        try (McapWriter writer = McapWriter.begin(file, 1_000_000, "", "test")) {
            writer.writeMetadata("session", Map.of("rate", "50"));
            int schema = writer.addSchema("State", "jsonschema", "{}".getBytes(UTF_8));
            int[] channels = {
                writer.addChannel(schema, "/state", "json", Map.of("unit", "rad")),
                writer.addChannel(0, "/event", "json", Map.of())
            };
            for (int i = 0; i < MESSAGES; i++) {
                byte[] data = "{\"i\":%d,\"x\":[%d.5,-1]}".formatted(i, 3 * i).getBytes(UTF_8);
                long time = 1_790_000_000_000_000_000L + i * 20_000_000L;
                int channel = channels[i % 5 == 4 ? 1 : 0];
                writer.writeMessage(channel, i, time, time - 1, data, 0, data.length);
                if ((i + 1) % MESSAGES_OF_A_CHUNK == 0) {
                    writer.flush();
                    this.endsOfChunks.add(writer.bytesWritten());
                }
            }
        } catch (IOException ex) {
            throw new AssertionError(ex);
        }
        return file.toByteArray();
    }

    /** A file with all that the writer does not write. */
    private static byte[] foreign() {
        return SpecBytes.file()
                .schema(1, "State")
                .metadata("session", "rate", "50")
                .chunk(
                        new SpecBytes()
                                .schema(1, "State")
                                .channel(1, 1, "/state")
                                .message(1, 1, 1_000, "{\"i\":1}")
                                .record(0x81, new SpecBytes().raw(new byte[50]))
                                .message(1, 2, 2_000, "{\"i\":2}"))
                .record(0x09, new SpecBytes().raw(new byte[50]))
                .record(0x82, new SpecBytes().raw(new byte[50]))
                .channel(1, 1, "/state")
                .channel(2, 0, "/event")
                .chunk(new SpecBytes().channel(2, 0, "/event").message(2, 3, 3_000, "{\"i\":3}"))
                .chunk(new SpecBytes())
                .end()
                .toByteArray();
    }

    private static void assertIsBegin(ReadFile read, List<String> all, String description) {
        assertThat(read.messages())
                .as(description)
                .isEqualTo(all.subList(0, Math.min(read.messages().size(), all.size())));
    }

    @Test
    void fileThatIsCutAnywhereIsReadUpToItsLastCompleteChunk() {
        assertThat(this.messages).hasSize(MESSAGES);
        for (int length = 0; length < this.written.length; length++) {
            int end = length;
            long chunks = this.endsOfChunks.stream().filter(chunk -> chunk <= end).count();

            ReadFile read = ReadFile.of(Arrays.copyOf(this.written, length));

            assertThat(read.damage()).as("cut at %d", length).isNull();
            assertThat(read.truncatedAt()).as("cut at %d", length).isNotEmpty();
            assertThat(read.truncatedAt().getAsLong()).isLessThanOrEqualTo(length);
            // The last chunk is complete some bytes earlier than its index.
            assertIsBegin(read, this.messages, "cut at " + length);
            assertThat(read.messages())
                    .as("cut at %d", length)
                    .hasSizeGreaterThanOrEqualTo((int) chunks * MESSAGES_OF_A_CHUNK)
                    .hasSizeLessThanOrEqualTo((int) (chunks + 1) * MESSAGES_OF_A_CHUNK);
        }
    }

    @Test
    void foreignFileThatIsCutAnywhereIsReadUpToItsLastCompleteRecord() {
        byte[] foreign = foreign();
        List<String> all = ReadFile.of(foreign).messages();
        assertThat(all).hasSize(3);
        for (int length = 0; length < foreign.length; length++) {
            ReadFile read = ReadFile.of(Arrays.copyOf(foreign, length));

            assertThat(read.damage()).as("cut at %d", length).isNull();
            assertThat(read.truncatedAt()).as("cut at %d", length).isNotEmpty();
            assertIsBegin(read, all, "cut at " + length);
        }
    }

    @Test
    void everyFlippedBitIsFoundOrWithoutEffect() {
        for (int bit = 0; bit < 8 * this.written.length; bit++) {
            byte[] damaged = this.written.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);

            ReadFile read = ReadFile.of(damaged);

            // All bytes are below one of three checksums; those of the magic are below none.
            assertThat(read.isComplete()).as("bit %d", bit).isFalse();
            assertIsBegin(read, this.messages, "bit " + bit);
        }
    }

    /** The seed of a file is its number. */
    @Campaign
    @Test
    @Timeout(900)
    void damagedFileIsReportedOrReadWithoutInventedMessages() {
        byte[] foreign = foreign();
        List<String> messagesOfForeign = ReadFile.of(foreign).messages();
        for (int seed = 0; seed < Campaign.Rounds.of(1_000_000, 20_000); seed++) {
            Random random = new Random(seed);
            boolean ours = random.nextInt(4) > 0;
            byte[] damaged = damage(ours ? this.written : foreign, random);
            long before = THREADS.getCurrentThreadAllocatedBytes();

            ReadFile read = read(damaged, "seed " + seed);

            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            if (allocated > MAX_ALLOCATION) {
                throw new AssertionError("seed %d allocates %d bytes".formatted(seed, allocated));
            }
            requireNothingInvented(read, ours ? this.messages : messagesOfForeign, "seed " + seed);
        }
    }

    private static ReadFile read(byte[] damaged, String description) {
        try {
            return ReadFile.of(damaged);
        } catch (RuntimeException | Error ex) {
            throw new AssertionError(description, ex);
        }
    }

    /** Messages are original ones in their order, and all of them if the file seems complete. */
    private static void requireNothingInvented(
            ReadFile read, List<String> originals, String description) {
        int next = 0;
        for (String message : read.messages()) {
            while (next < originals.size() && !originals.get(next).equals(message)) {
                next++;
            }
            if (next == originals.size()) {
                throw new AssertionError(description + ": invented or repeated " + message);
            }
            next++;
        }
        if (read.isComplete() && read.messages().size() < originals.size()) {
            throw new AssertionError(description + ": seems complete and is not");
        }
    }

    private static byte[] damage(byte[] file, Random random) {
        if (random.nextInt(8) == 0) {
            // Alone, because it can make a checksum 0, which means that there is none.
            return zeros(file, random);
        }
        byte[] damaged = file;
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times; i++) {
            damaged = damageOnce(damaged, random);
        }
        return damaged;
    }

    private static byte[] zeros(byte[] file, Random random) {
        byte[] damaged = file.clone();
        int from = random.nextInt(file.length);
        Arrays.fill(damaged, from, Math.min(from + 1 + random.nextInt(64), file.length), (byte) 0);
        return damaged;
    }

    private static byte[] damageOnce(byte[] file, Random random) {
        if (file.length == 0) {
            return file;
        }
        byte[] damaged = file.clone();
        int from = random.nextInt(file.length);
        int to = Math.min(from + 1 + random.nextInt(64), file.length);
        switch (random.nextInt(7)) {
            case 0 -> damaged[from] ^= (byte) (1 << random.nextInt(8));
            case 1 -> damaged[from] = (byte) (1 + random.nextInt(255));
            case 2 -> length(damaged, from, random);
            case 3 -> {
                return splice(file, from, to, new byte[0]);
            }
            case 4 -> {
                byte[] inserted = new byte[to - from];
                random.nextBytes(inserted);
                return splice(file, from, from, inserted);
            }
            case 5 -> {
                return splice(file, from, from, Arrays.copyOfRange(file, from, to));
            }
            default -> {
                return Arrays.copyOf(file, from);
            }
        }
        return damaged;
    }

    /** Overwrites 8 bytes with a length that is wrong by far or by little. */
    private static void length(byte[] damaged, int from, Random random) {
        long[] lengths = {-1, Long.MAX_VALUE, Integer.MAX_VALUE, 1L << 40, 1 + random.nextInt(300)};
        long length = lengths[random.nextInt(lengths.length)];
        for (int i = from; i < Math.min(from + 8, damaged.length); i++) {
            damaged[i] = (byte) length;
            length >>>= 8;
        }
    }

    private static byte[] splice(byte[] file, int from, int to, byte[] inserted) {
        ByteArrayOutputStream spliced = new ByteArrayOutputStream(file.length + inserted.length);
        spliced.write(file, 0, from);
        spliced.writeBytes(inserted);
        spliced.write(file, to, file.length - to);
        return spliced.toByteArray();
    }
}
