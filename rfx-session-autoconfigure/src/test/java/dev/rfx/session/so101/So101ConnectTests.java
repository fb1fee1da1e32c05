package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.rfx.session.so101.protocol.Register;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A reset up to torque: which servos it refuses, what it writes to them, and that nothing moves.
 */
class So101ConnectTests extends So101Fixture {

    @Test
    void torqueGoesOnWithoutAMotion() throws Exception {
        for (Joint joint : Joint.values()) {
            this.arm.setPosition(joint, 1000 + 100 * joint.id());
        }

        this.robot.reset();

        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).isTrue();
            assertThat(this.arm.position(joint)).isEqualTo(1000 + 100 * joint.id());
        }
        assertThat(this.arm.goals())
                .extracting(GoalWrite::joint, GoalWrite::steps)
                .containsExactlyElementsOf(
                        Arrays.stream(Joint.values())
                                .map(joint -> tuple(joint, 1000 + 100 * joint.id()))
                                .toList());
    }

    @Test
    void servosAreConfiguredWhereTheyDiffer() throws Exception {
        this.robot.reset();

        for (Joint joint : Joint.values()) {
            assertThat(this.arm.get(joint, Register.RETURN_DELAY_TIME)).isZero();
            assertThat(this.arm.get(joint, Register.P_COEFFICIENT)).isEqualTo(16);
            assertThat(this.arm.get(joint, Register.D_COEFFICIENT)).isEqualTo(32);
            assertThat(this.arm.get(joint, Register.I_COEFFICIENT)).isZero();
            assertThat(this.arm.get(joint, Register.MAXIMUM_ACCELERATION)).isEqualTo(254);
            assertThat(this.arm.get(joint, Register.ACCELERATION)).isEqualTo(254);
            assertThat(this.arm.get(joint, Register.LOCK)).as("EEPROM is locked").isEqualTo(1);
        }
        assertThat(this.arm.get(Joint.GRIPPER, Register.MAX_TORQUE_LIMIT)).isEqualTo(500);
        assertThat(this.arm.get(Joint.GRIPPER, Register.PROTECTION_CURRENT)).isEqualTo(250);
        assertThat(this.arm.get(Joint.GRIPPER, Register.OVERLOAD_TORQUE)).isEqualTo(25);
        assertThat(this.arm.get(Joint.GRIPPER, Register.TORQUE_LIMIT))
                .as("what counts until the next power-up")
                .isEqualTo(500);
        this.robot.stop();
        this.arm.forget();

        this.robot.reset();

        assertThat(this.arm.requests())
                .filteredOn(request -> request.instruction() == WireRequest.Instruction.WRITE)
                .as("a second time only goals and torque")
                .extracting(request -> request.parameter(0))
                .containsOnly(Register.GOAL_POSITION.address(), Register.TORQUE_ENABLE.address());
    }

    @Test
    void servoThatHoldsIsNotConfigured() throws Exception {
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.set(Joint.ELBOW_FLEX, Register.P_COEFFICIENT, 32);

        assertThatExceptionOfType(ArmBusyException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "elbow_flex (id 3) has P_COEFFICIENT 32 and needs 16, but its torque is on");

        assertThat(this.arm.isTorqueOn(Joint.ELBOW_FLEX)).as("it does not fall").isTrue();
    }

    @Test
    void servosThatDoNotAnswerAreNamed() {
        this.arm.setDead(Joint.ELBOW_FLEX, true);
        this.arm.setDead(Joint.GRIPPER, true);

        assertThatExceptionOfType(NotAnSo101Exception.class)
                .isThrownBy(this.robot::reset)
                .withMessageContaining("from elbow_flex (id 3), gripper (id 6)");

        assertThat(this.arm.goals()).isEmpty();
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).isFalse();
        }
    }

    @Test
    void servoOfAnotherModelIsRefused() {
        this.arm.set(Joint.WRIST_ROLL, Register.MODEL_NUMBER, 1029);

        assertThatExceptionOfType(NotAnSo101Exception.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("wrist_roll (id 5) has model number 1029");
    }

    @Test
    void servosOfDifferentFirmwareAreRefused() {
        this.arm.set(Joint.WRIST_ROLL, Register.FIRMWARE_MINOR_VERSION, 99);

        assertThatExceptionOfType(NotAnSo101Exception.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("The servos do not have the same firmware: ");
    }

    @Test
    void servoThatIsCalibratedOtherwiseIsRefused() {
        this.arm.set(Joint.GRIPPER, Register.HOMING_OFFSET, -5);

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "gripper (id 6) is not calibrated as arm.json says: homing_offset is"
                                + " 0 in the file and -5 in the servo");

        assertNothingWasWritten();
    }

    private So101Robot writingTo(Path directory, Map<Joint, JointCalibration> joints) {
        Calibration calibration = new Calibration(directory.resolve("arm.json"), joints);
        return So101Robot.builder(this.arm.port().toString(), calibration)
                .readTimeout(Duration.ofMillis(300))
                .writeCalibration(true)
                .build();
    }

    private static Map<Joint, JointCalibration> joints(int homingOffset) {
        Map<Joint, JointCalibration> joints = new EnumMap<>(Joint.class);
        for (Joint joint : Joint.values()) {
            joints.put(joint, new JointCalibration(joint, false, homingOffset, 700, 3400));
        }
        return joints;
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void calibrationIsWrittenOnRequestAndTheOldValuesAreKept(@TempDir Path directory)
            throws Exception {
        this.arm.set(Joint.SHOULDER_LIFT, Register.MIN_POSITION_LIMIT, 1);
        this.robot = writingTo(directory, joints(-5));

        this.robot.reset();

        assertThat(this.arm.get(Joint.SHOULDER_LIFT, Register.HOMING_OFFSET)).isEqualTo(-5);
        assertThat(this.arm.get(Joint.SHOULDER_LIFT, Register.MIN_POSITION_LIMIT)).isEqualTo(700);
        assertThat(filesIn(directory)).hasSize(1);
        Path file = filesIn(directory).get(0);
        assertThat(file.getFileName().toString())
                .matches("arm\\.json\\.before-\\d{8}T\\d{6}\\.\\d{3}Z\\.json");
        assertThat(file)
                .content()
                .startsWith("[\n")
                .endsWith("\n]\n")
                .contains(
                        """
                        {"joint": "shoulder_lift", "id": 2, "register": "HOMING_OFFSET", "address": 31, "before": 0, "after": -5},
                          {"joint": "shoulder_lift", "id": 2, "register": "MIN_POSITION_LIMIT", "address": 9, "before": 1, "after": 700},
                        """)
                .contains("\"register\": \"P_COEFFICIENT\", \"address\": 21, \"before\": 32,");
    }

    @Test
    void calibrationThatIsThereAlreadyLeavesNoFile(@TempDir Path directory) throws Exception {
        this.robot.reset();
        this.robot.stop();
        this.arm.set(Joint.SHOULDER_PAN, Register.ACCELERATION, 0); // as after a power cycle
        this.robot = writingTo(directory, joints(0));

        this.robot.reset();

        assertThat(filesIn(directory)).isEmpty();
    }

    @Test
    void calibrationOfAnotherArmIsRefusedBeforeAnythingIsWritten(@TempDir Path directory) {
        Map<Joint, JointCalibration> other = joints(0);
        // Where it is it would be at 1050 + 1140 + 1642, as it is wrist_roll 5 of another arm.
        this.arm.set(Joint.WRIST_ROLL, Register.HOMING_OFFSET, 1140);
        this.arm.setPosition(Joint.WRIST_ROLL, 1050);
        other.put(
                Joint.WRIST_ROLL, new JointCalibration(Joint.WRIST_ROLL, false, -1642, 899, 3221));
        this.robot = writingTo(directory, other);

        assertThatExceptionOfType(JointOutOfRangeException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "wrist_roll (id 5) would be at 3832, outside its range of 899 to 3221, with"
                                + " the calibration of the file; nothing was written. Check that"
                                + " this is the file of this arm");

        assertNothingWasWritten();
    }

    @Test
    void positionWithTheNewCalibrationIsWithinATurn(@TempDir Path directory) throws Exception {
        this.arm.set(Joint.WRIST_ROLL, Register.HOMING_OFFSET, 1500);
        this.arm.setPosition(Joint.WRIST_ROLL, 3300);
        Map<Joint, JointCalibration> other = joints(0);
        other.put(
                Joint.WRIST_ROLL, new JointCalibration(Joint.WRIST_ROLL, false, -1500, 3300, 4000));
        this.robot = writingTo(directory, other);

        assertThatExceptionOfType(JointOutOfRangeException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("wrist_roll (id 5) would be at 2204, outside");
    }

    @Test
    void calibrationIsNotWrittenWhereTheOldValuesCannotBeKept(@TempDir Path directory) {
        this.robot = writingTo(directory.resolve("missing"), joints(-5));

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "The calibration was not written to the servos, because their present"
                                + " values cannot be saved in "
                                + directory.resolve("missing"));

        assertNothingWasWritten();
    }

    @Test
    void servoThatDoesNotKeepWhatIsWrittenIsRefused() {
        this.arm.setStubborn(Joint.WRIST_FLEX, Register.P_COEFFICIENT);

        assertThatExceptionOfType(NotAnSo101Exception.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "wrist_flex (id 4) does not keep P_COEFFICIENT: 16 was written, 32"
                                + " was read back");
    }

    @Test
    void accelerationIsAPreference() throws Exception {
        this.arm.setStubborn(Joint.WRIST_FLEX, Register.MAXIMUM_ACCELERATION);

        this.robot.reset();
        this.robot.stop(); // and holds
        this.robot.reset();

        assertThat(this.arm.get(Joint.WRIST_FLEX, Register.ACCELERATION)).isEqualTo(50);
    }

    @Test
    void memoryThatWasLeftOpenIsLocked() throws Exception {
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.set(Joint.WRIST_FLEX, Register.LOCK, 0);

        this.robot.reset();

        assertThat(this.arm.get(Joint.WRIST_FLEX, Register.LOCK)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {700 - 35, 3400 + 35})
    void jointOutsideItsRangeIsNotMovedIntoItByTorque(int position) {
        this.arm.setPosition(Joint.ELBOW_FLEX, position);

        assertThatExceptionOfType(JointOutOfRangeException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "elbow_flex (id 3) is at %d, outside its calibrated range of 700 to 3400. "
                                .formatted(position))
                .satisfies(ex -> assertThat(ex.joint()).isEqualTo(Joint.ELBOW_FLEX));

        assertNothingWasWritten();
    }

    @Test
    void jointThatLiesALittleOutsideItsRangeIsLedBackSlowly() throws Exception {
        this.arm.setPosition(Joint.ELBOW_FLEX, 3434);
        AtomicInteger velocity = new AtomicInteger(-1);
        this.arm.afterGoals( // the third servo gets the goal to return to
                3,
                () ->
                        velocity.set(
                                this.arm.get(Joint.ELBOW_FLEX, Register.TORQUE_ENABLE) == 0
                                        ? this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY)
                                        : -2));

        this.robot.reset();

        assertThat(velocity).as("before its torque comes on").hasValue(100);
        assertThat(this.arm.isTorqueOn(Joint.ELBOW_FLEX)).isTrue();
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(3400);
        assertThat(this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY)).as("then").isZero();
    }

    @Test
    void limitOfSpeedThatAnotherProgramHasLeftDoesNotStay() throws Exception {
        this.arm.set(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY, 10);

        this.robot.reset();

        assertThat(this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY)).isZero();
    }

    /**
     * Lets the arm hold, and then a joint creep towards a goal while the next start looks at it.
     */
    private void creepAtTheNextStart(Joint joint, int goal, int stepsPerSecond) throws Exception {
        standAt(MIDDLE);
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.forget();
        this.arm.afterGoals(
                2,
                () -> {
                    this.arm.set(joint, Register.GOAL_VELOCITY, stepsPerSecond);
                    this.arm.set(joint, Register.GOAL_POSITION, goal);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "ELBOW_FLEX, 2120, 20",
        "ELBOW_FLEX, 2120, 5",
        "GRIPPER, 3000, 20",
        "GRIPPER, 3000, 5"
    })
    void jointThatCreepsUnderALimitOfSpeedHoldsBeforeTheLimitGoes(
            Joint joint, int goal, int stepsPerSecond) throws Exception {
        creepAtTheNextStart(joint, goal, stepsPerSecond);

        this.robot.reset();

        assertThat(this.arm.get(joint, Register.GOAL_VELOCITY)).isZero();
        assertThat(this.arm.get(joint, Register.GOAL_POSITION)).isBetween(MIDDLE, MIDDLE + 40);
        assertThat(this.arm.requests())
                .filteredOn(request -> request.instruction() == WireRequest.Instruction.WRITE)
                .filteredOn(request -> request.id() == joint.id())
                .extracting(request -> request.parameter(0))
                .as("it holds where it is before the limit goes")
                .endsWith(Register.GOAL_POSITION.address(), Register.GOAL_VELOCITY.address());
    }

    @Test
    void limitOfSpeedStaysWhileItIsNotKnownWhetherJointsHold() throws Exception {
        standAt(MIDDLE);
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.set(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY, 20);
        this.arm.afterGoals(4, () -> this.arm.setDead(Joint.WRIST_ROLL, true));

        assertThatExceptionOfType(LinkException.class).isThrownBy(this.robot::reset);

        assertThat(this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY)).isEqualTo(20);
    }

    @Test
    void interruptEndsTheConnecting() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::reset);

        assertThat(this.arm.isTorqueOn(Joint.SHOULDER_PAN)).isFalse();
    }
}
