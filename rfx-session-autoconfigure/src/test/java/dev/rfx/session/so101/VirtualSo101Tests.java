package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.rfx.session.so101.VirtualSo101.Builder;
import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import dev.rfx.session.so101.protocol.ReplyParser.Outcome;
import dev.rfx.session.so101.protocol.Request;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The virtual arm, by the real serial library. */
@EnabledOnOs(OS.LINUX)
class VirtualSo101Tests {

    private static final int[] ALL = {1, 2, 3, 4, 5, 6};
    private static final Duration SOON = Duration.ofSeconds(5);

    /** Long enough for a reply on a busy machine, and to be waited for where none comes. */
    private static final Duration SILENCE = Duration.ofMillis(300);

    private final Request request = new Request();
    private final ReplyParser parser = new ReplyParser();

    @Test
    void realSerialLibraryReadsThePositionsOfAllServos() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            for (Joint joint : Joint.values()) {
                arm.setPosition(joint, 1000 + joint.id());
            }

            int[] positions = readAll(client);

            assertThat(positions).containsExactly(1001, 1002, 1003, 1004, 1005, 1006);
            assertThat(this.parser.isClean()).isTrue();
            assertThat(arm.requests())
                    .extracting(WireRequest::hex)
                    .containsExactly(Golden.hex("sync_read_position_velocity_1to6"));
        }
    }

    @Test
    void replyIsThatOfTheReferenceImplementation() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setPosition(Joint.WRIST_ROLL, 2000);
            arm.set(Joint.WRIST_ROLL, Register.PRESENT_LOAD, -350);
            arm.set(Joint.WRIST_ROLL, Register.MAX_VOLTAGE_LIMIT, 140);
            arm.set(Joint.WRIST_ROLL, Register.PRESENT_VOLTAGE, 119);
            arm.set(Joint.WRIST_ROLL, Register.PRESENT_TEMPERATURE, 47);
            arm.setErrorByte(Joint.WRIST_ROLL, 0x20);

            client.send(this.request.read(5, Register.PRESENT_POSITION, 8));

            assertThat(HexFormat.of().formatHex(client.receive(14, SOON)))
                    .isEqualTo(Golden.hex("status_full_with_overload_id5"));
        }
    }

    @Test
    void everyServoAnswersAPingToAll() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            client.send(HexFormat.of().parseHex(Golden.hex("ping_broadcast")));

            for (int id : ALL) {
                this.parser.expectStatus(id);
                assertThat(client.await(this.parser, SOON)).isEqualTo(Outcome.REPLY);
            }
        }
    }

    @Test
    void shaftFollowsItsGoalAtABoundedSpeed() {
        try (VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(2_000).start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setPosition(Joint.GRIPPER, 1000);
            write(client, 6, Register.GOAL_POSITION, 1400);
            long start = System.nanoTime();
            write(client, 6, Register.TORQUE_ENABLE, 1);

            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> arm.position(Joint.GRIPPER) == 1400);

            assertThat(System.nanoTime() - start).isGreaterThan(199_000_000);
            assertThat(arm.goals()).extracting(GoalWrite::steps).containsExactly(1400);
            assertThat(arm.isTorqueOn(Joint.GRIPPER)).isTrue();
        }
    }

    @Test
    void movingShaftReportsItsVelocity() {
        try (VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(100).start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setPosition(Joint.SHOULDER_PAN, 3400);
            write(client, 1, Register.GOAL_POSITION, 700);
            write(client, 1, Register.TORQUE_ENABLE, 1);

            readAll(client);
            readAll(client);

            this.parser.clear();
            client.send(this.request.read(1, Register.PRESENT_POSITION, 4));
            this.parser.expect(1, Register.PRESENT_POSITION, 4);
            assertThat(client.await(this.parser, SOON)).isEqualTo(Outcome.REPLY);
            assertThat(this.parser.value(Register.PRESENT_VELOCITY)).isEqualTo(-100);
        }
    }

    @Test
    void torqueWithoutAGoalRunsTheJointToItsEnd() {
        try (VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(30_000).start();
                SerialClient client = new SerialClient(arm.port())) {
            write(client, 2, Register.TORQUE_ENABLE, 1);

            await().until(() -> arm.position(Joint.SHOULDER_LIFT) == 700);
        }
    }

    @Test
    void shaftWithoutTorqueStays() {
        try (VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(30_000).start();
                SerialClient client = new SerialClient(arm.port())) {
            write(client, 2, Register.GOAL_POSITION, 3000);

            assertThat(arm.position(Joint.SHOULDER_LIFT)).isEqualTo(2050);
        }
    }

    @Test
    void goalTurnsTorqueOnIfTheArmIsThatWay() {
        try (VirtualSo101 arm = VirtualSo101.builder().goalTurnsTorqueOn().start();
                SerialClient client = new SerialClient(arm.port())) {
            write(client, 2, Register.GOAL_POSITION, 3000);

            assertThat(arm.isTorqueOn(Joint.SHOULDER_LIFT)).isTrue();
        }
    }

    @Test
    void powerCycleKeepsWhatWasWrittenUnlockedAndTurnsTorqueOff() {
        try (VirtualSo101 arm = VirtualSo101.builder().goalAtPowerUp(1234).start();
                SerialClient client = new SerialClient(arm.port())) {
            write(client, 3, Register.P_COEFFICIENT, 16);
            write(client, 3, Register.LOCK, 0);
            write(client, 3, Register.HOMING_OFFSET, -50);
            write(client, 3, Register.TORQUE_ENABLE, 1);

            arm.powerCycle();

            assertThat(arm.get(Joint.ELBOW_FLEX, Register.P_COEFFICIENT)).isEqualTo(32);
            assertThat(arm.get(Joint.ELBOW_FLEX, Register.HOMING_OFFSET)).isEqualTo(-50);
            assertThat(arm.get(Joint.ELBOW_FLEX, Register.GOAL_POSITION)).isEqualTo(1234);
            assertThat(arm.isTorqueOn(Joint.ELBOW_FLEX)).isFalse();
        }
    }

    @Test
    void homingOffsetShiftsThePosition() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            write(client, 3, Register.HOMING_OFFSET, 100);

            assertThat(arm.position(Joint.ELBOW_FLEX)).isEqualTo(1950);
        }
    }

    @Test
    void positionGoesFromTheEndOfATurnToItsBeginning() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setPosition(Joint.WRIST_ROLL, 4095 + 5);
            assertThat(position(client, 5)).isEqualTo(4);
            arm.setPosition(Joint.WRIST_ROLL, -1);
            assertThat(position(client, 5)).isEqualTo(4095);

            arm.set(Joint.WRIST_ROLL, Register.PHASE, 12 + Register.MULTI_TURN);

            assertThat(position(client, 5)).isEqualTo(-1);
            arm.setPosition(Joint.WRIST_ROLL, 4095 + 5);
            assertThat(position(client, 5)).isEqualTo(4100);
            arm.powerCycle();
            assertThat(position(client, 5)).as("the power was gone").isEqualTo(4);
        }
    }

    @Test
    void shaftThatHasOvershotTheTurnGoesAllTheWayRound() {
        try (VirtualSo101 arm = wholeTurn().stepsPerSecond(30_000).start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setPosition(Joint.WRIST_ROLL, 4095 + 5);
            write(client, 5, Register.GOAL_POSITION, 4095);
            write(client, 5, Register.TORQUE_ENABLE, 1);

            await().until(() -> arm.position(Joint.WRIST_ROLL) == 4096 + 4095);
        }
    }

    private static Builder wholeTurn() {
        return VirtualSo101.builder().calibration(So101Fixture.calibration(0, 4095));
    }

    @Test
    void shaftThatPushesForTooLongIsInOverloadUntilItsTorqueIsOff() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setBlocked(Joint.GRIPPER, true);
            write(client, 6, Register.GOAL_POSITION, 1000);
            write(client, 6, Register.TORQUE_ENABLE, 1);
            assertThat(load(client, 6)).as("all it has").isEqualTo(-1000);
            arm.setProtectionTime(Joint.GRIPPER, 1);

            await().until(
                            () -> {
                                readPosition(client, 6);
                                return this.parser.errorByte() == 0x20;
                            });

            assertThat(load(client, 6)).as("the protective torque").isEqualTo(-200);
            write(client, 6, Register.GOAL_POSITION, 2050);
            assertThat(this.parser.errorByte()).as("it is remembered").isEqualTo(0x20);
            write(client, 6, Register.TORQUE_ENABLE, 0);
            assertThat(this.parser.errorByte()).isZero();
            write(client, 6, Register.TORQUE_ENABLE, 1);
            assertThat(load(client, 6)).isZero();
            assertThat(this.parser.errorByte()).isZero();
        }
    }

    @Test
    void voltageBeyondTheLimitsOfTheServoIsReported() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.set(Joint.GRIPPER, Register.PRESENT_VOLTAGE, 81);

            readPosition(client, 6);

            assertThat(this.parser.errorByte()).isEqualTo(0x01);
        }
    }

    @Test
    void servoDoesNotAnswerForRegistersThatItDoesNotHave() {
        try (VirtualSo101 arm = VirtualSo101.start();
                VirtualSo101 lenient =
                        VirtualSo101.builder().answersForUndefinedRegisters().start();
                SerialClient client = new SerialClient(arm.port());
                SerialClient other = new SerialClient(lenient.port())) {
            this.parser.clear();
            client.send(this.request.read(1, Register.PRESENT_CURRENT, 3));
            assertThat(client.receive(1, SILENCE)).isEmpty();
            client.send(this.request.read(1, Register.PRESENT_POSITION, 15));
            assertThat(client.receive(21, SOON)).hasSize(21);

            other.send(this.request.read(1, Register.PRESENT_CURRENT, 3));
            assertThat(other.receive(9, SOON)).hasSize(9);
        }
    }

    @Test
    void goalIsFollowedInPositionModeOnly() {
        try (VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(30_000).start();
                SerialClient client = new SerialClient(arm.port())) {
            write(client, 2, Register.OPERATING_MODE, 1);
            write(client, 2, Register.GOAL_POSITION, 3000);
            write(client, 2, Register.TORQUE_ENABLE, 1);
            assertThat(arm.position(Joint.SHOULDER_LIFT)).isEqualTo(2050);

            write(client, 2, Register.GOAL_VELOCITY, -30_000);

            await().until(() -> arm.position(Joint.SHOULDER_LIFT) < -4096);
        }
    }

    /** 1350 steps at 10000 steps/s² to the middle and back to rest. */
    @Test
    void shaftSpeedsUpAndSlowsDownByItsAcceleration() {
        try (VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(30_000).start();
                SerialClient client = new SerialClient(arm.port())) {
            write(client, 2, Register.MAXIMUM_ACCELERATION, 254);
            write(client, 2, Register.ACCELERATION, 100);
            write(client, 2, Register.GOAL_POSITION, 3400);
            long start = System.nanoTime();
            write(client, 2, Register.TORQUE_ENABLE, 1);

            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> arm.position(Joint.SHOULDER_LIFT) == 3400);

            assertThat(System.nanoTime() - start).isGreaterThan(700_000_000);
        }
    }

    @Test
    void writeThatWaitsForItsActionIsCarriedOutThen() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            client.send(frame("ff ff 01 05 04 2a d0 07 f4"));
            this.parser.clear();
            this.parser.expectStatus(1);
            assertThat(client.await(this.parser, SOON)).isEqualTo(Outcome.REPLY);
            assertThat(arm.get(Joint.SHOULDER_PAN, Register.GOAL_POSITION)).isZero();

            client.send(frame("ff ff fe 02 05 fa"));

            assertThat(readPosition(client, 1)).isEqualTo(Outcome.REPLY);
            assertThat(arm.get(Joint.SHOULDER_PAN, Register.GOAL_POSITION)).isEqualTo(2000);
            assertThat(arm.goals()).extracting(GoalWrite::steps).containsExactly(2000);
        }
    }

    @Test
    void servoThatConfirmsNoWritesIsSilent() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            client.send(frame("ff ff 01 04 03 08 00 ef")); // Response_Status_Level 0
            client.send(this.request.write(1, Register.GOAL_POSITION, 2000));

            assertThat(client.receive(1, SILENCE)).isEmpty();
            assertThat(readPosition(client, 1)).isEqualTo(Outcome.REPLY);
            assertThat(arm.get(Joint.SHOULDER_PAN, Register.GOAL_POSITION)).isEqualTo(2000);
        }
    }

    private static byte[] frame(String hex) {
        return HexFormat.ofDelimiter(" ").parseHex(hex);
    }

    private int position(SerialClient client, int id) {
        assertThat(readPosition(client, id)).isEqualTo(Outcome.REPLY);
        return this.parser.value(Register.PRESENT_POSITION);
    }

    private int load(SerialClient client, int id) {
        this.parser.clear();
        client.send(this.request.read(id, Register.PRESENT_LOAD, 2));
        this.parser.expect(id, Register.PRESENT_LOAD, 2);
        assertThat(client.await(this.parser, SOON)).isEqualTo(Outcome.REPLY);
        return this.parser.value(Register.PRESENT_LOAD);
    }

    /** 14 bytes of request, 60 of replies and 26 of goals are 1000 µs. */
    @Test
    void pacedBusTakesTheTimeOfTheWire() {
        try (VirtualSo101 arm = VirtualSo101.builder().paced().start();
                SerialClient client = new SerialClient(arm.port())) {
            noReturnDelay(client);
            int cycles = 100;
            int[] goals = readAll(client);
            long start = System.nanoTime();

            for (int i = 0; i < cycles; i++) {
                readAll(client);
                client.send(this.request.syncWrite(ALL, Register.GOAL_POSITION, goals));
            }

            // The goals of the last cycle are still on the wire, and the first request was sent
            // a little before it was seen.
            assertThat(System.nanoTime() - start).isGreaterThan(cycles * 1_000_000L - 300_000);
        }
    }

    @Test
    void returnDelayAndReplyDelayPrecedeEveryReply() {
        try (VirtualSo101 arm = VirtualSo101.builder().replyDelay(Duration.ofMillis(1)).start();
                SerialClient client = new SerialClient(arm.port())) {
            long start = System.nanoTime();

            readAll(client);

            assertThat(System.nanoTime() - start).isGreaterThan(6 * 1_500_000);
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                argumentSet("lost", ReplyFault.lost(), Outcome.INCOMPLETE),
                argumentSet("cut", ReplyFault.cutAfter(7), Outcome.INCOMPLETE),
                argumentSet("bit flip", ReplyFault.bitFlip(5 * 8 + 3), Outcome.BAD_CHECKSUM),
                argumentSet("wrong id", ReplyFault.wrongId(9), Outcome.WRONG_ID),
                argumentSet("wrong length", ReplyFault.wrongLength(), Outcome.WRONG_LENGTH));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void faultHappensToOneReplyOnly(ReplyFault fault, Outcome outcome) {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.damageNext(Joint.ELBOW_FLEX, fault);

            assertThat(readPosition(client, 3)).isEqualTo(outcome);
            assertThat(readPosition(client, 3)).isEqualTo(Outcome.REPLY);
        }
    }

    @Test
    void staleReplyComesAheadOfTheReply() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setPosition(Joint.ELBOW_FLEX, 1111);
            readPosition(client, 3);
            arm.setPosition(Joint.ELBOW_FLEX, 2222);
            arm.damageNext(Joint.ELBOW_FLEX, ReplyFault.stale());

            assertThat(readPosition(client, 3)).isEqualTo(Outcome.REPLY);

            assertThat(this.parser.value(Register.PRESENT_POSITION)).isEqualTo(1111);
            assertThat(client.await(this.parser, SOON)).isEqualTo(Outcome.REPLY);
            assertThat(this.parser.value(Register.PRESENT_POSITION)).isEqualTo(2222);
        }
    }

    @Test
    void repliesAreDamagedAtRandomUntilTheyAreNot() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            noReturnDelay(client);
            arm.damageRandomly(0.5, 7, ReplyFault.bitFlip(5 * 8));
            long bad =
                    Stream.generate(() -> readPosition(client, 1))
                            .limit(100)
                            .filter(outcome -> outcome == Outcome.BAD_CHECKSUM)
                            .count();
            arm.damageRandomly(0, 7, ReplyFault.lost());

            assertThat(bad).isBetween(25L, 75L);
            assertThat(readPosition(client, 1)).isEqualTo(Outcome.REPLY);
        }
    }

    @Test
    void silentArmHearsNothingAndSaysNothing() {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setSilent(true);

            client.send(this.request.write(1, Register.TORQUE_ENABLE, 1));
            assertThat(client.receive(1, SILENCE)).isEmpty();

            assertThat(arm.isTorqueOn(Joint.SHOULDER_PAN)).isFalse();
            assertThat(arm.requests()).hasSize(1);
            arm.setSilent(false);
            assertThat(readPosition(client, 1)).isEqualTo(Outcome.REPLY);
        }
    }

    static Stream<Arguments> armsWithADeadServo() {
        return Stream.of(
                argumentSet("later servos answer", VirtualSo101.builder(), "0102040506"),
                argumentSet(
                        "later servos are silent",
                        VirtualSo101.builder().silentAfterMissing(),
                        "0102"));
    }

    @ParameterizedTest
    @MethodSource("armsWithADeadServo")
    void deadServoIsMissingInASyncRead(Builder builder, String ids) {
        try (VirtualSo101 arm = builder.start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setDead(Joint.ELBOW_FLEX, true);

            client.send(this.request.syncRead(ALL, Register.PRESENT_POSITION, 2));

            byte[] received = client.receive(48, SILENCE);
            StringBuilder answered = new StringBuilder();
            for (int i = 2; i < received.length; i += 8) {
                answered.append("%02x".formatted(received[i]));
            }
            assertThat(answered).hasToString(ids);
        }
    }

    @Test
    void armIsUnpluggedInMidReplyAndPluggedInAgain() {
        try (VirtualSo101 arm = VirtualSo101.start()) {
            try (SerialClient client = new SerialClient(arm.port())) {
                write(client, 1, Register.GOAL_POSITION, 2050);
                write(client, 1, Register.TORQUE_ENABLE, 1);
                arm.unplugAfter(13);

                client.send(this.request.syncRead(ALL, Register.PRESENT_POSITION, 2));

                assertThat(client.receive(48, SILENCE)).hasSizeLessThanOrEqualTo(13);
                await().until(client::isHungUp);
                await().until(() -> Files.notExists(arm.port()));
            }

            arm.plugIn();

            try (SerialClient client = new SerialClient(arm.port())) {
                assertThat(readPosition(client, 1)).isEqualTo(Outcome.REPLY);
                assertThat(arm.isTorqueOn(Joint.SHOULDER_PAN)).isTrue();
            }
        }
    }

    @Test
    void unpluggedArmHasNoPort() {
        try (VirtualSo101 arm = VirtualSo101.start()) {
            assertThat(arm.port()).isSymbolicLink();

            arm.unplug();

            assertThat(arm.port()).doesNotExist();
        }
    }

    @Test
    void stalledArmBlocksTheWriterAtLast() throws Exception {
        try (VirtualSo101 arm = VirtualSo101.start();
                SerialClient client = new SerialClient(arm.port())) {
            arm.setStalled(true);

            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(() -> client.send(new byte[200_000]));

            assertThatCode(() -> writer.get(300, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            arm.setStalled(false);
            writer.join();
        }
    }

    @Test
    void instructionThatNoServoKnowsIsReportedAtTheEnd() throws Exception {
        VirtualSo101 arm = VirtualSo101.start();
        try (SerialClient client = new SerialClient(arm.port())) {
            client.send(HexFormat.of().parseHex("ffff010277" + "85"));
            await().until(() -> Files.notExists(arm.port()));
        }

        assertThatIllegalStateException().isThrownBy(arm::close).havingCause();
    }

    private int[] readAll(SerialClient client) {
        this.parser.clear();
        client.send(this.request.syncRead(ALL, Register.PRESENT_POSITION, 4));
        return Arrays.stream(ALL)
                .map(
                        id -> {
                            this.parser.expect(id, Register.PRESENT_POSITION, 4);
                            assertThat(client.await(this.parser, SOON)).isEqualTo(Outcome.REPLY);
                            return this.parser.value(Register.PRESENT_POSITION);
                        })
                .toArray();
    }

    private Outcome readPosition(SerialClient client, int id) {
        this.parser.clear();
        client.send(this.request.read(id, Register.PRESENT_POSITION, 2));
        this.parser.expect(id, Register.PRESENT_POSITION, 2);
        return client.await(this.parser, SILENCE);
    }

    private void write(SerialClient client, int id, Register register, int value) {
        this.parser.clear();
        client.send(this.request.write(id, register, value));
        this.parser.expectStatus(id);
        assertThat(client.await(this.parser, SOON)).isEqualTo(Outcome.REPLY);
    }

    private void noReturnDelay(SerialClient client) {
        for (int id : ALL) {
            write(client, id, Register.RETURN_DELAY_TIME, 0);
        }
    }
}
