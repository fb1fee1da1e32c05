package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/**
 * A robot, the real serial library and a virtual arm, for tests of the driver. All joints have the
 * range 700 to 3400, and by default they are at their goals at once.
 */
abstract class So101Fixture {

    static final Calibration CALIBRATION = calibration(700, 3400);
    static final int MIDDLE = 2050;
    static final double RADIANS_PER_STEP = 2 * Math.PI / 4096;

    VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(32_767).start();

    So101Robot robot = builder().build();

    /** An arm whose joints stay, as good as, where they are put, though they have another goal. */
    void useWeakArm() {
        this.arm.close();
        this.arm = VirtualSo101.builder().stepsPerSecond(1).start();
        this.robot = builder().build();
    }

    @AfterEach
    void unplug() {
        this.arm.setSilent(false);
        try {
            this.robot.close();
        } catch (So101Exception ex) {
            // A test may have broken the arm for good.
        }
        this.arm.close();
    }

    static Calibration calibration(int min, int max) {
        Map<Joint, JointCalibration> joints = new EnumMap<>(Joint.class);
        for (Joint joint : Joint.values()) {
            joints.put(joint, new JointCalibration(joint, false, 0, min, max));
        }
        return new Calibration(Path.of("arm.json"), joints);
    }

    So101Robot.Builder builder() {
        // A machine that is busy with other things shall not make a reply late.
        return So101Robot.builder(this.arm.port().toString(), CALIBRATION)
                .readTimeout(Duration.ofMillis(300));
    }

    void standAt(int steps) {
        for (Joint joint : Joint.values()) {
            this.arm.setPosition(joint, steps);
        }
    }

    List<Integer> lastGoals() {
        List<GoalWrite> goals = this.arm.goals();
        return goals.subList(goals.size() - 6, goals.size()).stream()
                .map(GoalWrite::steps)
                .toList();
    }

    double reading(String name) {
        return this.robot.readings().stream()
                .filter(reading -> reading.name().equals(name))
                .mapToDouble(RobotReading::value)
                .sum();
    }

    static Tensor all(double radians) {
        Tensor action = Tensor.zeros(6);
        for (int i = 0; i < 6; i++) {
            action.set(i, (float) radians);
        }
        return action;
    }

    /** Not even to the EEPROM: it may be another arm. */
    void assertNothingWasWritten() {
        assertThat(this.arm.requests())
                .extracting(WireRequest::instruction)
                .containsOnly(WireRequest.Instruction.READ);
    }

    void awaitGoals(int goals) {
        while (this.arm.goals().size() < goals) {
            Thread.onSpinWait();
        }
    }

    So101Robot.Builder atMiddle() {
        return builder().startPose(List.of(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).startSpeed(1.0);
    }

    So101Robot.Builder parking() {
        return atMiddle().stopMode(StopMode.PARK_THEN_TORQUE_OFF);
    }

    void useArmOf(int stepsPerSecond) {
        this.arm.close();
        this.arm = VirtualSo101.builder().stepsPerSecond(stepsPerSecond).start();
    }

    void assertTorqueIsOff() {
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).as("%s", joint).isFalse();
        }
    }

    List<Integer> steps(Joint joint) {
        List<Integer> goals =
                this.arm.goals().stream()
                        .filter(goal -> goal.joint() == joint)
                        .map(GoalWrite::steps)
                        .toList();
        return IntStream.range(1, goals.size())
                .mapToObj(i -> goals.get(i) - goals.get(i - 1))
                .toList();
    }
}
