package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.Tensor;
import dev.rfx.session.recording.mcap.McapWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of files that no recorder has written. */
class RecordedValueTests {

    @TempDir private Path directory;

    private static RecordedValue value(String shape, String... numbers) {
        return new RecordedValue(
                new Layout(Tensor.class.getName(), List.of(Field.of("values", shape))),
                Map.of("values", List.of(numbers)));
    }

    @Test
    void tensorHasTheDeclaredShape() {
        assertThat(value("float32[1,2]", "1", "NaN").tensor("values").shape())
                .containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"float32[2147483647]", "float32[-1,-2]", "float32[3]", "float32[0,65536]"})
    void shapeThatIsNotThatOfTheValuesReservesNoMemory(String shape) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> value(shape, "1", "2").tensor("values"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"float32[", "float32[x]", "float32[65536,65536]", "float[3]", ""})
    void declarationThatIsNoneIsRefused(String declaration) {
        assertThatIllegalArgumentException().isThrownBy(() -> Field.of("values", declaration));
    }

    @Test
    void listWithinAListIsRefused() {
        RecordedValue value =
                new RecordedValue(
                        new Layout(
                                Tensor.class.getName(), List.of(Field.of("values", "float32[1]"))),
                        Map.of("values", List.of(List.of("1"))));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> value.floats("values"))
                .withMessageContaining("values");
    }

    /** Writes a file with one iteration whose values are not what their channels say. */
    private Path fileWith(String json, Map<String, String> layout) throws IOException {
        Path file = this.directory.resolve("strange.mcap");
        try (McapWriter mcap = McapWriter.create(file, "", RecordingFormat.LIBRARY)) {
            mcap.writeMetadata(RecordingFormat.SESSION, Map.of("rate_hz", "50", "clock", "0"));
            int schema = mcap.addSchema("any", "jsonschema", new byte[0]);
            int observation = mcap.addChannel(schema, "/arm/observation", "json", layout);
            int iteration = mcap.addChannel(schema, "/arm/iteration", "json", new HashMap<>());
            write(mcap, observation, json);
            write(mcap, mcap.addChannel(schema, "/arm/action", "json", layout), json);
            write(
                    mcap,
                    iteration,
                    "{\"number\":0,\"start\":0,\"lateness\":0,\"observe\":1,\"policy\":1,\"act\":1,"
                            + "\"overrun\":false,\"stale\":false,\"clamped\":false,"
                            + "\"engaging\":false,\"complete\":true,\"dropped_before\":0}");
        }
        return file;
    }

    private static void write(McapWriter mcap, int channel, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        mcap.writeMessage(channel, 0, 0, 0, bytes, 0, bytes.length);
    }

    private static void assertRefused(Path file) {
        for (Read read :
                List.<Read>of(
                        () -> RecordingSummary.of(file),
                        () -> RecordingDifference.between(file, file),
                        () -> Replay.of(file).asRobot(),
                        () -> Replay.of(file).through(observation -> Tensor.zeros(1)))) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(read::run)
                    .withMessageContaining(file.toString());
        }
    }

    private interface Read {
        void run() throws IOException;
    }

    @Test
    void valueThatIsNoNumberIsAnExceptionOfTheFile() throws IOException {
        assertRefused(
                fileWith(
                        "{\"state\":[\"up\"]}",
                        Map.of(
                                "type",
                                "dev.rfx.session.Observation",
                                "field.state",
                                "float32[1]")));
    }

    @Test
    void fieldThatIsMissingIsAnExceptionOfTheFile() throws IOException {
        assertRefused(
                fileWith(
                        "{}",
                        Map.of(
                                "type",
                                "dev.rfx.session.Observation",
                                "field.state",
                                "float32[1]")));
    }

    @Test
    void layoutThatIsNoneIsAnExceptionOfTheFile() throws IOException {
        assertRefused(
                fileWith(
                        "{\"state\":[1]}",
                        Map.of("type", "dev.rfx.session.Observation", "field.state", "float32[")));
    }

    /** Static initializers of the class path are not for a file to run. */
    static final class Initialized {

        static boolean wasRun;

        private Initialized() {}
    }

    static final class Trap {

        static {
            Initialized.wasRun = true;
        }

        private Trap() {}
    }

    @Test
    void typeOfTheFileIsNotInitialized() throws IOException {
        Path file = fileWith("{}", Map.of("type", RecordedValueTests.class.getName() + "$Trap"));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).asRobot())
                .withMessageContaining("Trap, which needs a codec");
        assertThat(Initialized.wasRun).isFalse();
    }
}
