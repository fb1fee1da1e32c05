package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.protocol.Register;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * A servo that pushes for too long. For a gripper that holds something it is what it is there for;
 * any other joint is in trouble.
 */
@ExtendWith(OutputCaptureExtension.class)
class OverloadTests {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(So101Robot.class);
    private static final int OVERLOAD = 0x20;
    private static final int MIDDLE = 2050;

    private final VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(32_767).start();
    private So101Robot robot = builder().build();

    private So101Robot.Builder builder() {
        return So101Robot.builder(this.arm.port().toString(), So101Fixture.calibration(700, 3400))
                .readTimeout(Duration.ofMillis(300))
                .maxSpeed(Double.POSITIVE_INFINITY);
    }

    @BeforeEach
    void switchTheLogOn() {
        LOGGER.setLevel(Level.INFO);
    }

    @AfterEach
    void unplug() {
        LOGGER.setLevel(null);
        try {
            this.robot.close();
        } catch (So101Exception ex) {
            // A test has left a fault.
        }
        this.arm.close();
    }

    /** Closes the gripper on something, and waits until its servo takes that for an overload. */
    private void grip() {
        this.arm.setBlocked(Joint.GRIPPER, true);
        this.arm.setProtectionTime(Joint.GRIPPER, 1);
        this.robot.act(closed());
        while (reading("overload") != 1) {
            this.robot.observe();
        }
    }

    private static Tensor closed() {
        return Tensor.of(0, 0, 0, 0, 0, -2);
    }

    private void overload(Joint joint) {
        this.arm.setBlocked(joint, true);
        this.arm.setProtectionTime(joint, 1);
        this.arm.set(joint, Register.OVERLOAD_TORQUE, 1);
        this.arm.setPosition(joint, this.arm.position(joint) + 30);
        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(
                        () -> {
                            while (true) {
                                this.robot.observe();
                            }
                        })
                .withMessageStartingWith(joint + ": overload");
        this.arm.setBlocked(joint, false);
    }

    private double reading(String name) {
        return this.robot.readings().stream()
                .filter(reading -> reading.name().equals(name))
                .mapToDouble(RobotReading::value)
                .sum();
    }

    // ---- in a run

    @Test
    void gripperThatHoldsSomethingIsReportedAndDoesNotEndTheRun() throws Exception {
        this.robot.reset();
        assertThat(reading("overload")).isZero();

        grip();

        for (int i = 0; i < 50; i++) {
            this.robot.observe();
            this.robot.act(closed());
        }
        assertThat(this.robot.readings())
                .contains(
                        RobotReading.value("overload", "gripper", 1),
                        RobotReading.count("overloads", "gripper", 1));
        assertThat(this.arm.isTorqueOn(Joint.GRIPPER)).as("it holds on").isTrue();
        assertThat(reading("link.failed.cycles")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x02, 0x04, 0x08, 0x40, OVERLOAD + 0x08})
    void anyOtherFaultOfTheGripperEndsTheRun(int errorByte) throws Exception {
        this.robot.reset();
        this.arm.setErrorByte(Joint.GRIPPER, errorByte);

        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(this.robot::observe)
                .withMessageStartingWith("gripper (id 6): ");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "GRIPPER")
    void overloadOfAnotherJointEndsTheRun(Joint joint) throws Exception {
        this.robot.reset();
        this.arm.setErrorByte(joint, OVERLOAD);

        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(this.robot::observe)
                .withMessageStartingWith(joint + ": overload. Free the joint");
    }

    // ---- stopping

    @Test
    void gripperInOverloadIsRelaxedWhenTheArmIsToHold() throws Exception {
        this.robot.reset();
        grip();

        assertThatNoException().isThrownBy(this.robot::stop);

        assertThat(this.arm.get(Joint.GRIPPER, Register.GOAL_POSITION)).isEqualTo(MIDDLE);
        assertThat(this.arm.isTorqueOn(Joint.GRIPPER)).isTrue();
        assertThat(reading("overload")).as("not known any more").isNaN();
    }

