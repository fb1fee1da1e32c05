package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.InvalidActionException;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A recording as a robot, and as a policy. */
@Timeout(120)
class PlaybackTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withEngage(EngageOptions.defaults().withEnabled(false));

    @TempDir private Path directory;

    /** Each action has the number of its call. */
    private static Policy<Object, Tensor> counting() {
        int[] calls = {0};
        return observation -> Tensor.of(calls[0]++);
    }

    /** Records a mock robot with one joint, at 50 Hz. */
    private Path record(Policy<? super Observation, Tensor> policy, Duration duration)
            throws IOException {
        VirtualClock clock = new VirtualClock();
        return Recordings.of(
                this.directory,
                new MockRobot(1, 50, clock::nanoTime),
                policy,
                OPTIONS,
                clock,
                duration);
    }

    private Path record(Duration duration) throws IOException {
        return record(counting(), duration);
    }

    private static List<Float> firsts(List<Tensor> tensors) {
        return tensors.stream().map(tensor -> tensor.get(0)).toList();
    }

    // ---- as a robot

    /** Notes its observations as they are when they are given. */
    private static final class Noting implements Policy<Observation, Tensor> {

        private final List<Float> states = new ArrayList<>();
        private final List<Long> timestamps = new ArrayList<>();

        @Override
        public Tensor selectAction(Observation observation) {
            this.states.add(observation.get(Observation.STATE).get(0));
            this.timestamps.add(observation.timestampNanos());
            return Tensor.zeros(1);
        }
    }

    private static VirtualSession<Observation, Tensor> session(
            Replay replay, Policy<Observation, Tensor> policy, SessionOptions options)
            throws IOException {
        VirtualClock clock = new VirtualClock();
        clock.advance(Duration.ofHours(7)); // far from the time of the recording
        return VirtualSession.of(
                replay.withClock(clock::nanoTime).asRobot(), policy, options, clock);
    }

    @Test
    void robotGivesEachObservationOnceAndEndsTheRun() throws IOException {
        Noting recorded = new Noting();
        Path file = record(recorded, Duration.ofSeconds(2));
        Noting replayed = new Noting();
        try (VirtualSession<Observation, Tensor> session =
                session(
                        Replay.of(file),
                        replayed,
                        OPTIONS.withMaxObservationAge(Duration.ofMillis(15)))) {
            session.run(Duration.ofMinutes(1));

            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            assertThat(session.failure()).isNull();
            assertThat(replayed.states).isEqualTo(recorded.states).hasSize(100);
            long shift = replayed.timestamps.get(0) - recorded.timestamps.get(0);
            assertThat(replayed.timestamps)
                    .isEqualTo(recorded.timestamps.stream().map(time -> time + shift).toList());
        }
    }

    @Test
    void eachRunBeginsWithTheFirstObservation() throws IOException {
        Noting replayed = new Noting();
        Path file = record(observation -> Tensor.of(1), Duration.ofMillis(100));
        try (VirtualSession<Observation, Tensor> session =
                session(Replay.of(file), replayed, OPTIONS)) {
            session.run(Duration.ofSeconds(1));
            session.session().start();
            session.run(Duration.ofSeconds(1));
        }
        assertThat(replayed.states).hasSize(10);
        assertThat(replayed.states.subList(5, 10)).isEqualTo(replayed.states.subList(0, 5));
    }

    @Test
    void atTwiceTheRateObservationsAreRepeatedAndGrowOlder() throws IOException {
        Noting replayed = new Noting();
        Path file = record(observation -> Tensor.of(1), Duration.ofMillis(60));
        try (VirtualSession<Observation, Tensor> session =
                session(Replay.of(file), replayed, OPTIONS.withRateHz(100))) {
            session.run(Duration.ofSeconds(1));
        }
        assertThat(replayed.timestamps).hasSize(5);
        assertThat(replayed.timestamps.get(0)).isEqualTo(replayed.timestamps.get(1));
        assertThat(replayed.timestamps.get(2) - replayed.timestamps.get(1)).isEqualTo(20_000_000);
    }

    @Test
    void repeatedRobotDoesNotEndAndItsTimestampsGoOn() throws IOException {
        Noting replayed = new Noting();
        Path file = record(observation -> Tensor.of(1), Duration.ofMillis(60));
        try (VirtualSession<Observation, Tensor> session =
                session(
                        Replay.of(file).withRepeat(),
                        replayed,
                        OPTIONS.withMaxObservationAge(Duration.ofMillis(1)))) {
            session.run(Duration.ofSeconds(1));

            assertThat(session.session().isRunning()).isTrue();
        }
        assertThat(replayed.states).hasSize(50);
        assertThat(replayed.states.subList(48, 50)).isEqualTo(replayed.states.subList(0, 2));
        for (int i = 1; i < 50; i++) {
            assertThat(replayed.timestamps.get(i) - replayed.timestamps.get(i - 1))
                    .isEqualTo(20_000_000);
        }
    }

    /** The recorded loop is late in iteration 10. In the session, that is not in the future. */
    @Test
    void observationThatWasLateIsNotOfTheFuture() throws IOException {
        VirtualClock clock = new VirtualClock();
        int[] waits = {0};
        clock.oversleeping(() -> waits[0]++ % 10 == 9 ? 9_000_000 : 0);
        Path file =
                Recordings.of(
                        this.directory,
                        new MockRobot(1, 50, clock::nanoTime),
                        counting(),
                        OPTIONS,
                        clock,
                        Duration.ofSeconds(2));
        try (VirtualSession<Observation, Tensor> session =
                session(
                        Replay.of(file),
                        new Noting(),
                        OPTIONS.withMaxObservationAge(Duration.ofMillis(15)))) {
            session.run(Duration.ofMinutes(1));

            assertThat(session.failure()).isNull();
            assertThat(session.session().stepCount()).isEqualTo(100);
        }
    }

    @Test
    void robotRefusesAnActionOfAnotherShapeThanTheRecordedOnes() throws IOException {
        try (VirtualSession<Observation, Tensor> session =
                session(
                        Replay.of(record(Duration.ofSeconds(1))),
                        observation -> Tensor.zeros(3),
                        OPTIONS)) {
            session.run(Duration.ofSeconds(1));

            assertThat(session.failure())
                    .hasCauseInstanceOf(InvalidActionException.class)
                    .hasMessageContaining("[3], but must have [1]");
        }
    }

    private record Pose(double height, float[] joints) {}

    private record Move(double speed) {}

    private Path recordOwnTypes() throws IOException {
        Robot<Pose, Move> robot =
                new Robot<>() {
                    private int count;

                    @Override
                    public Pose observe() {
                        return new Pose(this.count++, new float[] {1, 2});
                    }

                    @Override
                    public void act(Move move) {}

                    @Override
                    public Pose reset() {
                        return new Pose(0, new float[2]);
                    }
                };
        return Recordings.of(
                this.directory, robot, pose -> new Move(pose.height() / 3), Duration.ofSeconds(1));
    }

    @Test
    void recordsAreGivenAsTheyWere() throws IOException {
        VirtualClock clock = new VirtualClock();
        Robot<Pose, Move> robot =
                Replay.of(recordOwnTypes())
                        .withClock(clock::nanoTime)
                        .asRobot(Pose.class, Move.class);
        try (VirtualSession<Pose, Move> session =
                VirtualSession.of(robot, pose -> new Move(1), OPTIONS, clock)) {
            session.run(Duration.ofSeconds(2));

            assertThat(session.observations()).extracting(Pose::height).hasSize(50).isSorted();
        }
    }

    @Test
    void anotherTypeThanTheRecordedOneIsRefused() throws IOException {
        Path file = recordOwnTypes();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).asRobot())
                .withMessage(
                        "%s has actions of type %s, not %s",
                        file, Move.class.getName(), Tensor.class.getName());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).asRobot(Observation.class, Move.class))
                .withMessage(
                        "%s has observations of type %s, not %s",
                        file, Pose.class.getName(), Observation.class.getName());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).asPolicy())
                .withMessage(
                        "%s has actions of type %s, not %s",
                        file, Move.class.getName(), Tensor.class.getName());
    }

    @Test
    void fileThatCannotBeReplayedIsRefusedBeforeAnythingMoves() throws IOException {
        Path file = record(Duration.ofMinutes(2));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Path missing = this.directory.resolve("missing.mcap");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).asPolicy())
                .withMessageContaining(file.toString());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Replay.of(file).asRobot())
                .withMessageContaining(file.toString());
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> Replay.of(missing).asRobot());
    }

    // ---- as a policy

    private static VirtualSession<Observation, Tensor> moving(Replay replay, SessionOptions options)
            throws IOException {
        VirtualClock clock = new VirtualClock();
        return VirtualSession.of(
                new MockRobot(1, options.rateHz(), clock::nanoTime),
                replay.asPolicy(),
                options,
                clock);
    }

    @Test
    void policySendsEachActionOnceAndEndsTheRun() throws IOException {
        Path file = record(Duration.ofSeconds(2));
        try (VirtualSession<Observation, Tensor> session = moving(Replay.of(file), OPTIONS)) {
            session.run(Duration.ofMinutes(1));

            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            assertThat(session.stopsOfRobot()).isEqualTo(1);
            assertThat(session.actions())
                    .extracting(action -> (int) action.get(0))
                    .hasSize(100)
                    .isSorted()
                    .doesNotHaveDuplicates();

            session.session().start();
            session.step(1);
            assertThat(session.actions().get(100)).isEqualTo(Tensor.of(0));
        }
    }

    /** Those that the robot got within the limits of that time, not those selected. */
    @Test
    void policySendsWhatTheRobotReceivedWithinTheLimitsOfBothSessions() throws IOException {
        VirtualClock clock = new VirtualClock();
        Path file =
                Recordings.of(
                        this.directory,
                        new MockRobot(1, 50, clock::nanoTime),
                        counting(),
                        OPTIONS.withLimits(LimitOptions.none().withMax(List.of(3f))),
                        clock,
                        Duration.ofMillis(100));
        SessionOptions limited = OPTIONS.withLimits(LimitOptions.none().withMax(List.of(2f)));
        try (VirtualSession<Observation, Tensor> session = moving(Replay.of(file), limited)) {
            session.run(Duration.ofSeconds(1));

            assertThat(firsts(session.selectedActions())).containsExactly(0f, 1f, 2f, 3f, 3f);
            assertThat(firsts(session.actions())).containsExactly(0f, 1f, 2f, 2f, 2f);
        }
    }

    @Test
    void lastActionRemainsWhereNoneWasSent() throws IOException {
        VirtualClock clock = new VirtualClock();
        int[] observations = {0};
        Robot<Observation, Tensor> stale =
                new RobotDecorator<>(new MockRobot(1, 50, clock::nanoTime)) {
                    @Override
                    public Observation observe() throws Exception {
                        long age = observations[0]++ == 3 ? 1_000_000_000 : 0;
                        return super.observe().stamp(clock.nanoTime() - age);
                    }
                };
        Path file =
                Recordings.of(
                        this.directory,
                        stale,
                        counting(),
                        OPTIONS.withMaxObservationAge(Duration.ofMillis(10)),
                        clock,
                        Duration.ofMillis(120));
        try (VirtualSession<Observation, Tensor> session = moving(Replay.of(file), OPTIONS)) {
            session.run(Duration.ofSeconds(1));

            assertThat(firsts(session.actions())).containsExactly(0f, 1f, 2f, 2f, 4f, 5f);
        }
    }

    @Test
    void policyForAnotherArmSendsNothing() throws IOException {
        Replay replay = Replay.of(record(Duration.ofSeconds(1)));
        VirtualClock clock = new VirtualClock();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        new MockRobot(6, 50, clock::nanoTime), replay.asPolicy(), OPTIONS, clock)) {
            session.run(Duration.ofSeconds(1));

            assertThat(session.actions()).isEmpty();
            assertThat(session.failure()).hasMessageContaining("[1], but must have [6]");
        }
    }

    @Test
    void policyReplaysExactlyLikeEveryOther() throws IOException {
        Replay replay = Replay.of(record(Duration.ofSeconds(10)));
        Path second = record(replay.asPolicy(), Duration.ofSeconds(11));

        ReplayResult result = Replay.of(second).through(replay.asPolicy());

        assertThat(result.isIdentical()).as("%s", result).isTrue();
        assertThat(result.iterations()).isEqualTo(500);
    }

    @Test
    void actionsOfAnotherSourceAreCheckedAtOnce() {
        SortedMap<Duration, Tensor> actions = new TreeMap<>();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Replay.policyOf(actions))
                .withMessage("There is no action");

        actions.put(Duration.ofSeconds(1), Tensor.of(1, 2));
        actions.put(Duration.ofSeconds(2), Tensor.of(1, Float.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Replay.policyOf(actions))
                .withMessage("The recording: value 1 of action 1 is NaN, but must be finite");

        actions.put(Duration.ofSeconds(2), Tensor.of(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Replay.policyOf(actions))
                .withMessage(
                        "The recording: action 1 has shape [1], but must have [2], as the first");
    }
}
