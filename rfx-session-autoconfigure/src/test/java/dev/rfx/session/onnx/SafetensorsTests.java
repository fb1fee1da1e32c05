package dev.rfx.session.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import dev.rfx.session.testkit.Campaign;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTests {

    private static final byte[] VALID =
            new SafetensorsFile()
                    .f32("observation.state.mean", 0.5f, -1.25f, 3e-8f)
                    .f64("observation.state.std", 0.1, 2)
                    .i64("observation.state.count", 12_345)
                    .toByteArray();

    /** The buffers of the file system and of a small header. */
    private static final long MAX_ALLOCATION = 256 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir private Path directory;

    private Path file(byte[] content) throws IOException {
        return Files.write(this.directory.resolve("state.safetensors"), content);
    }

    private Path file(String header, int data) throws IOException {
        return file(SafetensorsFile.withHeader(header.getBytes(UTF_8), new byte[data]));
    }

    private static ThrowableAssertAlternative<ModelFileException> assertRefused(Path file) {
        return assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> Safetensors.open(file).close())
                .withMessageContaining(file.toString());
    }

    @Test
    void tensorsAreReadByName() throws IOException {
        try (Safetensors tensors = Safetensors.open(file(VALID))) {
            assertThat(tensors.names())
                    .containsExactly(
                            "observation.state.mean",
                            "observation.state.std",
                            "observation.state.count");
            assertThat(tensors.read("observation.state.std")).containsExactly(0.1f, 2);
            assertThat(tensors.read("observation.state.mean")).containsExactly(0.5f, -1.25f, 3e-8f);
            assertThat(tensors.read("observation.state.count")).containsExactly(12_345);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tensors.read("absent"))
                    .withMessageContaining("absent");
        }
    }

    @Test
    void tensorOfAnotherTypeIsRefusedWhenItIsRead() throws IOException {
        byte[] content =
                new SafetensorsFile().bytes("half", "BF16", "[2]", 4).f32("full", 1).toByteArray();

        try (Safetensors tensors = Safetensors.open(file(content))) {
            assertThat(tensors.read("full")).containsExactly(1);
            assertThatExceptionOfType(ModelFileException.class)
                    .isThrownBy(() -> tensors.read("half"))
                    .withMessageContaining(
                            "at byte %d, half is BF16, not F32, F64 or I64", content.length - 8);
        }
    }

    @Test
    void emptyTensorIsRead() throws IOException {
        byte[] content = new SafetensorsFile().f32("none").f32("one", 1).toByteArray();

        try (Safetensors tensors = Safetensors.open(file(content))) {
            assertThat(tensors.read("none")).isEmpty();
            assertThat(tensors.read("one")).containsExactly(1);
        }
    }

    @Test
    void headerMayListTensorsInAnyOrder() throws IOException {
        String header =
                "{\"one\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"none\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}";

        try (Safetensors tensors = Safetensors.open(file(header, 4))) {
            assertThat(tensors.names()).containsExactly("one", "none");
            assertThat(tensors.read("one")).containsExactly(0);
        }
    }

    @Test
    void missingFileIsSaidToBeMissing() {
        assertRefused(this.directory.resolve("absent.safetensors"))
                .withMessageContaining("cannot be read")
                .withCauseInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 'at byte 0, the length of the header is missing'",
        "7, 'at byte 0, the length of the header is missing'",
        "8, 'at byte 0, the header has 264 bytes, more than 0'",
        "100, 'at byte 0, the header has 264 bytes, more than 92'"
    })
    void fileThatIsCutInItsHeaderIsRefused(int length, String problem) throws IOException {
        assertRefused(file(Arrays.copyOf(VALID, length))).withMessageContaining(problem);
    }

    @Test
    void fileThatIsCutOrExtendedAnywhereIsRefused() throws IOException {
        for (int length = 0; length <= VALID.length + 9; length++) {
            if (length != VALID.length) {
                assertRefused(file(Arrays.copyOf(VALID, length)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, 18446744073709551615", "9223372036854775807, 9223372036854775807"})
    void lengthOfTheHeaderIsNotTrusted(long length, String shown) throws IOException {
        byte[] content = VALID.clone();
        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);

        assertRefused(file(content))
                .withMessageContaining("at byte 0, the header has " + shown + " bytes");
    }

    @Test
    void headerIsLimited() throws IOException {
        byte[] header = new byte[Safetensors.MAX_HEADER_BYTES + 1];

        assertRefused(file(SafetensorsFile.withHeader(header, new byte[0])))
                .withMessageContaining("the header has 1048577 bytes, more than 1048576");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{\"a\":1}|a has no dtype, shape and data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}|a has no dtype, shape and data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}|a has no dtype",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[x],\"data_offsets\":[0,8]}}|not valid",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|A length is -2",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|a is F32 of shape [3], but has 8 bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536,65536,65536],\"data_offsets\":[0,0]}}|overflow",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|a is at bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|the tensors end at byte",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}|the tensors end at byte",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,-16]}}|a is at bytes",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,9223372036854775807]}}|overflow",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|b is at bytes",
                "nothing|Expected '{'"
            })
    void headerThatDoesNotFitTheFileIsRefused(String header, String problem) throws IOException {
        assertRefused(file(header, 8)).withMessageContaining(problem);
    }

    @Test
    void numberOfValuesIsLimited() throws IOException {
        int count = Safetensors.MAX_VALUES + 1;
        String header =
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
                        .formatted(count, 4 * count);

        try (Safetensors tensors = Safetensors.open(file(header, 4 * count))) {
            assertThatExceptionOfType(ModelFileException.class)
                    .isThrownBy(() -> tensors.read("a"))
                    .withMessageContaining("a has 1048577 values, too many");
        }
    }

    /**
     * The seed of a file is its number. The values have no checksum: only the header is damaged.
     */
    @Campaign
    @Test
    void damagedHeaderIsRefusedOrRead() throws IOException {
        int header = VALID.length - 3 * 4 - 2 * 8 - 8;
        for (int seed = 0; seed < Campaign.Rounds.of(30_000, 2_000); seed++) {
            Random random = new Random(seed);
            byte[] damaged = VALID.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                damaged[random.nextInt(header)] = (byte) random.nextInt(256);
            }
            Path file = file(damaged);
            long before = THREADS.getCurrentThreadAllocatedBytes();

            try (Safetensors tensors = Safetensors.open(file)) {
                for (String name : tensors.names()) {
                    assertThat(tensors.read(name)).as("seed %d", seed).hasSizeLessThan(8);
                }
            } catch (ModelFileException ex) {
                assertThat(ex).as("seed %d", seed).hasMessageContaining("at byte ");
            }
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes allocated for seed %d", seed)
                    .isLessThan(MAX_ALLOCATION);
        }
    }
}
