package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The way to the start pose, at the start of a run and to park at its end. */
class So101StartPoseTests extends So101Fixture {

    @Test
    void armParksAtItsStartSpeedBeforeTorqueGoesOff() throws Exception {
        standAt(MIDDLE);
        this.robot = parking().maxSpeed(Double.POSITIVE_INFINITY).build();
        this.robot.reset();
        int before = this.arm.goals().size();
        this.robot.act(all(260 * RADIANS_PER_STEP));
        awaitGoals(before + 6);
        while (this.arm.position(Joint.GRIPPER) != MIDDLE + 260) {
            Thread.onSpinWait();
        }
        this.arm.forget();

        this.robot.stop();

        assertThat(lastGoals()).containsOnly(MIDDLE);
        assertThat(this.arm.goals().get(0).steps()).isEqualTo(MIDDLE + 260);
        assertThat(steps(Joint.ELBOW_FLEX)).allMatch(step -> Math.abs(step) <= 14);
        assertTorqueIsOff();
    }

    @Test
    void parkBeginsWhereTheArmIsAndEndsWhenItHasArrived() throws Exception {
        useArmOf(400);
        standAt(MIDDLE);
        this.robot = parking().build(); // at 652 steps/s
        this.robot.reset();
        standAt(MIDDLE + 300); // far from its goal
        this.arm.forget();

        this.robot.stop();

        assertThat(this.arm.goals().get(0).steps()).isBetween(MIDDLE + 200, MIDDLE + 300);
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    @Test
    void armThatIsSlowerThanItsStartSpeedIsInThePoseBeforeTorqueGoesOff() throws Exception {
        useArmOf(180);
        standAt(MIDDLE);
        this.robot = parking().build();
        this.robot.reset();
        standAt(MIDDLE + 250);

        this.robot.stop();

        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    /** 100 µs before each reply, and no more time than a measurement needs. */
    @Test
    void armParksThoughTheReadTimeoutIsShort() throws Exception {
        this.arm.close();
        this.arm = VirtualSo101.builder().paced().replyDelay(Duration.ofNanos(100_000)).start();
        standAt(MIDDLE);
        this.robot = parking().readTimeout(Duration.ofMillis(8)).build();
        this.robot.reset();
        standAt(MIDDLE + 100);
        this.arm.forget();

        this.robot.stop();

        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    @Test
    void secondStopWaitsForAPark() throws Exception {
        standAt(MIDDLE);
        this.robot = parking().startSpeed(0.3).build(); // for 1.5 s
        this.robot.reset();
        standAt(MIDDLE + 300);
        this.arm.forget();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        this.arm.afterGoals(
                30,
                () ->
                        new Thread(
                                        () -> {
                                            this.robot.close();
                                            closed.complete(null);
                                        })
                                .start());

        this.robot.stop();
        closed.join();

        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    @Test
    void interruptEndsAParkAndTurnsTorqueOff() throws Exception {
        useArmOf(400);
        standAt(MIDDLE);
        this.robot = parking().startSpeed(0.1).build();
        this.robot.reset();
        standAt(1000);
        this.arm.afterGoals(60, Thread.currentThread()::interrupt);

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::stop);

        assertTorqueIsOff();
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isLessThan(1100);
    }

    @Test
    void gripperThatHoldsSomethingKeepsTheArmNeitherFromStartingNorFromParking() throws Exception {
        standAt(MIDDLE - 300);
        this.arm.setBlocked(Joint.GRIPPER, true);
        this.robot = parking().build();

        this.robot.reset();

        assertThat(lastGoals().subList(0, 5)).containsOnly(MIDDLE);
        assertThat(lastGoals().get(5))
                .as("it does not press harder than it has to")
                .isLessThan(MIDDLE - 300 + 91 + 131);
        this.robot.stop();
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    @Test
    void faultOnTheWayToTheStartPoseEndsIt() throws Exception {
        standAt(1000);
        this.robot = atMiddle().build();
        this.arm.afterGoals(60, () -> this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x20));

        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("elbow_flex (id 3): overload");

        assertThat(this.arm.goals()).hasSizeLessThanOrEqualTo(60 + 6);
    }

    @Test
    void faultWhileTheArmParksTurnsTorqueOffAtOnce() throws Exception {
        standAt(MIDDLE);
        this.robot = parking().build();
        this.robot.reset();
        standAt(MIDDLE + 500);
        this.arm.forget();
        this.arm.afterGoals(60, () -> this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x20));

        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::stop);

        assertThat(this.arm.goals()).hasSizeLessThanOrEqualTo(60 + 6);
        assertTorqueIsOff();
    }

    @Test
    void lostReplyOnTheWayToTheStartPoseDoesNotEndIt() throws Exception {
        standAt(MIDDLE - 200);
        this.robot = atMiddle().readTimeout(Duration.ofMillis(30)).build();
        this.arm.afterGoals(
                30,
                () ->
                        this.arm.damageNext(
                                Joint.ELBOW_FLEX,
                                ReplyFault.lost(),
                                ReplyFault.lost(),
                                ReplyFault.lost()));

        this.robot.reset();

        assertThat(lastGoals()).containsOnly(MIDDLE);
        assertThat(reading("link.retries")).isGreaterThanOrEqualTo(2);
    }

    /** The reply that is lost first raises the doubt about the torque. */
    @Test
    void lostReplyAboutTheTorqueOnTheWayToTheStartPoseDoesNotEndIt() throws Exception {
        standAt(MIDDLE - 200);
        this.robot = atMiddle().build();
        AtomicInteger torqueRepliesToLose = new AtomicInteger(1);
        ReplyFault lostIfAboutTheTorque =
                (reply, previous) ->
                        reply.length == TorqueCheck.BYTES + 6
                                        && torqueRepliesToLose.getAndDecrement() > 0
                                ? new byte[0]
                                : reply;
        this.arm.afterGoals(
                30,
                () -> {
                    this.arm.damageNext(Joint.GRIPPER, ReplyFault.lost());
                    this.arm.damageNext(
                            Joint.GRIPPER,
                            Collections.nCopies(10, lostIfAboutTheTorque)
                                    .toArray(ReplyFault[]::new));
                });

        this.robot.reset();

        assertThat(lastGoals()).containsOnly(MIDDLE);
        assertThat(torqueRepliesToLose.get()).as("one was lost").isLessThan(1);
    }

    @Test
    void silenceOnTheWayToTheStartPoseEndsItWithoutMovingOn() throws Exception {
        standAt(1000);
        this.robot = atMiddle().readTimeout(Duration.ofMillis(30)).build();
        this.arm.afterGoals(60, () -> this.arm.setDead(Joint.ELBOW_FLEX, true));

        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("elbow_flex (id 3): ");

        assertThat(this.arm.goals()).hasSizeLessThanOrEqualTo(60 + 6);
    }

    @Test
    void jointThatDoesNotFollowIsWaitedForAndGivenUp() throws Exception {
        useWeakArm();
        standAt(1000);
        this.robot = atMiddle().build();

        assertThatExceptionOfType(StartPoseException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "shoulder_pan (id 1) does not follow on the way to the start pose: it is at"
                                + " 100");

        assertThat(lastGoals())
                .as("8°, and the way of 0.2 s: 91 and 130 steps")
                .allMatch(goal -> goal > 1200 && goal < 1230);
    }

    @Test
    void jointThatDoesNotFollowOnAShortWayIsGivenUpToo() throws Exception {
        useWeakArm();
        standAt(MIDDLE - 130);
        this.robot = atMiddle().build();

        assertThatExceptionOfType(StartPoseException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("shoulder_pan (id 1) does not follow");
    }

    @Test
    void torqueThatIsLostOnTheWayToTheStartPoseEndsIt() throws Exception {
        standAt(MIDDLE - 300);
        this.robot = atMiddle().build();
        this.arm.afterGoals(
                30,
                () -> {
                    this.arm.powerCycle();
                    this.arm.damageNext(Joint.GRIPPER, ReplyFault.lost());
                });

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::reset)
                .withMessageContaining("has no torque now");
    }

    @Test
    void parkThatTakesTooLongEndsWithTorqueOff() throws Exception {
        standAt(MIDDLE);
        AtomicLong skipped = new AtomicLong();
        this.robot =
                parking()
                        .startSpeed(0.01)
                        .nanoTime(() -> System.nanoTime() + skipped.get())
                        .build();
        this.robot.reset();
        standAt(MIDDLE + 500);
        this.arm.forget();
        this.arm.afterGoals(
                30,
                () -> {
                    skipped.set(Duration.ofSeconds(7).toNanos());
                    this.arm.afterGoals(30, () -> skipped.set(Duration.ofSeconds(8).toNanos()));
                });

        assertThatExceptionOfType(StartPoseException.class)
                .isThrownBy(this.robot::stop)
                .withMessageStartingWith("The arm is not in its start pose after 8 s. ");

        assertThat(this.arm.goals()).hasSize(60);
        assertTorqueIsOff();
    }

    @Test
    void armGoesToItsStartPoseAtABoundedSpeed() throws Exception {
        standAt(1000);
        this.robot =
                builder()
                        .startPose(List.of(-1.2, -1.2, -1.2, -1.2, -1.2, 9.0))
                        .startSpeed(4.0)
                        .build();

        this.robot.reset();

        int target = (int) Math.rint(MIDDLE - 1.2 / RADIANS_PER_STEP);
        assertThat(lastGoals())
                .as("the sixth is beyond its range")
                .containsExactly(target, target, target, target, target, 3400);
        assertThat(steps(Joint.GRIPPER))
                .as("4 rad/s in 20 ms are 52.15 steps")
                .allMatch(step -> step <= 53)
                .hasSizeGreaterThan(45);
    }

    @Test
    void startSpeedMayBeLessThanAStepInATick() throws Exception {
        standAt(MIDDLE - 2);
        this.robot = atMiddle().startSpeed(10 * RADIANS_PER_STEP).build();

        this.robot.reset();

        assertThat(steps(Joint.GRIPPER)).containsOnly(0, 1).hasSizeGreaterThanOrEqualTo(10);
        assertThat(lastGoals()).containsOnly(MIDDLE);
    }

    @Test
    void startSpeedIsNotMoreThanAServoCanTurn() {
        this.robot = atMiddle().startSpeed(5.0).build();

        assertThatIllegalArgumentException()
                .isThrownBy(this.robot::reset)
                .withMessage(
                        "startSpeed is 5.0, which is 3259.49 steps/s of shoulder_pan (id 1), but"
                                + " must be 1 to 3072 steps/s");
        assertThat(this.arm.requests()).isEmpty();
    }

    @Test
    void interruptEndsTheWayToTheStartPose() throws Exception {
        standAt(1000);
        this.robot = atMiddle().startSpeed(0.1).build();
        this.arm.afterGoals(30, Thread.currentThread()::interrupt);

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::reset);

        this.robot.stop();
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isLessThan(1200);
    }

    @ParameterizedTest
    @EnumSource
    void startThatEndsBetweenTwoServosMovesNothing(StopMode mode) throws Exception {
        standAt(1000);
        this.robot = atMiddle().stopMode(mode).build();
        this.arm.afterGoals(2, Thread.currentThread()::interrupt);

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::reset);
        this.robot.stop();

        for (Joint joint : Joint.values()) {
            assertThat(this.arm.position(joint)).isEqualTo(1000);
        }
        assertThat(this.arm.goals()).extracting(GoalWrite::steps).containsOnly(1000);
        if (mode != StopMode.HOLD) {
            assertTorqueIsOff();
        }
    }

    @ParameterizedTest
    @EnumSource
    void faultBetweenTwoServosThatHeldBeforeMovesNothingAtOnce(StopMode mode) throws Exception {
        standAt(1000);
        this.robot.reset();
        this.robot.stop(); // and holds
        this.robot = atMiddle().stopMode(mode).build();
        this.arm.afterGoals(2, () -> this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x20));

        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::reset);
        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::stop);

        assertThat(this.arm.goals()).extracting(GoalWrite::steps).containsOnly(1000);
        if (mode != StopMode.HOLD) {
            assertTorqueIsOff();
        }
    }
}
