package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.protocol.Register;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an arm is found to be when it is connected, and what becomes of it then. */
@ExtendWith(OutputCaptureExtension.class)
class ArmSetupTests {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(So101Robot.class);
    private static final int MULTI_TURN_PHASE = 12 + Register.MULTI_TURN;

    private VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(32_767).start();
    private So101Robot robot = robot(So101Fixture.calibration(700, 3400));

    private So101Robot robot(Calibration calibration) {
        return So101Robot.builder(this.arm.port().toString(), calibration)
                .readTimeout(Duration.ofMillis(300))
                .maxSpeed(Double.POSITIVE_INFINITY)
                .build();
    }

    @BeforeEach
    void switchTheLogOn() {
        LOGGER.setLevel(Level.INFO);
    }

    @AfterEach
    void unplug() {
        LOGGER.setLevel(null);
        this.robot.close();
        this.arm.close();
    }

    /** As LeRobot calibrates wrist_roll. */
    private void useJointsOfAWholeTurn() {
        Calibration wholeTurn = So101Fixture.calibration(0, 4095);
        this.arm.close();
        this.arm = VirtualSo101.builder().calibration(wholeTurn).stepsPerSecond(32_767).start();
        this.robot = robot(wholeTurn);
    }

    private void setAll(Register register, int value) {
        for (Joint joint : Joint.values()) {
            this.arm.set(joint, register, value);
        }
    }

    private void assertNothingWasWritten() {
        assertThat(this.arm.requests())
                .extracting(WireRequest::instruction)
                .containsOnly(WireRequest.Instruction.READ);
    }

    // ---- turns

    @Test
    void servoThatCountsTurnsIsSetToOneTurn() throws Exception {
        useJointsOfAWholeTurn();
        this.arm.set(Joint.WRIST_ROLL, Register.PHASE, MULTI_TURN_PHASE);
        this.arm.setPosition(Joint.WRIST_ROLL, 4096 + 204);

        Observation observation = this.robot.reset();

        assertThat(this.arm.get(Joint.WRIST_ROLL, Register.PHASE)).isEqualTo(12);
        assertThat(observation.get(Observation.STATE).get(4)).isBetween(-3.0f, -2.5f);
        assertThat(this.arm.get(Joint.WRIST_ROLL, Register.GOAL_POSITION)).isEqualTo(204);
        assertThat(this.arm.position(Joint.WRIST_ROLL)).as("it did not move").isEqualTo(4300);
        assertThat(this.arm.requests())
                .filteredOn(request -> request.instruction() == WireRequest.Instruction.WRITE)
                .filteredOn(request -> request.id() == Joint.WRIST_ROLL.id())
                .extracting(request -> request.parameter(0), request -> request.parameter(1))
                .as("kept when the power goes")
                .containsSubsequence(
                        tuple(Register.LOCK.address(), 0),
                        tuple(Register.PHASE.address(), 12),
                        tuple(Register.LOCK.address(), 1));
    }

