package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.recording.Replay;
import dev.rfx.session.recording.ReplayResult;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ChildJvm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The recordings of the sample: what its tool prints, and that its policies replay exactly. */
@Timeout(300)
class RecordingToolTests {

    private static final int JOINTS = 6;

    @TempDir private Path directory;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Records the simulated arm on virtual time, with late wakeups. */
    private Path record(Policy<Observation, Tensor> policy, Duration duration) throws IOException {
        Path folder = Files.createTempDirectory(this.directory, "run");
        Random random = new Random(1);
        VirtualClock clock = new VirtualClock().oversleeping(() -> random.nextInt(1_000_000));
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        new MockRobot(JOINTS, 50, clock::nanoTime),
                        policy,
                        SessionOptions.defaults()
                                .withRecording(
                                        RecordingOptions.into(folder)
                                                .withFileLimits(1L << 30, Duration.ofDays(1))),
                        clock)) {
            session.run(duration);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().orElseThrow();
        }
    }

    private int run(String... args) {
        assertThat(RecordingTool.isWanted(args)).isTrue();
        return RecordingTool.run(args, new PrintStream(this.out), new PrintStream(this.err));
    }

    private String printed() {
        return this.out.toString(StandardCharsets.UTF_8);
    }

    private String problem() {
        return this.err.toString(StandardCharsets.UTF_8);
    }

    @Campaign
    @Test
    void policiesOfTheSampleReplayBitByBitAndFasterThanRealTime() throws IOException {
        int iterations = Campaign.Rounds.of(100_000, 5_000);
        Duration duration = Duration.ofMillis(500 + 20L * iterations);
        SortedMap<Duration, Tensor> commands = new TreeMap<>();
        for (int k = 0; k < 2 * iterations; k++) {
            commands.put(Duration.ofMillis(20L * k), Tensor.of(k, 0, 1, 2, 3, -k));
        }
        replaysExactly(() -> new SinePolicy(JOINTS), duration, iterations);
        replaysExactly(
                () -> new TrackedReplay(Path.of("control.csv"), Replay.policyOf(commands), JOINTS),
                duration,
                iterations);
    }

    private void replaysExactly(
            Supplier<Policy<Observation, Tensor>> policy, Duration duration, int iterations)
            throws IOException {
        Path file = record(policy.get(), duration);

        ReplayResult result = Replay.of(file).through(policy.get());

        System.out.println(policy.get().getClass().getSimpleName() + ": " + result);
        assertThat(result.isIdentical()).as("%s", result).isTrue();
        assertThat(result.iterations()).isGreaterThanOrEqualTo(iterations);
        assertThat(result.missing()).isZero();
        assertThat(result.speed()).isGreaterThan(50);
        Files.delete(file);
    }

    @Test
    void replayOfTheSineIsIdentical() throws IOException {
        Path file = record(new SinePolicy(JOINTS), Duration.ofSeconds(20));

        assertThat(run("--sample.replay=" + file)).isEqualTo(RecordingTool.OK);
        assertThat(printed()).matches("(?s)\\d+ iterations, identical; \\d+ times real time\\R");
        assertThat(problem()).isEmpty();
    }

    @Test
    void replayOfAnotherPolicyDiffers() throws IOException {
        Path file = record(observation -> Tensor.zeros(JOINTS), Duration.ofSeconds(5));

        assertThat(run("--sample.replay=" + file)).isEqualTo(RecordingTool.DIFFERENT);
        assertThat(printed()).contains(" differ, by ").contains(" was 0.0 and is now ");
    }

    @Test
    void infoIsPrinted() throws IOException {
        Path file = record(new SinePolicy(JOINTS), Duration.ofSeconds(5));

        assertThat(run("--sample.recording.info=" + file)).isEqualTo(RecordingTool.OK);
        assertThat(printed())
                .startsWith(file.toString())
                .contains("iterations", "jitter", "action.values[5]");
    }

    @Test
    void secondRecordingIsCompared() throws IOException {
        Path sine = record(new SinePolicy(JOINTS), Duration.ofSeconds(5));
        Path still = record(observation -> Tensor.zeros(JOINTS), Duration.ofSeconds(5));
        String info = "--sample.recording.info=" + sine;

        assertThat(run(info, "--sample.recording.compare=" + sine)).isEqualTo(RecordingTool.OK);
        assertThat(run(info, "--sample.recording.compare=" + still))
                .isEqualTo(RecordingTool.DIFFERENT);
        assertThat(printed())
                .contains("their actions are identical", "first in iteration ", "jitter p99");
    }

    @Test
    void missingFileIsNamed() {
        Path missing = this.directory.resolve("missing.mcap");
        for (String option : new String[] {"--sample.replay=", "--sample.recording.info="}) {
            assertThat(run(option + missing)).isEqualTo(RecordingTool.FAILED);
        }
        assertThat(problem().lines())
                .containsExactly(
                        missing + ": the file does not exist",
                        missing + ": the file does not exist");
        assertThat(printed()).isEmpty();
    }

    @Test
    void damagedFileIsNamedWithTheOffset() throws IOException {
        Path file = record(new SinePolicy(JOINTS), Duration.ofMinutes(1));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThat(run("--sample.replay=" + file)).isEqualTo(RecordingTool.FAILED);
        assertThat(run("--sample.recording.info=" + file)).isEqualTo(RecordingTool.FAILED);
        assertThat(problem().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains(file.toString()).matches(".*\\d+.*"));
        assertThat(printed()).isEmpty();
    }

    @Test
    void directoryIsNoRecording() {
        assertThat(run("--sample.recording.info=" + this.directory))
                .isEqualTo(RecordingTool.FAILED);
        assertThat(problem()).isNotBlank();
    }

    @Test
    void optionWithoutAFileIsExplained() {
        assertThat(run("--sample.replay")).isEqualTo(RecordingTool.FAILED);
        assertThat(run("--sample.recording.compare=x")).isEqualTo(RecordingTool.FAILED);
        assertThat(problem().lines())
                .containsExactly(
                        "The file is missing: --sample.replay=FILE",
                        "The file is missing: --sample.recording.info=FILE");
    }

    @Test
    void processPrintsNothingButTheAnswerAndEndsWithTheExitCode() throws Exception {
        Path missing = this.directory.resolve("missing.mcap");
        Path still = record(observation -> Tensor.zeros(JOINTS), Duration.ofSeconds(2));
        try (ChildJvm jvm = start("--sample.replay=" + missing)) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(60))).isEqualTo(RecordingTool.FAILED);
            assertThat(jvm.output().strip()).isEqualTo(missing + ": the file does not exist");
        }
        try (ChildJvm jvm = start("--sample.replay=" + still)) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(60))).isEqualTo(RecordingTool.DIFFERENT);
            assertThat(jvm.output().strip()).matches("\\d+ iterations, \\d+ differ, .*");
        }
    }

    /** The tests bring a configuration of the log. An application does not have it. */
    private static ChildJvm start(String option) {
        return ChildJvm.start(
                List.of(),
                file -> !file.equals("test-classes") && !file.endsWith("-tests.jar"),
                SampleApplication.class,
                option);
    }
}
