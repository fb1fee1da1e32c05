package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.EndOfRunException;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReplayTests {

    @TempDir private Path directory;

    /** Depends on every observation, on its timestamp, and on all before: any change shows. */
    private static final class Sensitive implements Policy<Observation, Tensor> {

        private final List<Long> timestamps = new ArrayList<>();
        private final Tensor action = Tensor.zeros(3);
        private float memory;

        @Override
        public Tensor selectAction(Observation observation) {
            Tensor state = observation.get(Observation.STATE);
            this.timestamps.add(observation.timestampNanos());
            this.memory = this.memory * 0.99f + state.get(0) + 0.01f;
            this.action.set(0, (float) StrictMath.sin(this.memory));
            this.action.set(1, state.get(1) / 3 + this.memory);
            this.action.set(2, -0.7f);
            return this.action;
        }

        @Override
        public void reset() {
            this.memory = 0;
        }
    }

    private Path record(Sensitive policy, Duration duration, SessionOptions options)
            throws IOException {
        VirtualClock clock = new VirtualClock();
        clock.advance(Duration.ofSeconds(77)); // the clock of the replay begins elsewhere
        Random random = new Random(1);
        clock.oversleeping(() -> random.nextInt(3_000_000));
        MockRobot robot = new MockRobot(3, 50, clock::nanoTime);
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        robot,
                        observation -> {
                            clock.advance(Duration.ofNanos(random.nextInt(20_000_000)));
                            return policy.selectAction(observation);
                        },
                        options.withWarmup(Duration.ZERO)
                                .withRecording(RecordingOptions.into(this.directory)),
                        clock)) {
            session.run(duration);
            assertThat(session.session().recordingStatus().dropped()).isZero();
        }
        try (Stream<Path> files = Files.list(this.directory)) {
            return files.findAny().orElseThrow();
        }
    }

    @Test
    void samePolicyIsIdenticalBitByBitAtTheRecordedInstants() throws IOException {
        Sensitive recorded = new Sensitive();
        Path file = record(recorded, Duration.ofMinutes(5), SessionOptions.defaults());
        Sensitive replayed = new Sensitive();

        ReplayResult result = Replay.of(file).through(replayed);

        assertThat(result.isIdentical()).as("%s", result).isTrue();
        assertThat(result.iterations()).isGreaterThan(14_000);
        assertThat(result.largestDifference()).isZero();
        assertThat(replayed.timestamps).isEqualTo(recorded.timestamps);
        assertThat(Replay.of(file).through(replayed).isIdentical()).as("is reset first").isTrue();
        assertThat(result.toString()).matches("\\d+ iterations, identical; \\d+ times real time");
    }

    @Test
    void fileFromTheMiddleOfARunSaysSo() throws IOException {
        VirtualClock clock = new VirtualClock();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        new Recordings.AnyRobot(),
                        constant(Tensor.of(1f)),
                        SessionOptions.defaults()
                                .withWarmup(Duration.ZERO)
                                .withRecording(
                                        RecordingOptions.into(this.directory)
                                                .withLast(Duration.ofSeconds(2))),
                        clock)) {
            session.run(Duration.ofSeconds(100));
            session.session().saveRecording();
            session.run(Duration.ofSeconds(1));
        }
        try (Stream<Path> files = Files.list(this.directory)) {
            Path file = files.findAny().orElseThrow();

            ReplayResult result = replayed(file, constant(Tensor.of(1f)));

            assertThat(result.firstIteration()).isBetween(4_800L, 5_000L);
            String begin = " begins with iteration " + result.firstIteration();
            assertThat(result.toString()).contains(begin);
            assertThat(RecordingSummary.of(file).toString()).contains(begin);
        }
    }

    @Test
    void clockShowsTheInstantsOfTheRecording() throws IOException {
        VirtualClock clock = new VirtualClock();
        Random random = new Random(2);
        clock.oversleeping(() -> random.nextInt(3_000_000));
        Robot<Observation, Tensor> slow =
                new RobotDecorator<>(new Recordings.AnyRobot()) {
                    @Override
                    public Observation observe() throws Exception {
                        clock.advance(Duration.ofNanos(random.nextInt(5_000_000)));
                        return super.observe();
                    }

                    @Override
                    public void act(Tensor action) throws Exception {
                        clock.advance(Duration.ofNanos(random.nextInt(20_000_000)));
                        super.act(action);
                    }
                };
        List<Long> recorded = new ArrayList<>();
        Path file =
                Recordings.of(
                        this.directory,
                        slow,
                        observation -> noting(clock, recorded),
                        SessionOptions.defaults(),
                        clock,
                        Duration.ofMinutes(1));
        List<Long> replayed = new ArrayList<>();
        try (VirtualClock other = new VirtualClock()) {
            Replay.of(file).through((Object observation) -> noting(other, replayed), other);
        }

        assertThat(replayed).hasSizeGreaterThan(2_000);
        assertThat(sinceFirst(replayed)).isEqualTo(sinceFirst(recorded));
    }

    private static Tensor noting(VirtualClock clock, List<Long> instants) {
        instants.add(clock.nanoTime());
        return Tensor.of(1f);
    }

    private static List<Long> sinceFirst(List<Long> instants) {
        return instants.stream().map(instant -> instant - instants.get(0)).toList();
    }

    @Test
    void limitsOfTheRecordingDoNotMatterBecauseSelectedActionsAreCompared() throws IOException {
        Path file =
                record(
                        new Sensitive(),
                        Duration.ofSeconds(10),
                        SessionOptions.defaults()
                                .withLimits(LimitOptions.none().withMin(List.of(-0.1f))));

        assertThat(Replay.of(file).through(new Sensitive()).isIdentical()).isTrue();
    }

    @Test
    void firstDifferenceIsReported() throws IOException {
        Path file = record(new Sensitive(), Duration.ofSeconds(10), SessionOptions.defaults());
        Sensitive same = new Sensitive();
        int[] iteration = {0};
        Policy<Observation, Tensor> other =
                observation -> {
                    Tensor action = same.selectAction(observation);
                    if (iteration[0]++ >= 100) {
                        action.set(2, -0.75f);
                    }
                    return action;
                };

        ReplayResult result = Replay.of(file).through(other);

        assertThat(result.isIdentical()).isFalse();
        assertThat(result.firstDifference())
                .isEqualTo(
                        new ReplayResult.Difference(
                                100, "values[2]", Double.toString(-0.7f), Double.toString(-0.75f)));
        assertThat(result.differences()).isEqualTo(result.iterations() - 100);
        assertThat(result.largestDifference()).isEqualTo(0.75f - (double) 0.7f);
        iteration[0] = 0;
        assertThat(Replay.of(file).withTolerance(0.06).through(reset(same, other)).isIdentical())
                .isTrue();
    }

    private static Policy<Observation, Tensor> reset(
            Sensitive same, Policy<Observation, Tensor> other) {
        same.reset();
        return other;
    }

    private static ReplayResult replayed(Path file, Policy<Observation, Tensor> policy)
            throws IOException {
        return Replay.of(file).through(policy);
    }

    @Test
    void zeroWithTheOtherSignIsADifference() throws IOException {
        Path file = record(constant(Tensor.of(0f)));

        ReplayResult result = replayed(file, constant(Tensor.of(-0f)));

        assertThat(result.differences()).isEqualTo(result.iterations()).isPositive();
        assertThat(result.firstDifference())
                .isEqualTo(new ReplayResult.Difference(0, "values[0]", "0.0", "-0.0"));
        assertThat(Replay.of(file).withTolerance(1e-9).through(constant(Tensor.of(-0f))))
                .returns(true, ReplayResult::isIdentical);
    }

    @Test
    void anotherShapeIsADifference() throws IOException {
        Tensor recorded = Tensor.zeros(2, 3);

        ReplayResult result = replayed(record(constant(recorded)), constant(Tensor.zeros(3, 2)));

        assertThat(result.firstDifference())
                .isEqualTo(new ReplayResult.Difference(0, "values.shape", "[2, 3]", "[3, 2]"));
        assertThat(result.largestDifference()).isInfinite();
    }

    private record Pose(double height) {}

    @Test
    void otherFieldsAreADifferenceAndNoFailure() throws IOException {
        Path file = record(constant(Tensor.of(1f)));

        ReplayResult result = Replay.of(file).through((Object observation) -> new Pose(1));

        assertThat(result.differences()).isEqualTo(result.iterations()).isPositive();
        assertThat(result.firstDifference())
                .isEqualTo(new ReplayResult.Difference(0, "height", "no such field", "a field"));
    }

    @Test
    void policyThatEndsTheRunEarlyDiffers() throws IOException {
        Path file = record(constant(Tensor.of(1f)));
        int[] calls = {0};

        ReplayResult result =
                replayed(
                        file,
                        observation -> {
                            if (calls[0]++ == 7) {
                                throw new EndOfRunException("enough");
                            }
                            return Tensor.of(1f);
                        });

        assertThat(result.firstDifference())
                .isEqualTo(new ReplayResult.Difference(7, "the end of the run", "later", "enough"));
        assertThat(result.iterations()).isEqualTo(8);
    }

    /** Throws in its tenth call. */
    private static Policy<Observation, Tensor> throwing(RuntimeException thrown) {
        int[] calls = {0};
        return observation -> {
            if (++calls[0] == 10) {
                throw thrown;
            }
            return Tensor.of(1f);
        };
    }

    @Test
    void policyThatFailedFailsInTheReplayAtTheSameObservation() throws IOException {
        Path file = record(throwing(new IllegalStateException("defect")));

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> replayed(file, throwing(new IllegalStateException("defect"))))
                .withMessageContaining("policy of iteration 9");
        assertThat(replayed(file, constant(Tensor.of(1f))))
                .returns(true, ReplayResult::isIdentical)
                .returns(9L, ReplayResult::iterations);
    }

    @Test
    void policyThatEndedItsRunIsIdenticalIfItDoesSoInTheReplay() throws IOException {
        Path file = record(throwing(new EndOfRunException("enough")));

        assertThat(replayed(file, throwing(new EndOfRunException("enough"))))
                .returns(true, ReplayResult::isIdentical)
                .returns(9L, ReplayResult::iterations);
    }

    @Test
    void actionThatTheRobotRefusedIsCompared() throws IOException {
        Robot<Observation, Tensor> robot =
                new RobotDecorator<>(new Recordings.AnyRobot()) {
                    @Override
                    public void act(Tensor action) {
                        throw new IllegalStateException("refused");
                    }
                };
        Path file =
                Recordings.of(
                        this.directory, robot, constant(Tensor.of(1f)), Duration.ofSeconds(1));

        assertThat(replayed(file, constant(Tensor.of(2f))).firstDifference())
                .isEqualTo(new ReplayResult.Difference(0, "values[0]", "1.0", "2.0"));
    }

    @Test
    void policyThatReturnsNullFailsAsInEverySession() throws IOException {
        Path file = record(constant(Tensor.of(1f)));

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> replayed(file, observation -> null))
                .withMessageContaining("selectAction() returned null");
    }

    @Test
    void damageInTheMiddleIsAnExceptionOfTheFile() throws IOException {
        Path file = record(new Sensitive(), Duration.ofMinutes(3), SessionOptions.defaults());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).through(new Sensitive()))
                .withMessageContaining(file.toString());
    }

    @Test
    void actionWithoutACodecIsAnExceptionThatSaysSo() throws IOException {
        Path file = record(constant(Tensor.of(1f)));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).through((Object observation) -> "forward"))
                .withMessageContaining("java.lang.String, which needs a codec");
    }

    private static Policy<Observation, Tensor> constant(Tensor action) {
        return observation -> action;
    }

    /** Records ten seconds of a robot that accepts any action. */
    private Path record(Policy<Observation, Tensor> policy) throws IOException {
        return Recordings.of(
                this.directory, new Recordings.AnyRobot(), policy, Duration.ofSeconds(10));
    }

    @Test
    void runThatFailedInItsResetHasNothingToReplay() throws IOException {
        Robot<Observation, Tensor> robot =
                new RobotDecorator<>(new Recordings.AnyRobot()) {
                    @Override
                    public Observation reset() {
                        throw new IllegalStateException("unplugged");
                    }
                };
        Path file =
                Recordings.of(
                        this.directory, robot, constant(Tensor.of(1f)), Duration.ofSeconds(1));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).through(new Sensitive()))
                .withMessage(file + " has no iterations with observations");
    }

    @Test
    void fileWithoutIterationsIsRefused() throws IOException {
        Path file = Files.createFile(this.directory.resolve("empty.mcap"));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).through(new Sensitive()));
    }
}