    @Test
    void gripperThatIsNotInOverloadKeepsItsForce() throws Exception {
        this.robot.reset();
        this.arm.setBlocked(Joint.GRIPPER, true);
        this.robot.act(closed());
        this.robot.observe();

        this.robot.stop();

        assertThat(this.arm.get(Joint.GRIPPER, Register.GOAL_POSITION)).isLessThan(MIDDLE);
    }

    // ---- starting again

    @Test
    void startClearsTheOverloadOfAGripperAndSaysSo(CapturedOutput output) throws Exception {
        this.robot.reset();
        grip();
        this.robot.stop();

        this.robot.reset();

        assertThat(reading("overload")).isZero();
        assertThat(this.arm.get(Joint.GRIPPER, Register.GOAL_POSITION)).isEqualTo(MIDDLE);
        assertThat(this.arm.isTorqueOn(Joint.GRIPPER)).isTrue();
        assertThat(output)
                .containsOnlyOnce(
                        "gripper (id 6) was in overload. Turning its torque off and on has cleared"
                                + " it");
        this.robot.stop();
        this.robot.reset();
        assertThat(output).as("once").containsOnlyOnce("was in overload");
    }

    @Test
    void gripperThatStaysInOverloadDoesNotKeepTheArmFromStarting(CapturedOutput output)
            throws Exception {
        this.arm.setErrorByte(Joint.GRIPPER, OVERLOAD);

        this.robot.reset();

        assertThat(reading("overload")).isOne();
        assertThat(output)
                .containsOnlyOnce(
                        "gripper (id 6) is in overload, even after its torque was off. It holds"
                                + " with less torque.");
    }

    @ParameterizedTest
    @EnumSource(names = {"SHOULDER_PAN", "WRIST_ROLL"})
    void startClearsTheOverloadOfAJointThatDoesNotCarryTheArm(Joint joint, CapturedOutput output)
            throws Exception {
        this.robot.reset();
        overload(joint);
        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::stop);

        this.robot.reset();

        this.robot.observe();
        assertThat(this.arm.isTorqueOn(joint)).isTrue();
        assertThat(output).containsOnlyOnce(joint + " was in overload. Turning its torque off");
    }

    @ParameterizedTest
    @EnumSource(names = {"SHOULDER_LIFT", "ELBOW_FLEX", "WRIST_FLEX"})
    void torqueOfAJointThatCarriesTheArmIsNotTurnedOffToClearIt(Joint joint) throws Exception {
        this.robot.reset();
        overload(joint);
        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::stop);
        this.arm.forget();

        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(this.robot::reset)
                .withMessage(
                        joint
                                + ": overload. Free the joint. Only torque off clears the fault,"
                                + " and the arm falls then: hold the arm, switch its power off"
                                + " and on, and start again.");

        assertThat(this.arm.isTorqueOn(joint)).as("the arm does not fall").isTrue();
        assertThat(this.arm.requests())
                .extracting(WireRequest::instruction)
                .containsOnly(WireRequest.Instruction.READ);
    }

    @Test
    void startAfterTheTorqueWasOffSaysThatThisClearedTheFault(CapturedOutput output)
            throws Exception {
        this.robot = builder().stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset();
        overload(Joint.ELBOW_FLEX);
        this.robot.stop();

        this.robot.reset();
        this.robot.observe();

        assertThat(output)
                .containsOnlyOnce(
                        "elbow_flex (id 3) no longer reports the fault of the last run"
                                + " (overload). Its torque was off in the meantime");
    }

    @Test
    void startAfterAFaultThatEndedByItselfSaysSo(CapturedOutput output) throws Exception {
        this.robot.reset();
        this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x04);
        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::observe);
        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::stop);
        this.arm.setErrorByte(Joint.ELBOW_FLEX, 0);

        this.robot.reset();
        this.robot.stop();
        this.robot.reset();

        assertThat(output)
                .containsOnlyOnce(
                        "elbow_flex (id 3) no longer reports the fault of the last run"
                                + " (overheat). The servo has cleared it");
    }
}
