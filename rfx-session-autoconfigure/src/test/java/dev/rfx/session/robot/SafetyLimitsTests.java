package dev.rfx.session.robot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.test.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetyLimitsTests {

    private final Arm arm = new Arm(2);
    private final VirtualClock clock = new VirtualClock();

    /** Returns a builder of limits on the clock of the test. */
    private SafetyLimits.Builder<Observation> around(Robot<Observation, Tensor> robot) {
        return SafetyLimits.around(robot).nanoTime(this.clock::nanoTime);
    }

    /** Sends a command so many seconds after the previous one, or after the reset. */
    private void act(SafetyLimits<?> limited, double seconds, float... action) throws Exception {
        this.clock.advance(Duration.ofNanos(Math.round(seconds * 1e9)));
        limited.act(Tensor.of(action));
    }

    /** Holds a position until the soft start is over. */
    private void softStart(SafetyLimits<?> limited, float... position) throws Exception {
        for (int i = 0; i < 11; i++) {
            act(limited, 0.1, position);
        }
        this.arm.commands.clear();
    }

    /** Records its commands. Its position is set by the test. */
    private static class Arm implements Robot<Observation, Tensor> {

        private final List<Tensor> commands = new ArrayList<>();
        private final int joints;
        private @Nullable Observation observation;
        private int stops;

        Arm(int joints) {
            this.joints = joints;
            isAt(new float[joints]);
        }

        void isAt(float... positions) {
            this.observation = Observation.of(Observation.STATE, Tensor.of(positions));
        }

        @Override
        public Observation observe() {
            return this.observation;
        }

        @Override
        public void act(Tensor action) {
            this.commands.add(action.copy());
        }

        @Override
        public Observation reset() {
            return this.observation;
        }

        @Override
        public void stop() {
            this.stops++;
        }

        @Override
        public int[] actionShape() {
            return new int[] {this.joints};
        }

        @Override
        public Tensor positions(Observation observation) {
            return observation.get(Observation.STATE);
        }

        @Override
        public List<RobotReading> readings() {
            return List.of(RobotReading.value("temperature", null, 40));
        }

        private Tensor last() {
            return this.commands.get(this.commands.size() - 1);
        }
    }

    private static List<Double> clamps(SafetyLimits<?> limits) {
        return limits.readings().stream()
                .filter(reading -> reading.name().equals("clamps"))
                .map(RobotReading::value)
                .toList();
    }

    @Test
    void commandWithinTheLimitsIsSentAsItIs() throws Exception {
        SafetyLimits<Observation> limited = around(this.arm).min(-1).max(1).maxSpeed(25).build();
        limited.reset();
        softStart(limited, 0, 0);

        act(limited, 0.02, 0.5f, -0.5f);
        act(limited, 0.02, 1, -1);

        assertThat(this.arm.commands).containsExactly(Tensor.of(0.5f, -0.5f), Tensor.of(1, -1));
        assertThat(clamps(limited)).containsExactly(0.0, 0.0);
    }

    @Test
    void commandBeyondTheRangeIsClampedJointByJoint() throws Exception {
        SafetyLimits<Observation> limited =
                SafetyLimits.around(this.arm).min(-1, -2).max(1, 2).build();
        limited.reset();

        limited.act(Tensor.of(3, 3));
        limited.act(Tensor.of(-3, 1.5f));

        assertThat(this.arm.commands).containsExactly(Tensor.of(1, 2), Tensor.of(-1, 1.5f));
        assertThat(clamps(limited)).containsExactly(2.0, 1.0);
    }

    @Test
    void speedIsMeasuredFromTheLastCommandAndNotFromThePosition() throws Exception {
        SafetyLimits<Observation> limited = around(this.arm).maxSpeed(5, 10).build();
        limited.reset();
        softStart(limited, 0, 0);
        for (int i = 1; i <= 10; i++) {
            limited.observe(); // the arm lags behind, and stays at 0

            act(limited, 0.02, 5, -5);

            assertThat(this.arm.last().get(0)).isCloseTo(0.1f * i, within(1e-5f));
            assertThat(this.arm.last().get(1)).isCloseTo(-0.2f * i, within(1e-5f));
        }
        assertThat(clamps(limited)).containsExactly(10.0, 10.0);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 30, 50, 200, 500, 1000, 10_000})
    void speedIsTheSameAtAnyRate(int rateHz) throws Exception {
        SafetyLimits<Observation> limited = around(this.arm).maxSpeed(2, 0.5f).build();
        limited.reset();
        softStart(limited, 0, 0);

        for (int i = 0; i < rateHz; i++) {
            act(limited, 1.0 / rateHz, 9, -9);
        }

        assertThat(this.arm.last().get(0)).as("after a second").isCloseTo(2, within(1e-3f));
        assertThat(this.arm.last().get(1)).isCloseTo(-0.5f, within(1e-3f));
    }

    @Test
    void stallDoesNotEarnAJump() throws Exception {
        SafetyLimits<Observation> limited = around(this.arm).maxSpeed(2).build();
        limited.reset();
        softStart(limited, 0, 0);

        act(limited, 5, 9, 9);
        assertThat(this.arm.last().get(0)).as("0.1 s").isCloseTo(0.2f, within(1e-6f));
        act(limited, 0.02, 9, 9);

        assertThat(this.arm.last().get(0)).isCloseTo(0.24f, within(1e-6f));
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 50, 500})
    void speedGrowsInTheFirstSecondOfARun(int rateHz) throws Exception {
        SafetyLimits<Observation> limited = around(this.arm).maxSpeed(2).build();
        for (int run = 0; run < 2; run++) {
            this.clock.advance(Duration.ofMinutes(1)); // between two runs
            limited.reset();
            float last = 0;
            double fastest = 0;
            for (int i = 1; i <= 2 * rateHz; i++) {
                act(limited, 1.0 / rateHz, 9, 9);
                double speed = (this.arm.last().get(0) - last) * rateHz;
                double second = (double) i / rateHz;
                last = this.arm.last().get(0);
                assertThat(speed)
                        .as("after %s s", second)
                        .isGreaterThanOrEqualTo(fastest - 1e-3)
                        .isLessThanOrEqualTo(2 * Math.min(1, 0.05 + second) + 1e-3);
                fastest = Math.max(speed, fastest);
            }
            assertThat(fastest).isCloseTo(2, within(1e-2));
        }
    }

    @Test
    void stallInTheFirstSecondDoesNotEndTheSoftStart() throws Exception {
        SafetyLimits<Observation> limited = around(this.arm).maxSpeed(2).build();
        limited.reset();

        act(limited, 30, 9, 9);
        act(limited, 30, 9, 9);

        assertThat(this.arm.last().get(0)).as("0.1 s at 5 %, 0.1 s at 14.5 %").isLessThan(0.04f);
    }

    @Test
    void firstCommandStartsFromThePositionThatWasObservedLast() throws Exception {
        SafetyLimits<Observation> limited = around(this.arm).maxSpeed(20).build();
        limited.reset();
        this.arm.isAt(1, 2);
        limited.observe();

        act(limited, 0.1, 5, -5);

        assertThat(this.arm.commands).containsExactly(Tensor.of(1.1f, 1.9f));
    }

    @Test
    void jointOutsideItsRangeIsLedBackAtTheMaximumSpeed() throws Exception {
        SafetyLimits<Observation> limited = around(this.arm).min(-1).max(1).maxSpeed(100).build();
        this.arm.isAt(2, 0);
        limited.reset();

        act(limited, 0.1, 1, 0);
        act(limited, 0.1, 1, 0);

        assertThat(this.arm.commands).containsExactly(Tensor.of(1.5f, 0), Tensor.of(1, 0));
    }

    @Test
    void newRunForgetsTheLastCommand() throws Exception {
        SafetyLimits<Observation> limited = around(this.arm).maxSpeed(100).build();
        limited.reset();
        act(limited, 0.1, 0.5f, 0.5f);
        limited.stop();
        this.arm.isAt(-3, -3);

        limited.reset();
        act(limited, 0.1, 0, 0);

        assertThat(this.arm.last()).isEqualTo(Tensor.of(-2.5f, -2.5f));
        assertThat(this.arm.stops).isEqualTo(1);
    }

    @Test
    void commandThatIsNotFiniteIsRefusedThoughTheRangeWouldCatchInfinity() throws Exception {
        SafetyLimits<Observation> limited =
                SafetyLimits.around(this.arm).min(-1).max(1).maxSpeed(1e6f).build();
        limited.reset();

        assertThatExceptionOfType(LimitViolationException.class)
                .isThrownBy(() -> limited.act(Tensor.of(0, Float.NaN)))
                .withMessage("The command for joint 1 is NaN, but must be finite");
        assertThat(this.arm.commands).isEmpty();

        limited.act(Tensor.of(Float.POSITIVE_INFINITY, 0));
        assertThat(this.arm.commands).as("clamped first").containsExactly(Tensor.of(1, 0));
    }

    @Test
    void observedPositionThatIsNotFiniteIsRefused() throws Exception {
        SafetyLimits<Observation> limited = SafetyLimits.around(this.arm).maxSpeed(0.1f).build();
        this.arm.isAt(Float.NaN, 0);
        limited.reset();

        assertThatExceptionOfType(LimitViolationException.class)
                .isThrownBy(() -> limited.act(Tensor.of(0, 0)))
                .withMessage("The command for joint 0 is NaN, but must be finite");
        assertThat(this.arm.commands).isEmpty();
    }

    @Test
    void fewerPositionsThanJointsAreRefused() throws Exception {
        SafetyLimits<Observation> limited = SafetyLimits.around(this.arm).maxSpeed(0.1f).build();
        this.arm.isAt(0);
        limited.reset();

        assertThatExceptionOfType(LimitViolationException.class)
                .isThrownBy(() -> limited.act(Tensor.of(3, 3)))
                .withMessage("The observation has 1 positions, but the action 2 values");
        assertThat(this.arm.commands).isEmpty();
    }

    @Test
    void violationFailsTheRunIfConfigured() throws Exception {
        SafetyLimits<Observation> limited =
                around(this.arm)
                        .min(-1)
                        .max(1)
                        .maxSpeed(5)
                        .onViolation(SafetyLimits.OnViolation.FAIL)
                        .build();
        limited.reset();

        assertThatExceptionOfType(LimitViolationException.class)
                .isThrownBy(() -> act(limited, 0.1, 0, 1.5f))
                .withMessage("The command for joint 1 is 1.5, but must be -1.0 to 1.0");
        assertThatExceptionOfType(LimitViolationException.class)
                .isThrownBy(() -> act(limited, 0.1, 0.75f, 0))
                .withMessage(
                        "The command for joint 0 is 0.75, 0.75 from 0.0, but at a speed of 5.0 it"
                                + " may be 0.5");
        assertThat(this.arm.commands).isEmpty();
        assertThat(clamps(limited)).containsExactly(0.0, 0.0);
    }

    @Test
    void softStartDoesNotApplyIfViolationsFail() throws Exception {
        SafetyLimits<Observation> limited =
                around(this.arm).maxSpeed(5).onViolation(SafetyLimits.OnViolation.FAIL).build();
        limited.reset();

        act(limited, 0.02, 0.09f, 0);
        act(limited, 0.02, 0.18f, 0);

        assertThat(this.arm.commands).containsExactly(Tensor.of(0.09f, 0), Tensor.of(0.18f, 0));
    }

    @Test
    void speedAndRangeHoldForAnySequenceOfCommands() throws Exception {
        Random random = new Random(11);
        Arm six = new Arm(6);
        SafetyLimits<Observation> limited = around(six).min(-1.5f).max(1.2f).maxSpeed(3.5f).build();
        limited.reset();
        float[] last = new float[6];
        for (int n = 0; n < 100_000; n++) {
            float[] wanted = new float[6];
            for (int i = 0; i < 6; i++) {
                wanted[i] = (random.nextFloat() - 0.5f) * (random.nextInt(10) == 0 ? 1e6f : 4);
            }
            double seconds = random.nextInt(100) == 0 ? 9 : 0.04 * random.nextDouble();
            act(limited, seconds, wanted);
            float most = (float) (3.5 * Math.min(seconds, 0.1)) + 1e-6f;
            for (int i = 0; i < 6; i++) {
                float sent = six.last().get(i);
                assertThat(sent).isBetween(-1.5f, 1.2f);
                assertThat(Math.abs(sent - last[i])).isLessThanOrEqualTo(most);
                last[i] = sent;
            }
            six.commands.clear();
        }
    }

    @Test
    void actionOfThePolicyIsNotChanged() throws Exception {
        SafetyLimits<Observation> limited = SafetyLimits.around(this.arm).max(1).build();
        limited.reset();
        Tensor action = Tensor.of(5, 5);

        limited.act(action);

        assertThat(action).isEqualTo(Tensor.of(5, 5));
    }

    @Test
    void actionForAnotherNumberOfJointsIsRefused() throws Exception {
        SafetyLimits<Observation> limited = SafetyLimits.around(this.arm).max(1).build();
        limited.reset();

        assertThatExceptionOfType(LimitViolationException.class)
                .isThrownBy(() -> limited.act(Tensor.zeros(3)))
                .withMessage("The action has 3 values, but the limits are for 2 joints");
    }

    /** Has observations of another type, and positions if the test says so. */
    private record Talking(List<Tensor> commands, boolean reportsPositions)
            implements Robot<String, Tensor> {

        @Override
        public String observe() {
            return "at 3";
        }

        @Override
        public void act(Tensor action) {
            this.commands.add(action.copy());
        }

        @Override
        public String reset() {
            return observe();
        }

        @Override
        public @Nullable Tensor positions(String observation) {
            return this.reportsPositions ? Tensor.of(3) : null;
        }
    }

    @Test
    void robotWithOtherObservationsIsLimitedToo() throws Exception {
        List<Tensor> commands = new ArrayList<>();
        SafetyLimits<String> blind =
                SafetyLimits.around(new Talking(commands, false))
                        .max(2)
                        .maxSpeed(200)
                        .nanoTime(this.clock::nanoTime)
                        .build();
        SafetyLimits<String> seeing =
                SafetyLimits.around(new Talking(commands, true))
                        .maxSpeed(200)
                        .nanoTime(this.clock::nanoTime)
                        .build();
        blind.reset();
        act(blind, 0, 5);
        act(blind, 0.1, 0);
        seeing.reset();
        act(seeing, 0.1, 5);

        assertThat(commands).containsExactly(Tensor.of(2), Tensor.of(1), Tensor.of(4));
        assertThat(clamps(blind)).as("one counter: the number of joints is not known").hasSize(1);
    }

    @Test
    void contradictoryLimitsAreRefused() {
        SafetyLimits.Builder<Observation> limits = SafetyLimits.around(this.arm);

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> limits.min(1, 2).max(1.5f).build())
                .withMessage("min of joint 1 is 2.0, more than max, 1.5");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> SafetyLimits.around(this.arm).max(1, 2, 3).build())
                .withMessage("The limit [1.0, 2.0, 3.0] is for 3 joints, but there are 2");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> limits.maxSpeed(0))
                .withMessage("maxSpeed is 0.0, but must be more than 0");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> limits.min(Float.NaN))
                .withMessage("min is NaN, but must be finite");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> limits.max())
                .withMessage("max has no value");
    }

    @Test
    void readingsOfTheRobotArePassedOn() {
        SafetyLimits<Observation> limited = SafetyLimits.around(this.arm).max(1).build();

        assertThat(limited.readings())
                .containsExactly(
                        RobotReading.value("temperature", null, 40),
                        RobotReading.incidents("clamps", "0", 0),
                        RobotReading.incidents("clamps", "1", 0));
    }

    @Test
    void sessionDrivesTheLimitedRobot() {
        SafetyLimits<Observation> limited =
                SafetyLimits.around(new MockRobot(3, 1000)).maxSpeed(0.01f).build();
        Tensor far = Tensor.of(1, 1, 1);
        SessionOptions options =
                SessionOptions.defaults()
                        .withRateHz(1000)
                        .withWarmup(Duration.ZERO)
                        .withEngage(EngageOptions.defaults().withEnabled(false));

        long steps =
                Session.run(limited, observation -> far, options, Duration.ofMillis(50))
                        .iterations();

        assertThat(limited.readings())
                .filteredOn(reading -> reading.joint() != null)
                .allSatisfy(reading -> assertThat(reading.value()).isEqualTo(steps));
    }
}
