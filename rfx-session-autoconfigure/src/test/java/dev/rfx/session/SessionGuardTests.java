package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.timing.IterationRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks between policy and robot. */
class SessionGuardTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO).withSpinWindow(Duration.ZERO);
    private static final Duration MAX_AGE = Duration.ofMillis(30);

    private final VirtualClock clock = new VirtualClock();
    private final TensorRobot robot = new TensorRobot();

    @AfterEach
    void close() {
        this.clock.close();
    }

    /** Takes tensors, sets the timestamps that a test wants, and records the actions. */
    private final class TensorRobot implements Robot<Object, Tensor> {

        private final Observation observation = Observation.of("state", Tensor.of(0));
        private final List<Tensor> actions = new ArrayList<>();
        private int @org.jspecify.annotations.Nullable [] shape;
        private LongUnaryOperator ageNanosOfIteration = iteration -> 0;
        private int observes;
        private int stops;

        @Override
        public Object observe() {
            long age = this.ageNanosOfIteration.applyAsLong(this.observes++);
            return this.observation.stamp(SessionGuardTests.this.clock.nanoTime() - age);
        }

        @Override
        public void act(Tensor action) {
            this.actions.add(action.copy());
        }

        @Override
        public Object reset() {
            return this.observation;
        }

        @Override
        public void stop() {
            this.stops++;
        }

        @Override
        public int @org.jspecify.annotations.Nullable [] actionShape() {
            return this.shape;
        }
    }

    private Session session(SessionOptions options, Policy<Object, Tensor> policy) {
        return this.clock.session(this.robot, policy, options);
    }

    private void assertFails(Session session, SessionPhase phase, String message) {
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(session::run)
                .satisfies(
                        failure -> {
                            assertThat(failure.phase()).isEqualTo(phase);
                            assertThat(failure.getCause()).hasMessage(message);
                        });
        assertThat(this.robot.stops).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void actionThatIsNotFiniteNeverReachesTheRobot(float value) {
        Session session = session(OPTIONS, observation -> Tensor.of(1, 2, value, value));

        assertFails(
                session,
                SessionPhase.POLICY,
                "The action's value 2 is " + value + ", but must be finite");

        assertThat(this.robot.actions).isEmpty();
    }

    @Test
    void actionOfAnotherShapeThanTheRobotTakesNeverReachesIt() {
        this.robot.shape = new int[] {6};
        Session session = session(OPTIONS, observation -> Tensor.zeros(5));

        assertFails(session, SessionPhase.POLICY, "The action has shape [5], but must have [6]");

        assertThat(this.robot.actions).isEmpty();
    }

    @Test
    void actionOfAnotherShapeThanTheFirstNeverReachesTheRobot() {
        Session session =
                session(
                        OPTIONS,
                        observation ->
                                this.robot.observes < 3 ? Tensor.zeros(6) : Tensor.zeros(6, 1));

        assertFails(session, SessionPhase.POLICY, "The action has shape [6, 1], but must have [6]");

        assertThat(this.robot.actions).hasSize(2);
    }

    @Test
    void shapeOfOneRunDoesNotBindTheNext() {
        int[] joints = {6};
        Session session = session(OPTIONS, observation -> Tensor.zeros(joints[0]));
        session.run(Duration.ofMillis(50));
        joints[0] = 3;

        session.run(Duration.ofMillis(50));

        assertThat(this.robot.actions).last().isEqualTo(Tensor.zeros(3));
    }

    @Test
    void observationIsActedOnUntilItIsTooOld() {
        this.robot.ageNanosOfIteration = iteration -> iteration == 2 ? 30_000_001 : 30_000_000;
        Session session =
                session(
                        OPTIONS.withMaxObservationAge(MAX_AGE),
                        observation -> Tensor.of(this.robot.observes));

        session.run(Duration.ofMillis(70));

        assertThat(session.stepCount()).isEqualTo(4);
        assertThat(this.robot.actions)
                .as("the robot holds in iteration 2")
                .containsExactly(Tensor.of(1), Tensor.of(2), Tensor.of(4));
        assertThat(session.totals().stale()).isEqualTo(1);
        assertThat(session.recentIterations())
                .extracting(IterationRecord::stale)
                .containsExactly(false, false, true, false);
    }

    @Test
    void timeThatThePolicyTakesAgesTheObservation() {
        Session session =
                session(
                        OPTIONS.withMaxObservationAge(MAX_AGE),
                        observation -> {
                            this.clock.advance(MAX_AGE.plusNanos(1));
                            return Tensor.of(0);
                        });

        session.run(Duration.ofMillis(50));

        assertThat(this.robot.actions).isEmpty();
        assertThat(session.totals().stale()).isEqualTo(session.stepCount());
    }

    @Test
    void tooManyStaleObservationsInARowFailTheRun() {
        this.robot.ageNanosOfIteration = iteration -> iteration == 2 ? 0 : 40_000_000;
        Session session =
                session(
                        OPTIONS.withMaxObservationAge(MAX_AGE).withMaxStaleIterations(3),
                        observation -> Tensor.of(0));

        assertFails(
                session,
                SessionPhase.OBSERVE,
                "The observation is 40.000 ms old, but must be at most 30.000 ms old, after 3"
                        + " consecutive stale observations");

        assertThat(session.failure().iteration()).as("2 + 1 fresh + 3").isEqualTo(6);
        assertThat(session.totals().stale()).isEqualTo(5);
        assertThat(this.robot.actions).hasSize(1);
    }

    @Test
    void observationWithoutATimestampFailsWithAMaxAge() {
        Session session =
                this.clock.session(
                        new ScriptedRobot(),
                        observation -> "action",
                        OPTIONS.withMaxObservationAge(MAX_AGE));

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(session::run)
                .withMessageContaining(
                        "maxObservationAge is set, but the java.lang.String has no timestamp. observe()"
                                + " must return a Timestamped observation whose timestamp is set");
    }

    @Test
    void timestampInTheFutureFails() {
        this.robot.ageNanosOfIteration = iteration -> -1_000_000;
        Session session =
                session(OPTIONS.withMaxObservationAge(MAX_AGE), observation -> Tensor.of(0));

        assertFails(
                session,
                SessionPhase.OBSERVE,
                "The observation's timestamp is 1.000 ms in the future. A timestamp must be a reading"
                        + " of System.nanoTime()");
    }

    @Test
    void ageDoesNotMatterByDefault() {
        this.robot.ageNanosOfIteration = iteration -> Duration.ofDays(1).toNanos();
        Session session = session(OPTIONS, observation -> Tensor.of(0));

        session.run(Duration.ofMillis(50));

        assertThat(session.totals().stale()).isZero();
    }
}
