package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.testkit.Campaign;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How an arm comes to rest: which goals it keeps, and what a fault does not prevent. */
class So101StopTests extends So101Fixture {

    @Test
    void stopHoldsTheArmWhereItIs() throws Exception {
        useWeakArm();
        standAt(MIDDLE);
        this.robot.reset();
        standAt(MIDDLE + 100); // pushed
        this.arm.forget();

        this.robot.stop();

        assertThat(lastGoals())
                .as("but a gripper, which may hold something, keeps its force")
                .containsExactly(2150, 2150, 2150, 2150, 2150, MIDDLE);
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).isTrue();
        }
        this.robot.stop(); // does nothing
        assertThat(this.arm.goals()).hasSize(6);
    }

    @Test
    void armThatGravityPullsFromItsGoalDoesNotSinkAtEachStopAndStart() throws Exception {
        useWeakArm();
        this.arm.setNoise(2);
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.forget();
        for (int i = 0; i < 10; i++) {
            standAt(MIDDLE - 80);
            this.robot.stop();
            this.robot.reset();
        }

        assertThat(this.arm.goals())
                .extracting(GoalWrite::steps)
                .as("the first goals were measured with noise")
                .allMatch(goal -> Math.abs(goal - MIDDLE) <= 2);
    }

    /** The adapter delivers what it kept when the first question to a single servo is out. */
    @Campaign
    @Test
    void lateMeasurementIsNotTakenForWhereAServoIsWhenItIsToHold() throws Exception {
        this.arm.close();
        this.arm =
                VirtualSo101.builder()
                        .replyDelay(Duration.ofNanos(300_000)) // one reply at a time
                        .stepsPerSecond(1)
                        .start();
        this.robot =
                builder()
                        .readTimeout(Duration.ofMillis(30))
                        .sensors(EnumSet.allOf(Sensor.class))
                        .build();
        for (int round = 0; round < Campaign.Rounds.of(50, 3); round++) {
            standAt(MIDDLE);
            this.robot.reset();
            this.arm.forget();
            this.arm.setStalled(true);
            for (int i = 0; i < 3; i++) {
                this.robot.observe(); // the first one may be answered still
            }
            CompletableFuture.runAsync(
                    () -> this.arm.setStalled(false),
                    CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));

            this.robot.stop();

            assertThat(this.arm.goals()).extracting(GoalWrite::steps).containsOnly(MIDDLE);
        }
    }

    @Test
    void jointThatWasAboutToMoveWhenTheStopCameDoesNotMoveOn() throws Exception {
        useWeakArm();
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.forget();
        this.arm.afterGoals(6, () -> this.arm.setPosition(Joint.ELBOW_FLEX, MIDDLE + 20));

        this.robot.stop();

        assertThat(this.arm.goals()).hasSize(7);
        assertThat(this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_POSITION)).isEqualTo(MIDDLE + 20);
    }

    @Test
    void torqueGoesOffOfEveryServoThoughOneDoesNotListen() throws Exception {
        this.robot = builder().stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset();
        this.arm.setDead(Joint.SHOULDER_PAN, true);

        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(this.robot::stop)
                .withMessageStartingWith("shoulder_pan (id 1): no reply");

        for (Joint joint : EnumSet.range(Joint.SHOULDER_LIFT, Joint.GRIPPER)) {
            assertThat(this.arm.isTorqueOn(joint)).as("%s", joint).isFalse();
        }
    }

    @Test
    void torqueGoesOffThoughAServoReportsAFault() throws Exception {
        this.robot = builder().stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset();
        this.arm.setErrorByte(Joint.GRIPPER, 0x08);

        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::stop);

        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).as("%s", joint).isFalse();
        }
    }

    @Test
    void servoThatReportsAFaultHoldsWhereItIsToo() throws Exception {
        useWeakArm();
        standAt(MIDDLE);
        this.robot.reset();
        standAt(MIDDLE + 100);
        this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x24);
        this.arm.forget();

        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(this.robot::stop)
                .withMessageStartingWith("elbow_flex (id 3): overheat, overload, 30 °C");

        assertThat(lastGoals().subList(0, 5)).containsOnly(MIDDLE + 100);
    }

    @Test
    void interruptedThreadStopsTheArmAllTheSame() throws Exception {
        this.robot = builder().stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset();
        Thread.currentThread().interrupt();

        this.robot.stop();

        assertThat(Thread.interrupted()).isTrue();
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).isFalse();
        }
    }
}
