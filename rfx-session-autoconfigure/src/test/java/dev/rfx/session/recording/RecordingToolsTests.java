package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.Tensor;
import dev.rfx.session.recording.mcap.OfficialLibrary;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.Fault;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What other programs read of a recording. */
@Timeout(120)
class RecordingToolsTests {

    private static final Path SCRIPT = Path.of("..", "docs", "recording-to-csv.py");

    @TempDir private Path directory;
    private Path file;

    /** Two seconds, in which each third action is clamped; it fails in the last iteration. */
    @BeforeEach
    void record() throws IOException {
        VirtualClock clock = new VirtualClock();
        MockRobot robot = new MockRobot(2, 50, clock::nanoTime);
        long[] iteration = {0};
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                                robot,
                                observation ->
                                        Tensor.of(iteration[0]++ % 3 == 0 ? 0.5f : 0.125f, -1),
                                SessionOptions.defaults()
                                        .withName("arm")
                                        .withWarmup(Duration.ZERO)
                                        .withEngage(EngageOptions.defaults().withEnabled(false))
                                        .withLimits(LimitOptions.none().withMax(List.of(0.25f)))
                                        .withRecording(RecordingOptions.into(this.directory)),
                                clock)
                        .with(
                                Fault.in(SessionPhase.ACT)
                                        .at(99)
                                        .throwing(() -> new IOException("unplugged")))) {
            session.run(Duration.ofSeconds(3));
        }
        try (Stream<Path> files = Files.list(this.directory)) {
            this.file = files.findAny().orElseThrow();
        }
    }

    private static String run(String... command) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException ex) {
            assumeThat(ex).as(command[0]).isNull();
            throw ex;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void scriptWritesALineForEachIteration() throws Exception {
        List<String> lines =
                run("python3", SCRIPT.toString(), this.file.toString()).lines().toList();

        assertThat(lines).hasSize(101);
        assertThat(lines.get(0))
                .isEqualTo(
                        "number,start,lateness,observe,policy,act,timestamp,overrun,late_wakeup,"
                                + "stale,clamped,engaging,complete,dropped_before,observation.state.0,"
                                + "observation.state.1,observation.state.2,observation.state.3,"
                                + "selected_action.values.0,selected_action.values.1,"
                                + "action.values.0,action.values.1");
        assertThat(lines.get(1))
                .isEqualTo(
                        "0,0,0,0,0,0,0,False,False,False,True,False,True,0,0.0,0.0,0.0,0.0,"
                                + "0.5,-1.0,0.25,-1.0");
        assertThat(lines.get(2))
                .startsWith("1,20000000,0,0,0,0,20000000,False,False,False,False,False,True,0,")
                .endsWith(",,,0.125,-1.0");
        assertThat(lines.get(100)).startsWith("99,1980000000,,,,,").contains(",False,0,");
    }

    @Test
    void officialLibraryReadsEveryMessageByTheIndex() throws Exception {
        OfficialLibrary library = OfficialLibrary.installed();

        List<String> indexed = library.readIndexed(this.file);

        assertThat(messages(indexed, "iteration")).hasSize(100);
        assertThat(messages(indexed, "observation")).hasSize(100);
        assertThat(messages(indexed, "action"))
                .hasSize(100) // also the one that failed
                .allMatch(line -> line.matches(".*\\{\"values\":\\[0.(125|25),-1.0]}"));
        assertThat(messages(indexed, "selected_action")).hasSize(34);
        assertThat(messages(indexed, "event")).hasSize(2).last().asString().contains("unplugged");
        assertThat(library.stream(this.file))
                .containsAll(messages(indexed, "iteration"))
                .endsWith("complete");
    }

    /** The messages of a topic: a channel line has its id, and a message line begins with it. */
    private static List<String> messages(List<String> lines, String topic) {
        List<String> channels =
                lines.stream()
                        .filter(line -> line.matches("channel \\d+ \\d+ /arm/" + topic + " .*"))
                        .map(line -> line.split(" ")[1])
                        .toList();
        return lines.stream()
                .filter(line -> line.startsWith("message "))
                .filter(line -> channels.contains(line.split(" ")[1]))
                .toList();
    }
}