    @Test
    void jointThatCountsTurnsIsRefusedWhereItLiesOutsideItsRangeWithinItsTurn() {
        this.arm.set(Joint.ELBOW_FLEX, Register.PHASE, MULTI_TURN_PHASE);
        this.arm.setPosition(Joint.ELBOW_FLEX, -20);

        assertThatExceptionOfType(JointOutOfRangeException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("elbow_flex (id 3) is at 4076, outside");

        assertNothingWasWritten();
    }

    @Test
    void servoThatCountsTurnsAndHoldsIsNotChanged() throws Exception {
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.set(Joint.ELBOW_FLEX, Register.PHASE, MULTI_TURN_PHASE);

        assertThatExceptionOfType(ArmBusyException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("elbow_flex (id 3) has PHASE 28 and needs 12, but");
    }

    /** An overshoot of 20 steps at the end of the turn would be its beginning. */
    @Test
    void jointOfAWholeTurnStaysAwayFromItsSeam() throws Exception {
        useJointsOfAWholeTurn();
        this.robot.reset();
        for (float end : new float[] {4, -4}) {
            this.arm.forget();
            this.robot.act(Tensor.of(end, end, end, end, end, end));
            int goal = end > 0 ? 4095 - 34 : 34;
            while (this.arm.goals().size() < 6) {
                Thread.onSpinWait();
            }
            assertThat(this.arm.goals()).extracting(GoalWrite::steps).containsOnly(goal);
            this.arm.setBlocked(Joint.WRIST_ROLL, true);
            this.arm.setPosition(Joint.WRIST_ROLL, goal + (end > 0 ? 20 : -20));

            float position = this.robot.observe().get(Observation.STATE).get(4);

            this.arm.setBlocked(Joint.WRIST_ROLL, false);
            assertThat(position * end).as("%s is on the same side", position).isPositive();
        }
    }

    /** A push of one step would let it go all the way round, without any policy. */
    @ParameterizedTest
    @CsvSource({"4094, 4061", "0, 34"})
    void jointThatLiesAtTheSeamIsLedAwayFromItSlowly(int position, int goal) throws Exception {
        useJointsOfAWholeTurn();
        this.arm.setPosition(Joint.WRIST_ROLL, position);
        this.arm.forget();

        this.robot.reset();

        assertThat(this.arm.goals().stream().filter(g -> g.joint() == Joint.WRIST_ROLL))
                .extracting(GoalWrite::steps)
                .containsOnly(goal);
        assertThat(this.arm.requests())
                .filteredOn(request -> request.instruction() == WireRequest.Instruction.WRITE)
                .filteredOn(request -> request.parameter(0) == Register.GOAL_VELOCITY.address())
                .extracting(request -> request.parameter(1))
                .as("slow, until it is there")
                .containsExactly(100, 0);
        this.arm.setBlocked(Joint.WRIST_ROLL, true);
        this.arm.setPosition(Joint.WRIST_ROLL, position);

        this.robot.stop();

        assertThat(this.arm.get(Joint.WRIST_ROLL, Register.GOAL_POSITION)).isEqualTo(goal);
    }

    /** Holds wrist_roll at the seam, and ends the start as soon as it has its goal. */
    private void endTheStartAtTheSeam(Runnable end) {
        useJointsOfAWholeTurn();
        this.arm.setPosition(Joint.WRIST_ROLL, 4094);
        this.arm.afterGoals(5, end);
    }

    @Test
    void limitOfSpeedGoesWhenAnInterruptEndsTheStart() {
        endTheStartAtTheSeam(Thread.currentThread()::interrupt);

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::reset);

        assertThat(this.arm.get(Joint.WRIST_ROLL, Register.GOAL_VELOCITY)).isZero();
        assertThat(this.arm.position(Joint.WRIST_ROLL)).as("it went there before").isEqualTo(4061);
    }

    @Test
    void limitOfSpeedGoesWhenAnotherServoEndsTheStart() {
        endTheStartAtTheSeam(() -> this.arm.setDead(Joint.GRIPPER, true));

        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(this.robot::reset)
                .satisfies(ex -> assertThat(ex.joint()).isEqualTo(Joint.GRIPPER));

        assertThat(this.arm.get(Joint.WRIST_ROLL, Register.GOAL_VELOCITY)).isZero();
        this.arm.setDead(Joint.GRIPPER, false);
    }

    @Test
    void limitOfSpeedThatCannotBeRemovedDoesNotHideWhyTheStartEnded() {
        endTheStartAtTheSeam(() -> this.arm.setSilent(true));

        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(this.robot::reset)
                .satisfies(ex -> assertThat(ex.getSuppressed()).hasSize(1));

        this.arm.setSilent(false);
    }

    /** At the speed of the return the way to the pose would take longer than a park may. */
    @Test
    void jointAtTheSeamParksAtTheStartSpeed() throws Exception {
        useJointsOfAWholeTurn();
        this.robot =
                So101Robot.builder(this.arm.port().toString(), So101Fixture.calibration(0, 4095))
                        .readTimeout(Duration.ofMillis(300))
                        .startPose(List.of(0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
                        .startSpeed(4.0)
                        .stopMode(StopMode.PARK_THEN_TORQUE_OFF)
                        .build();
        this.robot.reset();
        this.arm.setBlocked(Joint.WRIST_ROLL, true);
        this.arm.setPosition(Joint.WRIST_ROLL, 4094);
        this.arm.afterGoals(5, () -> this.arm.setBlocked(Joint.WRIST_ROLL, false));

        this.robot.stop();

        assertThat(this.arm.position(Joint.WRIST_ROLL)).isBetween(2040, 2055);
        assertThat(this.arm.get(Joint.WRIST_ROLL, Register.GOAL_VELOCITY)).isZero();
    }

    @Test
    void startPoseStaysAwayFromTheSeamToo() {
        JointCalibration wholeTurn = new JointCalibration(Joint.WRIST_ROLL, false, 0, 0, 4095);
        JointCalibration part = new JointCalibration(Joint.WRIST_ROLL, false, 0, 100, 3000);
        JointCalibration sliver = new JointCalibration(Joint.WRIST_ROLL, false, 0, 0, 20);

        assertThat(wholeTurn.nearestGoal(-1)).isEqualTo(34);
        assertThat(wholeTurn.nearestGoal(5000)).isEqualTo(4061);
        assertThat(part.nearestGoal(-1)).isEqualTo(100);
        assertThat(part.nearestGoal(5000)).isEqualTo(3000);
        assertThat(sliver.nearestGoal(5000)).isEqualTo(20);
        assertThat(sliver.nearestGoal(0)).isEqualTo(20);
    }

    // ---- supply

    @Test
    void supplyBeyondTheLimitsOfTheServosIsRefused() {
        setAll(Register.PRESENT_VOLTAGE, 121);

        assertThatExceptionOfType(SupplyVoltageException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "shoulder_pan (id 1) has a supply of 12.1 V, but its limits are 4.0 to"
                                + " 8.0 V. It is a servo for 7.4 V: ");

        assertNothingWasWritten();
    }

    @Test
    void supplyThatIsTooLowIsRefused() {
        setAll(Register.MAX_VOLTAGE_LIMIT, 140);
        setAll(Register.MIN_VOLTAGE_LIMIT, 60);
        setAll(Register.PRESENT_VOLTAGE, 50);

        assertThatExceptionOfType(SupplyVoltageException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "shoulder_pan (id 1) has a supply of 5.0 V, but its limits are 6.0 to"
                                + " 14.0 V. It is a servo for 12 V: ");
    }

    @Test
    void servosForTwelveVoltsOnFiveAreWeakAndThatIsSaid(CapturedOutput output) throws Exception {
        setAll(Register.MAX_VOLTAGE_LIMIT, 140);
        setAll(Register.PRESENT_VOLTAGE, 50);

        this.robot.reset();

        assertThat(output)
                .containsOnlyOnce(
                        "shoulder_pan (id 1) has a supply of 5.0 V, but is a servo for 12 V: it is"
                                + " weak");
    }

    @Test
    void supplyWithinTheLimitsIsNoMatter(CapturedOutput output) throws Exception {
        this.robot.reset();

        assertThat(output).doesNotContain(" V");
    }

    @Test
    void servoWithoutLimitsOfVoltageIsNotJudged() throws Exception {
        setAll(Register.MAX_VOLTAGE_LIMIT, 0);
        setAll(Register.MIN_VOLTAGE_LIMIT, 0);
        setAll(Register.PRESENT_VOLTAGE, 0);

        this.robot.reset();

        assertThat(this.arm.isTorqueOn(Joint.GRIPPER)).isTrue();
    }

    // ---- an arm that another program has left with torque

    @Test
    void torqueLimitIsLoweredThoughTheGripperHolds() throws Exception {
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.set(Joint.GRIPPER, Register.TORQUE_LIMIT, 1000);

        this.robot.reset();

        assertThat(this.arm.get(Joint.GRIPPER, Register.TORQUE_LIMIT)).isEqualTo(500);
    }

    @Test
    void torqueLimitIsNotRaisedWhileTheGripperHolds() throws Exception {
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.set(Joint.GRIPPER, Register.TORQUE_LIMIT, 100);

        assertThatExceptionOfType(ArmBusyException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("gripper (id 6) has TORQUE_LIMIT 100 and needs 500, but");
    }
}
