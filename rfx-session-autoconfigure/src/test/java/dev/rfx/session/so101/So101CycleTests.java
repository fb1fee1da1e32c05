package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.test.VirtualClock;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Observations and actions of an arm that works. */
class So101CycleTests extends So101Fixture {

    @Test
    void cycleIsOneSyncReadAndOneSyncWrite() throws Exception {
        this.robot.reset();
        this.arm.forget();

        for (int i = 0; i < 10; i++) {
            this.robot.observe();
            this.robot.act(all(0));
        }

        assertThat(this.arm.requests())
                .extracting(WireRequest::instruction)
                .filteredOn(instruction -> instruction == WireRequest.Instruction.SYNC_READ)
                .hasSize(10);
        awaitGoals(60);
        assertThat(this.arm.requests()).hasSize(20);
    }

    @Test
    void observationHasPositionsAndVelocitiesInRadiansAndAStamp() throws Exception {
        standAt(MIDDLE + 100);
        long before = System.nanoTime();

        Observation observation = this.robot.reset();

        Tensor state = observation.get(Observation.STATE);
        assertThat(state.size()).isEqualTo(12);
        for (int i = 0; i < 6; i++) {
            assertThat(state.get(i)).isCloseTo((float) (100 * RADIANS_PER_STEP), within(1e-6f));
            assertThat(state.get(6 + i)).isZero();
        }
        assertThat(observation.hasTimestamp()).isTrue();
        assertThat(observation.timestampNanos()).isBetween(before, System.nanoTime());
        assertThat(observation.names()).containsExactly("state");
    }

    @Test
    void sensorsAreObservedWhereTheyAreAskedFor() throws Exception {
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_LOAD, -250);
        this.arm.set(Joint.ELBOW_FLEX, Register.MAX_VOLTAGE_LIMIT, 140);
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_VOLTAGE, 121);
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_TEMPERATURE, 41);
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_CURRENT, 100);
        this.robot = builder().sensors(EnumSet.allOf(Sensor.class)).build();
        assertThat(reading("voltage")).isNaN();

        Observation observation = this.robot.reset();

        assertThat(observation.names())
                .containsExactly("state", "load", "voltage", "temperature", "current");
        assertThat(observation.get("load").get(2)).isEqualTo(-0.25f);
        assertThat(observation.get("voltage").get(2)).isEqualTo(12.1f);
        assertThat(observation.get("temperature").get(2)).isEqualTo(41);
        assertThat(observation.get("current").get(2)).isEqualTo(0.65f);
        assertThat(this.robot.readings())
                .contains(
                        RobotReading.value("temperature", "elbow_flex", 41),
                        RobotReading.value("voltage", "elbow_flex", 121 * 0.1));
    }

    @ParameterizedTest
    @EnumSource
    void goalsReachTheServosInTheUnitsOfTheRobot(JointUnits units) throws Exception {
        standAt(MIDDLE);
        this.robot = builder().units(units).maxSpeed(Double.POSITIVE_INFINITY).build();
        this.robot.reset();
        this.arm.forget();
        JointScale scale = JointScale.of(CALIBRATION.joint(Joint.SHOULDER_PAN), units);
        Tensor action = Tensor.zeros(6);
        for (Joint joint : Joint.values()) {
            double value =
                    JointScale.of(CALIBRATION.joint(joint), units).toUnits(2000 + joint.id());
            action.set(joint.ordinal(), (float) value);
        }

        this.robot.act(action);

        awaitGoals(6);
        assertThat(lastGoals()).containsExactly(2001, 2002, 2003, 2004, 2005, 2006);
        assertThat(scale.toSteps(action.get(0))).isEqualTo(2001);
    }

    @Test
    void goalsStayWithinTheCalibratedRange() throws Exception {
        standAt(3300);
        this.robot = builder().maxSpeed(Double.POSITIVE_INFINITY).build();
        this.robot.reset();
        this.arm.forget();

        this.robot.act(all(3));
        this.robot.act(all(-3));

        awaitGoals(12);
        assertThat(this.arm.goals())
                .filteredOn(goal -> goal.joint() == Joint.ELBOW_FLEX)
                .extracting(GoalWrite::steps)
                .containsExactly(3400, 700);
        assertThat(reading("clamps")).isEqualTo(12);
    }

    @Test
    void firstGoalOfThePolicyIsApproachedGently() throws Exception {
        VirtualClock clock = new VirtualClock();
        standAt(MIDDLE - 1000);
        this.robot = builder().nanoTime(clock::nanoTime).build();
        this.robot.reset();
        this.arm.forget();

        for (int i = 1; i <= 100; i++) { // two seconds at 50 Hz
            clock.advance(Duration.ofMillis(20));
            this.robot.act(all(1));
            awaitGoals(6 * i);
        }

        List<Integer> steps = steps(Joint.ELBOW_FLEX);
        assertThat(steps.get(0)).as("a twentieth of 2 rad/s").isLessThanOrEqualTo(3);
        for (int i = 1; i < steps.size(); i++) {
            assertThat(steps.get(i) - steps.get(i - 1)).as("step %d", i).isLessThanOrEqualTo(2);
        }
        assertThat(Collections.max(steps)).as("2 rad/s are 26.08 steps in 20 ms").isEqualTo(27);
    }

    /** A joint that sags keeps its goal: a ramp from its position would let it sag further. */
    @ParameterizedTest
    @EnumSource
    void positionsAreTheGoalsThatTheServosHold(JointUnits units) throws Exception {
        standAt(MIDDLE);
        this.robot = builder().units(units).maxSpeed(Double.POSITIVE_INFINITY).build();
        this.robot.reset();
        standAt(MIDDLE - 50);
        this.arm.forget();

        this.robot.act(this.robot.positions(this.robot.observe()));

        awaitGoals(6);
        assertThat(lastGoals()).containsOnly(MIDDLE);
    }

    @Test
    void lastCommandIsTheGoalThatTheLimitsHaveLetThrough() throws Exception {
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.forget();

        this.robot.act(Tensor.of(1, 1, 1, 1, 1, 1)); // far more than the speed limit lets through

        Tensor held = this.robot.positions(this.robot.observe());
        for (int i = 0; i < 6; i++) {
            assertThat(this.robot.lastCommand(i, 1)).isEqualTo(held.get(i)).isLessThan(0.5f);
        }
    }

    @Test
    void speedCanBeSetInTheUnitsOfTheActions() throws Exception {
        VirtualClock clock = new VirtualClock();
        standAt(MIDDLE);
        this.robot = builder().maxSpeed(2_000 * RADIANS_PER_STEP).nanoTime(clock::nanoTime).build();
        this.robot.reset();
        this.arm.forget();

        clock.advance(Duration.ofMillis(100));
        this.robot.act(all(1));

        awaitGoals(6);
        assertThat(lastGoals()).as("0.1 s at a twentieth").containsOnly(MIDDLE + 10);
    }

    @Test
    void actionThatIsNotFiniteReachesNoServo() throws Exception {
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.forget();
        Tensor action = all(0.05);
        action.set(4, Float.NaN);

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> this.robot.act(action))
                .withMessage("The goal of wrist_roll (id 5) is NaN, but must be finite");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> this.robot.act(Tensor.zeros(5)))
                .withMessage("The action has 5 values, but the arm has 6 joints");

        this.robot.observe();
        assertThat(this.arm.goals()).isEmpty();
        this.robot.act(all(0));
        awaitGoals(6);
        assertThat(lastGoals()).as("the last goals are still those of before").containsOnly(MIDDLE);
    }
}
