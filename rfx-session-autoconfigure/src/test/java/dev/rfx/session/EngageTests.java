package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.LimitViolationException;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.test.Fault;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ramp from the pose of the robot to the actions of the policy. */
class EngageTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO);
    private static final EngageOptions RAMP = EngageOptions.defaults();

    private static final double PERIOD = 0.02;

    private final VirtualClock clock = new VirtualClock();
    private final Arm arm = new Arm(0.5f, -1);

    /** Stays where the test puts it. */
    private static class Arm implements Robot<Observation, Tensor> {

        private float[] pose;
        private boolean reportsPositions = true;

        Arm(float... pose) {
            this.pose = pose;
        }

        @Override
        public Observation observe() {
            return Observation.of(Observation.STATE, Tensor.of(this.pose));
        }

        @Override
        public void act(Tensor action) {}

        @Override
        public Observation reset() {
            return observe();
        }

        @Override
        public List<String> joints() {
            return List.of("shoulder", "elbow");
        }

        @Override
        public @Nullable Tensor positions(Observation observation) {
            return this.reportsPositions ? observation.get(Observation.STATE) : null;
        }
    }

    private VirtualSession<Observation, Tensor> session(
            EngageOptions engage, Policy<Observation, Tensor> policy) {
        return session(OPTIONS.withEngage(engage), policy);
    }

    private VirtualSession<Observation, Tensor> session(
            SessionOptions options, Policy<Observation, Tensor> policy) {
        return VirtualSession.of(this.arm, policy, options, this.clock);
    }

    private static Policy<Observation, Tensor> to(float... target) {
        Tensor action = Tensor.of(target);
        return observation -> action;
    }

    private static float[] joint(int joint, List<Tensor> actions) {
        float[] values = new float[actions.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = actions.get(i).get(joint);
        }
        return values;
    }

    private static double largestStep(int joint, List<Tensor> actions) {
        float[] values = joint(joint, actions);
        double largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = Math.max(largest, Math.abs((double) values[i] - values[i - 1]));
        }
        return largest;
    }

    private static EngageState state(VirtualSession<?, ?> session) {
        return session.session().snapshot().engage();
    }

    private static void assertFailedWith(
            VirtualSession<?, ?> session, Class<? extends Throwable> type, String message) {
        SessionException failure = session.failure();
        assertThat(failure).isNotNull();
        assertThat(failure.getCause()).isInstanceOf(type).hasMessageContaining(message);
        assertThat(session.stopsOfRobot()).isEqualTo(1);
    }

    // ---- the ramp

    @Test
    void firstCommandIsThePoseAndTheRampEndsAfterTwoSeconds() {
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, to(1.5f, -2))) {
            session.step(150);

            assertThat(session.actions().get(0)).isEqualTo(Tensor.of(0.5f, -1));
            assertThat(session.actions().get(25).get(0)).as("s = 5/32").isEqualTo(0.65625f);
            assertThat(session.actions().get(50)).as("half way").isEqualTo(Tensor.of(1, -1.5f));
            assertThat(session.actions().get(99)).isNotEqualTo(Tensor.of(1.5f, -2));
            assertThat(session.actions().subList(100, 150)).containsOnly(Tensor.of(1.5f, -2));
            assertThat(joint(0, session.actions())).isSorted();
            assertThat(largestStep(0, session.actions()))
                    .as("1.5 times the distance in one duration")
                    .isCloseTo(1.5 / 2 * PERIOD, within(1e-5));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 30, 200, 1000})
    void rampTakesItsDurationAtAnyRate(int rateHz) {
        EngageOptions engage = RAMP.withDuration(Duration.ofMillis(700));
        try (VirtualSession<Observation, Tensor> session =
                session(OPTIONS.withRateHz(rateHz).withEngage(engage), to(2, 2))) {
            int iterations = (int) Math.ceil(0.7 * rateHz - 1e-6);

            session.step(iterations);
            assertThat(state(session)).isEqualTo(EngageState.ENGAGING);
            session.step(1);

            assertThat(state(session)).isEqualTo(EngageState.ENGAGED);
            assertThat(session.actions().get(iterations)).isEqualTo(Tensor.of(2, 2));
        }
    }

    @Test
    void rampBeginsAtThePoseThatWasObservedLast() {
        try (VirtualSession<Observation, Tensor> session =
                session(OPTIONS.withWarmup(Duration.ofSeconds(1)), to(2, 2))) {
            this.clock.after(
                    Duration.ofMillis(500), () -> this.arm.pose = new float[] {-0.25f, 0.25f});

            session.step(1);

            assertThat(session.actions()).containsExactly(Tensor.of(-0.25f, 0.25f));
        }
    }

    @Test
    void rampMeetsATargetThatMovesWithoutAJump() {
        int[] n = new int[1];
        Policy<Observation, Tensor> circle =
                observation -> {
                    double t = PERIOD * n[0]++;
                    return Tensor.of((float) (2 * Math.sin(3 * t)), (float) (2 * Math.cos(3 * t)));
                };
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, circle)) {
            session.step(500);

            assertThat(session.actions().subList(100, 500))
                    .isEqualTo(session.selectedActions().subList(100, 500));
            // The speed of the target, and 1.5 times the distance to it in two seconds.
            assertThat(largestStep(0, session.actions())).isLessThan((6 + 1.5 * 2.5 / 2) * PERIOD);
            assertThat(largestStep(1, session.actions())).isLessThan((6 + 1.5 * 3 / 2) * PERIOD);
        }
    }

    @Test
    void jointThatIsFarAwayTakesLongerAtTheMaximumSpeed() {
        EngageOptions engage = RAMP.withMaxSpeed(List.of(1f));
        try (VirtualSession<Observation, Tensor> session = session(engage, to(0.75f, 4))) {
            session.step(100);
            assertThat(state(session)).isEqualTo(EngageState.ENGAGING);
            session.step(300);

            assertThat(state(session)).isEqualTo(EngageState.ENGAGED);
            assertThat(joint(0, session.actions().subList(100, 400))).containsOnly(0.75f);
            float[] far = joint(1, session.actions());
            assertThat(largestStep(1, session.actions())).isCloseTo(PERIOD, within(1e-6));
            assertThat(far[399]).isEqualTo(4);
            assertThat(far[250]).as("5 m at 1/s, after a gentle begin").isLessThan(4);
        }
    }

    @Test
    void maximumSpeedOfEachJoint() {
        EngageOptions engage = RAMP.withMaxSpeed(List.of(0.5f, 2f));
        try (VirtualSession<Observation, Tensor> session = session(engage, to(3, 5))) {
            session.step(400);

            assertThat(largestStep(0, session.actions())).isCloseTo(0.5 * PERIOD, within(1e-6));
            assertThat(largestStep(1, session.actions())).isCloseTo(2 * PERIOD, within(1e-6));
        }
    }

    @Test
    void jointThatHasArrivedFollowsThePolicyAtAnySpeed() {
        int[] n = new int[1];
        Policy<Observation, Tensor> policy =
                observation -> Tensor.of(n[0]++ < 150 ? 0.5f : 0.9f, 4);
        EngageOptions engage = RAMP.withMaxSpeed(List.of(1f));
        try (VirtualSession<Observation, Tensor> session = session(engage, policy)) {
            session.step(200);

            assertThat(state(session))
                    .as("because of the other joint")
                    .isEqualTo(EngageState.ENGAGING);
            assertThat(session.actions().get(150).get(0)).isEqualTo(0.9f);
        }
    }

    @Test
    void rampThatDoesNotEndWithinItsTimeoutFailsTheRunInsteadOfJumping() {
        int[] n = new int[1];
        Policy<Observation, Tensor> fleeing = observation -> Tensor.of(0.5f, 0.04f * n[0]++);
        EngageOptions engage = RAMP.withMaxSpeed(List.of(1f)).withTimeout(Duration.ofSeconds(3));
        try (VirtualSession<Observation, Tensor> session = session(engage, fleeing)) {
            session.step(1000);

            assertFailedWith(
                    session,
                    EngageException.class,
                    "Joint elbow has not reached the policy's target within 3.0 s");
            assertThat(session.actions()).hasSize(150);
            assertThat(largestStep(1, session.actions())).isLessThanOrEqualTo(PERIOD + 1e-6);
        }
    }

    @Test
    void stallDoesNotEarnAJump() {
        try (VirtualSession<Observation, Tensor> session =
                session(OPTIONS.withWatchdogTimeout(Duration.ZERO), to(1.5f, -2))
                        .with(
                                Fault.in(SessionPhase.POLICY)
                                        .at(10)
                                        .taking(Duration.ofSeconds(30)))) {
            session.step(20);

            assertThat(state(session)).isEqualTo(EngageState.ENGAGING);
            assertThat(largestStep(0, session.actions())).as("0.1 s").isLessThan(0.1 * 1.5 / 2);
        }
    }

    @Test
    void actionOfThePolicyIsNotChanged() {
        Tensor action = Tensor.of(1, 1);
        try (VirtualSession<Observation, Tensor> session =
                session(OPTIONS, observation -> action)) {
            session.step(120);

            assertThat(action).isEqualTo(Tensor.of(1, 1));
            assertThat(session.session().latestAction()).isSameAs(action);
        }
    }

    /** A step of less than half the distance of two floats is not lost. */
    @Test
    void slowRampArrivesAtAHighRate() {
        this.arm.pose = new float[] {1000, -1000};
        SessionOptions options =
                OPTIONS.withRateHz(10_000)
                        .withEngage(
                                RAMP.withDuration(Duration.ofMillis(100))
                                        .withMaxSpeed(List.of(0.25f)));
        try (VirtualSession<Observation, Tensor> session =
                session(options, to(1000.25f, -1000.25f))) {
            session.step(10_100);

            assertThat(session.failure()).isNull();
            assertThat(session.actions().get(10_099)).isEqualTo(Tensor.of(1000.25f, -1000.25f));
            assertThat(state(session)).isEqualTo(EngageState.ENGAGED);
        }
    }

    // ---- the begin of each run, and takeovers

    @Test
    void restartRampsFromThePoseOfThatTime() {
        SessionOptions options =
                OPTIONS.withRestart(
                        RestartOptions.none()
                                .withMaxAttempts(1)
                                .withDelays(Duration.ofSeconds(1), 1, Duration.ofSeconds(1)));
        try (VirtualSession<Observation, Tensor> session =
                session(options, to(1.5f, -2))
                        .with(
                                Fault.in(SessionPhase.ACT)
                                        .at(120)
                                        .throwing(IllegalStateException::new))) {
            session.step(120);
            this.arm.pose = new float[] {-3, 3};
            session.step(101);

            assertThat(session.session().totals().restarts()).isEqualTo(1);
            List<Tensor> second = session.actions().subList(121, session.actions().size());
            assertThat(second.get(0)).isEqualTo(Tensor.of(-3, 3));
            assertThat(second.get(50)).isEqualTo(Tensor.of(-0.75f, 0.5f));
            assertThat(second.get(100)).isEqualTo(Tensor.of(1.5f, -2));
        }
    }

    @Test
    void takeoverRampsFromTheLastCommand() {
        Policy<Observation, Tensor> walk = to(-1, 3);
        SwitchablePolicy<Observation, Tensor> policy = new SwitchablePolicy<>(to(1, 1), walk);
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, policy)) {
            session.step(150);
            policy.switchTo(walk);
            session.step(1);
            assertThat(state(session)).isEqualTo(EngageState.ENGAGING);
            session.step(149);

            List<Tensor> after = session.actions().subList(150, 300);
            assertThat(after.get(0)).isEqualTo(Tensor.of(1, 1));
            assertThat(after.get(50)).isEqualTo(Tensor.of(0, 2));
            assertThat(after.subList(100, 150)).containsOnly(Tensor.of(-1, 3));
            assertThat(state(session)).isEqualTo(EngageState.ENGAGED);
        }
    }

    @Test
    void takeoverRampsFromTheLastCommandAlsoAfterAMotionThatWasNotRamped() {
        Tensor action = Tensor.zeros(2);
        Policy<Observation, Tensor> moving =
                observation -> {
                    action.set(0, action.get(0) + 0.0625f);
                    return action; // the same object each time
                };
        Policy<Observation, Tensor> walk = to(-1, 3);
        SwitchablePolicy<Observation, Tensor> policy = new SwitchablePolicy<>(moving, walk);
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, policy)) {
            session.step(160);
            policy.switchTo(walk);
            session.step(1);

            assertThat(session.actions().get(159)).isEqualTo(Tensor.of(10, 0));
            assertThat(session.actions().get(160)).isEqualTo(Tensor.of(10, 0));
        }
    }

    @Test
    void takeoverDuringARampBeginsAnotherWithoutAJump() {
        Policy<Observation, Tensor> walk = to(-4, 3);
        SwitchablePolicy<Observation, Tensor> policy = new SwitchablePolicy<>(to(4, 1), walk);
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, policy)) {
            session.step(60);
            policy.switchTo(walk);
            session.step(101);

            assertThat(session.actions().get(60)).isEqualTo(session.actions().get(59));
            assertThat(session.actions().get(160)).isEqualTo(Tensor.of(-4, 3));
            assertThat(largestStep(0, session.actions())).isLessThan(1.5 * 8 / 2 * PERIOD);
        }
    }

    @Test
    void policyThatTakesOverIsResetAndTheNextRunBeginsWithIt() {
        int[] resets = new int[2];
        Policy<Observation, Tensor> stand = new Counting(resets, 0);
        Policy<Observation, Tensor> walk = new Counting(resets, 1);
        SwitchablePolicy<Observation, Tensor> policy = new SwitchablePolicy<>(stand, walk);
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, policy)) {
            session.step(1);
            assertThat(resets).containsExactly(1, 0);
            policy.switchTo(walk);
            policy.switchTo(walk);
            session.step(2);
            assertThat(resets).containsExactly(1, 1);
            assertThat(policy.takeovers()).isEqualTo(1);
            session.session().stop();
            this.clock.after(Duration.ZERO, session.session()::start);
            session.step(1);

            assertThat(resets).containsExactly(1, 2);
            assertThat(policy.takeovers()).isEqualTo(1);
        }
    }

    private record Counting(int[] resets, int index) implements Policy<Observation, Tensor> {

        @Override
        public Tensor selectAction(Observation observation) {
            return Tensor.zeros(2);
        }

        @Override
        public void reset() {
            this.resets[this.index]++;
        }
    }

    @Test
    void takeoversOfAPolicyWithinAnotherAreNotMissed() {
        Policy<Observation, Tensor> inner = to(1, 1);
        SwitchablePolicy<Observation, Tensor> first = new SwitchablePolicy<>(to(0, 0), inner);
        Policy<Observation, Tensor> second = to(2, 2);
        SwitchablePolicy<Observation, Tensor> outer = new SwitchablePolicy<>(first, second);
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, outer)) {
            session.step(150);
            first.switchTo(inner);
            session.step(1);
            assertThat(state(session)).isEqualTo(EngageState.ENGAGING);
            session.step(149);
            outer.switchTo(second);
            session.step(1);

            assertThat(state(session)).isEqualTo(EngageState.ENGAGING);
            assertThat(session.actions().get(300)).isEqualTo(Tensor.of(1, 1));
        }
    }

    @Test
    void policyThatIsNotReadyDoesNotTakeOver() {
        SwitchablePolicy<Observation, Tensor> policy = new SwitchablePolicy<>(to(0, 0));

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> policy.switchTo(to(1, 1)))
                .withMessageContaining("is none of those");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new SwitchablePolicy<Observation, Tensor>());
    }

    // ---- robots that cannot be ramped

    @Test
    void robotWithoutPositionsIsNotRampedAndTheSnapshotSaysSo() {
        this.arm.reportsPositions = false;
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, to(1, 1))) {
            assertThat(state(session)).isEqualTo(EngageState.READY);
            session.step(1);

            assertThat(session.actions()).containsExactly(Tensor.of(1, 1));
            assertThat(state(session)).isEqualTo(EngageState.UNAVAILABLE);
        }
    }

    @Test
    void robotWithoutPositionsIsRefusedIfAnySettingIsMade() {
        this.arm.reportsPositions = false;
        for (EngageOptions engage :
                List.of(
                        RAMP.withEnabled(true),
                        RAMP.withDuration(Duration.ofSeconds(1)),
                        RAMP.withMaxSpeed(List.of(1f)),
                        RAMP.withTimeout(Duration.ofSeconds(9)))) {
            try (VirtualSession<Observation, Tensor> session =
                    VirtualSession.of(this.arm, to(1, 1), OPTIONS.withEngage(engage))) {
                session.run(Duration.ofSeconds(1));

                assertFailedWith(session, EngageException.class, "Arm reports no joint positions");
                assertThat(session.failure().phase()).isEqualTo(SessionPhase.RESET);
                assertThat(session.actions()).isEmpty();
            }
        }
    }

    @Test
    void actionsThatAreNoTensorsAreNotRamped() {
        Robot<String, Object> robot =
                new Robot<>() {
                    @Override
                    public String observe() {
                        return "at 3";
                    }

                    @Override
                    public void act(Object action) {}

                    @Override
                    public String reset() {
                        return observe();
                    }

                    @Override
                    public Tensor positions(String observation) {
                        return Tensor.of(3);
                    }
                };
        try (VirtualSession<String, Object> session =
                VirtualSession.of(robot, observation -> "go", OPTIONS)) {
            session.step(2);
            assertThat(session.actions()).containsExactly("go", "go");
            assertThat(state(session)).isEqualTo(EngageState.UNAVAILABLE);
        }
        try (VirtualSession<String, Object> session =
                VirtualSession.of(
                        robot, observation -> "go", OPTIONS.withEngage(RAMP.withEnabled(true)))) {
            session.step(2);
            assertFailedWith(session, EngageException.class, "of type java.lang.String");
            assertThat(session.actions()).isEmpty();
        }
    }

    /** It would be a jump that no report announces. */
    @Test
    void positionsThatAreMissingAfterTheResetFailTheRun() {
        try (VirtualSession<Observation, Tensor> session =
                session(
                        OPTIONS,
                        observation -> {
                            this.arm.reportsPositions = false;
                            return Tensor.of(1, 1);
                        })) {
            session.step(1);

            assertFailedWith(session, EngageException.class, "Arm reports no joint positions");
            assertThat(session.actions()).isEmpty();
        }
    }

    @Test
    void disabledGuardLetsTheFirstActionPass() {
        try (VirtualSession<Observation, Tensor> session =
                session(RAMP.withEnabled(false).withMaxSpeed(List.of(1f)), to(1, 1))) {
            assertThat(state(session)).isEqualTo(EngageState.OFF);
            session.step(1);

            assertThat(session.actions()).containsExactly(Tensor.of(1, 1));
            assertThat(state(session)).isEqualTo(EngageState.OFF);
        }
    }

    @Test
    void positionThatIsNotFiniteFailsTheRun() {
        this.arm.pose = new float[] {0, Float.NaN};
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, to(1, 1))) {
            session.step(1);

            assertFailedWith(
                    session,
                    EngageException.class,
                    "The position of joint elbow is NaN, but must be finite");
            assertThat(session.actions()).isEmpty();
        }
    }

    @Test
    void fewerPositionsThanValuesFailTheRun() {
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS, to(1, 1, 1))) {
            session.step(1);

            assertFailedWith(
                    session,
                    EngageException.class,
                    "The robot reports 2 positions, but the action has 3 values");
            assertThat(session.actions()).isEmpty();
        }
    }

    @Test
    void speedsForAnotherNumberOfJointsAreRefused() {
        try (VirtualSession<Observation, Tensor> session =
                session(RAMP.withMaxSpeed(List.of(1f, 1f, 1f)), to(1, 1))) {
            session.step(1);

            assertFailedWith(
                    session,
                    EngageException.class,
                    "engage.max-speed has 3 values, but the action has 2");
        }
        Robot<Observation, Tensor> six =
                new Arm(0) {
                    @Override
                    public int[] actionShape() {
                        return new int[] {6};
                    }
                };
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(
                        () ->
                                new Session(
                                        six,
                                        to(0),
                                        OPTIONS.withEngage(RAMP.withMaxSpeed(List.of(1f, 2f)))))
                .withMessage("maxSpeed is [1.0, 2.0], but must be one value, or 6");
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        for (float speed : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> RAMP.withMaxSpeed(Arrays.asList(1f, speed)))
                    .withMessage("maxSpeed is " + speed + ", but must be finite and more than 0");
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> RAMP.withDuration(Duration.ZERO))
                .withMessage("duration is PT0S, but must be PT0.001S to PT10M");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> RAMP.withTimeout(Duration.ofSeconds(1)))
                .withMessage("timeout is PT1S, but must be PT2S to PT10M");
        assertThat(RAMP.withDuration(Duration.ofMinutes(1)).timeout())
                .isEqualTo(Duration.ofMinutes(1));
    }

    // ---- in company

    @Test
    void actionThatIsNotFiniteIsRefusedDuringTheRamp() {
        int[] n = new int[1];
        try (VirtualSession<Observation, Tensor> session =
                session(OPTIONS, observation -> Tensor.of(n[0]++ < 10 ? 1 : Float.NaN, 1))) {
            session.step(20);

            assertFailedWith(session, InvalidActionException.class, "value 0 is NaN");
            assertThat(session.actions()).hasSize(10);
        }
    }

    @Test
    void limitsHoldForTheRamp() {
        SessionOptions options =
                OPTIONS.withLimits(
                        LimitOptions.none().withMax(List.of(1f)).withMaxSpeed(List.of(0.25f)));
        try (VirtualSession<Observation, Tensor> session = session(options, to(5, 5))) {
            session.step(500);

            for (int joint = 0; joint < 2; joint++) {
                assertThat(largestStep(joint, session.actions()))
                        .isLessThanOrEqualTo(0.25 * PERIOD + 1e-6);
            }
            assertThat(session.actions().get(499)).isEqualTo(Tensor.of(1, 1));
        }
    }

    /** A policy without bounds does not turn the ramp into a jump to the end of the range. */
    @Test
    void rampEndsAtTheRangeIfTheActionIsFarBeyondIt() {
        SessionOptions options =
                OPTIONS.withLimits(
                        LimitOptions.none().withMin(List.of(-2f)).withMax(List.of(1.5f)));
        try (VirtualSession<Observation, Tensor> session = session(options, to(1000, -1000))) {
            session.step(150);

            assertThat(session.actions().get(50)).as("half way").isEqualTo(Tensor.of(1, -1.5f));
            assertThat(session.actions().subList(100, 150)).containsOnly(Tensor.of(1.5f, -2));
            assertThat(largestStep(0, session.actions())).isCloseTo(1.5 / 2 * PERIOD, within(1e-5));
        }
    }

    @Test
    void takeoverRampsFromTheRangeIfTheLastActionWasFarBeyondIt() {
        SessionOptions options = OPTIONS.withLimits(LimitOptions.none().withMax(List.of(1f)));
        Policy<Observation, Tensor> walk = to(0, 0);
        SwitchablePolicy<Observation, Tensor> policy = new SwitchablePolicy<>(to(50, 50), walk);
        try (VirtualSession<Observation, Tensor> session = session(options, policy)) {
            session.step(150);
            policy.switchTo(walk);
            session.step(101);

            assertThat(session.actions().get(150)).isEqualTo(Tensor.of(1, 1));
            assertThat(session.actions().get(200)).as("half way").isEqualTo(Tensor.of(0.5f, 0.5f));
            assertThat(session.actions().get(250)).isEqualTo(Tensor.of(0, 0));
        }
    }

    /** It does not move on toward an action of the previous policy. */
    @ParameterizedTest
    @ValueSource(ints = {60, 150}) // within a ramp, and after it
    void takeoverRampsFromWhereASpeedLimitHasHeldTheRobotBack(int before) {
        SessionOptions options =
                OPTIONS.withLimits(LimitOptions.none().withMaxSpeed(List.of(0.25f)));
        Policy<Observation, Tensor> hold = to(0.5f, -1);
        SwitchablePolicy<Observation, Tensor> policy = new SwitchablePolicy<>(to(50, 50), hold);
        try (VirtualSession<Observation, Tensor> session = session(options, policy)) {
            session.step(before);
            float[] held = joint(0, session.actions());
            policy.switchTo(hold);
            session.step(150);

            float[] after = joint(0, session.actions().subList(before, before + 150));
            assertThat(held[before - 1]).isGreaterThan(0.6f);
            assertThat(after[0]).isEqualTo(held[before - 1]);
            for (int i = 1; i < after.length; i++) {
                assertThat(after[i]).isLessThanOrEqualTo(after[i - 1]);
            }
        }
    }

    /** The check of the actions comes before the ramp. */
    @Test
    void commandThatIsNotFiniteFailsTheRun() {
        Arm broken =
                new Arm(0.5f, -1) {
                    @Override
                    public float withinRange(int joint, float target) {
                        return Float.NaN;
                    }
                };
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(broken, to(1, 1), OPTIONS)) {
            session.step(2);

            assertFailedWith(
                    session, EngageException.class, "The command of joint shoulder is NaN");
            assertThat(session.actions()).isEmpty();
        }
    }

    @Test
    void actionBeyondALimitThatFailsFailsTheRun() {
        SessionOptions options =
                OPTIONS.withLimits(
                        LimitOptions.none()
                                .withMax(List.of(1f))
                                .withOnViolation(SafetyLimits.OnViolation.FAIL));
        try (VirtualSession<Observation, Tensor> session = session(options, to(4, 4))) {
            session.step(500);

            assertFailedWith(session, LimitViolationException.class, "but must be -Infinity to 1");
        }
    }

    /** One ramp, not two in a row: a joint is 0.8 s at the maximum speed away. */
    @Test
    void softStartOfALimitDoesNotSlowTheRampDown() {
        SessionOptions options =
                OPTIONS.withLimits(LimitOptions.none().withMaxSpeed(List.of(1.25f)));
        try (VirtualSession<Observation, Tensor> session = session(options, to(1.5f, -2))) {
            session.step(150);

            assertThat(session.session().readings())
                    .allMatch(reading -> reading.value() == 0, "no clamp");
            assertThat(session.actions().get(100)).isEqualTo(Tensor.of(1.5f, -2));
        }
    }

    @Test
    void rampWithinALimitThatFailsDoesNotViolateIt() {
        SessionOptions options =
                OPTIONS.withLimits(
                        LimitOptions.none()
                                .withMaxSpeed(List.of(1f))
                                .withOnViolation(SafetyLimits.OnViolation.FAIL));
        try (VirtualSession<Observation, Tensor> session =
                session(options.withEngage(RAMP.withMaxSpeed(List.of(0.9f))), to(4, 4))) {
            session.step(500);

            assertThat(session.failure()).isNull();
            assertThat(session.actions().get(499)).isEqualTo(Tensor.of(4, 4));
        }
    }

    @Test
    void rampFasterThanALimitThatFailsFailsTheRun() {
        SessionOptions options =
                OPTIONS.withLimits(
                        LimitOptions.none()
                                .withMaxSpeed(List.of(1f))
                                .withOnViolation(SafetyLimits.OnViolation.FAIL));
        try (VirtualSession<Observation, Tensor> session = session(options, to(4, 4))) {
            session.step(500);

            assertFailedWith(session, LimitViolationException.class, "at a speed of 1.0");
            assertThat(largestStep(1, session.actions())).isLessThanOrEqualTo(PERIOD);
        }
    }

    @Test
    void staleObservationSendsNothingAndTheRampGoesOnWithoutAJump() {
        SessionOptions options =
                OPTIONS.withMaxObservationAge(Duration.ofMillis(50)).withMaxStaleIterations(100);
        Arm stamped =
                new Arm(0.5f, -1) {
                    private int n;

                    @Override
                    public Observation observe() {
                        long age = this.n++ > 20 && this.n < 60 ? 60_000_000 : 0;
                        return super.observe().stamp(EngageTests.this.clock.nanoTime() - age);
                    }
                };
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(stamped, to(1.5f, -2), options, this.clock)) {
            session.step(200);

            assertThat(session.actions()).hasSizeLessThan(200);
            assertThat(largestStep(0, session.actions())).as("0.1 s").isLessThan(0.1 * 1.5 / 2);
            assertThat(state(session)).isEqualTo(EngageState.ENGAGED);
        }
    }
}
