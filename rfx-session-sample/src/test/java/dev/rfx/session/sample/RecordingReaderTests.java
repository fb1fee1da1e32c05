package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.Tensor;
import dev.rfx.session.sample.Recording.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Valid and invalid recordings. */
class RecordingReaderTests {

    private static final String HEADER = "type,timestamp,positions\n";
    private static final String FIRST = "CONTROL,5.5,\"[0.0, 1]\"\n";

    @TempDir private Path folder;

    @Test
    void commandsAreReadWithTheTimeSinceTheFirst() throws IOException {
        Recording recording =
                read(HEADER + FIRST + "CONTROL,20005.5,\"[-0.5, 1e-3]\"\nCONTROL,4e4,\"[2,3]\"");

        assertThat(recording.commands())
                .containsExactly(
                        new Command(0, Tensor.of(0, 1)),
                        new Command(20_000_000, Tensor.of(-0.5f, 0.001f)),
                        new Command(39_994_500, Tensor.of(2, 3)));
    }

    @Test
    void linesMayEndAsOnWindows() throws IOException {
        Recording recording = read((HEADER + FIRST).replace("\n", "\r\n"));

        assertThat(recording.commands()).containsExactly(new Command(0, Tensor.of(0, 1)));
    }

    @Test
    void missingFileIsRefused() {
        Path missing = this.folder.resolve("missing.csv");

        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> new RecordingReader(missing, 2).read())
                .withMessage("Recording %s: the file does not exist", missing);
    }

    @Test
    void folderIsRefused() {
        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> new RecordingReader(this.folder, 2).read())
                .withMessageStartingWith("Recording %s: the file cannot be read: ", this.folder);
    }

    @Test
    void emptyFileIsRefused() {
        assertRefused("", ": the file is empty");
    }

    @Test
    void fileWithoutCommandsIsRefused() {
        assertRefused(HEADER, ": there is no command below the header in line 1");
    }

    @Test
    void wrongHeaderIsRefused() {
        assertRefused(
                "type,time,positions\n" + FIRST,
                ", line 1: the header is \"type,time,positions\","
                        + " but must be \"type,timestamp,positions\"");
    }

    @Test
    void wrongTypeIsRefused() {
        assertRefused(
                HEADER + FIRST + "STATE,20,\"[0, 1]\"\n",
                ", line 3: the type is \"STATE\", but must be \"CONTROL\"");
    }

    @Test
    void rowWithAnotherNumberOfColumnsIsRefused() {
        assertRefused(
                HEADER + "CONTROL,20\n",
                ", line 2: the number of columns is 2, but must be 3: type,timestamp,positions");
    }

    @Test
    void emptyLineIsRefusedAndCounted() {
        assertRefused(
                HEADER + FIRST + "\n" + FIRST,
                ", line 3: the number of columns is 1, but must be 3: type,timestamp,positions");
    }

    @ParameterizedTest
    @CsvSource({"'now'", "''", "NaN", "Infinity", "1e999"})
    void timestampThatIsNoFiniteNumberIsRefused(String timestamp) {
        assertRefused(
                HEADER + FIRST + "CONTROL," + timestamp + ",\"[0, 1]\"\n",
                ", line 3: the timestamp is \"%s\", but must be a finite number of microseconds"
                        .formatted(timestamp));
    }

    @ParameterizedTest
    @CsvSource({"5.5", "5.4", "-1"})
    void timestampThatDoesNotIncreaseIsRefused(String timestamp) {
        assertRefused(
                HEADER + FIRST + "CONTROL," + timestamp + ",\"[0, 1]\"\n",
                ", line 3: the timestamp is \"%s\", but must be more than 5.5, the one before"
                        .formatted(timestamp));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "0.5", "{}", "null", "'[0, 1'", "'[0, 1] 2'", "'(0, 1)'"})
    void positionsThatAreNoArrayAreRefused(String positions) {
        assertRefused(
                HEADER + FIRST + "CONTROL,20,\"" + positions + "\"\n",
                (", line 3: the positions are \"%s\", but must be"
                                + " an array of 2 numbers as [0.5, -0.25, …]")
                        .formatted(positions));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[]|0", "[0]|1", "[0, 1, 2]|3"})
    void wrongNumberOfPositionsIsRefused(String positions, int count) {
        assertRefused(
                HEADER + FIRST + "CONTROL,20,\"" + positions + "\"\n",
                ", line 3: the number of positions is %d, but must be 2, one for each joint: \"%s\""
                        .formatted(count, positions));
    }

    @ParameterizedTest
    @CsvSource({"NaN", "-Infinity", "1e39", "null", "true", "[1]"})
    void positionThatIsNoFiniteNumberIsRefused(String position) {
        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> read(HEADER + FIRST + "CONTROL,20,\"[0, " + position + "]\"\n"))
                .withMessageContaining(", line 3: the position of joint 1 is ")
                .withMessageEndingWith(", but must be a finite number");
    }

    @Test
    void quoteThatIsNeverClosedIsRefused() {
        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> read(HEADER + FIRST + "CONTROL,20,\"[0, 1]\n"))
                .withMessageContaining(", line 3: the row is not CSV: ");
    }

    @Test
    void messageQuotesNoMoreThanTheBeginOfALongValue() {
        assertRefused(
                "x".repeat(1_000_000),
                ", line 1: the header is \"%s…\", but must be \"type,timestamp,positions\""
                        .formatted("x".repeat(80)));
    }

    @ParameterizedTest
    @CsvSource({"pick_place, 4840, PT1M37.072S", "wave_motion, 1700, PT34.081S"})
    void recordingOfARealArmIsRead(String name, int commands, Duration duration) {
        Path file = RealRecordings.commands(name);

        Recording recording = new RecordingReader(file, 6).read();

        assertThat(recording.commands()).hasSize(commands);
        assertThat(Duration.ofNanos(recording.commands().get(commands - 1).offsetNanos()))
                .isCloseTo(duration, Duration.ofMillis(1));
        assertThat(recording.commands().get(0).positions())
                .isEqualTo(Tensor.of(0, 0, 0.5f, 0, 0, 0.5f));
    }

    private void assertRefused(String content, String problem) {
        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> read(content))
                .withMessage("Recording %s%s", this.folder.resolve("control.csv"), problem);
    }

    private Recording read(String content) throws IOException {
        Path file = Files.writeString(this.folder.resolve("control.csv"), content);
        return new RecordingReader(file, 2).read();
    }
}
