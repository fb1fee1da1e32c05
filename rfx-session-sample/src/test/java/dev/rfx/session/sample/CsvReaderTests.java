package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import dev.rfx.session.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Valid and invalid recordings. */
class CsvReaderTests {

    private static final String HEADER = "type,timestamp,positions\n";
    private static final String FIRST = "CONTROL,5.5,\"[0.0, 1]\"\n";

    @TempDir private Path folder;

    @Test
    void commandsAreReadWithTheTimeSinceTheFirst() throws IOException {
        SortedMap<Duration, Tensor> commands =
                read(HEADER + FIRST + "CONTROL,20005.5,\"[-0.5, 1e-3]\"\nCONTROL,4e4,\"[2,3]\"");

        assertThat(commands)
                .containsExactly(
                        entry(Duration.ZERO, Tensor.of(0, 1)),
                        entry(Duration.ofNanos(20_000_000), Tensor.of(-0.5f, 0.001f)),
                        entry(Duration.ofNanos(39_994_500), Tensor.of(2, 3)));
    }

    @Test
    void linesMayEndAsOnWindows() throws IOException {
        SortedMap<Duration, Tensor> commands = read((HEADER + FIRST).replace("\n", "\r\n"));

        assertThat(commands).containsExactly(entry(Duration.ZERO, Tensor.of(0, 1)));
    }

    @Test
    void missingFileIsRefused() {
        Path missing = this.folder.resolve("missing.csv");

        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> new CsvReader(missing, 2).read())
                .withMessage("Recording %s: the file does not exist", missing);
    }

    @Test
    void folderIsRefused() {
        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> new CsvReader(this.folder, 2).read())
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

    @Test
    void timestampsWithinOneNanosecondAreRefused() {
        assertRefused(
                HEADER + FIRST + "CONTROL,5.50001,\"[0, 1]\"\n",
                ", line 3: the timestamp is that of the command before, in whole nanoseconds");
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
    void recordingOfARealArmIsRead(String name, int count, Duration duration) {
        Path file = RealRecordings.commands(name);

        SortedMap<Duration, Tensor> commands = new CsvReader(file, 6).read();

        assertThat(commands).hasSize(count);
        assertThat(commands.lastKey()).isCloseTo(duration, Duration.ofMillis(1));
        assertThat(commands.get(Duration.ZERO)).isEqualTo(Tensor.of(0, 0, 0.5f, 0, 0, 0.5f));
    }

    private void assertRefused(String content, String problem) {
        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> read(content))
                .withMessage("Recording %s%s", this.folder.resolve("control.csv"), problem);
    }

    private SortedMap<Duration, Tensor> read(String content) throws IOException {
        Path file = Files.writeString(this.folder.resolve("control.csv"), content);
        return new CsvReader(file, 2).read();
    }
}
