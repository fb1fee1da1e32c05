package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.testkit.Campaign;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Missing and late replies, faults of servos, lost power and unplugged ports. */
class So101FaultTests extends So101Fixture {

    @Test
    void lostAndDamagedRepliesAreAskedForAgain() throws Exception {
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.damageNext(Joint.ELBOW_FLEX, ReplyFault.lost(), ReplyFault.bitFlip(43));
        long before = System.nanoTime();

        Observation observation = this.robot.observe();

        assertThat(observation.timestampNanos()).isGreaterThan(before);
        assertThat(reading("link.retries")).isEqualTo(2);
        assertThat(reading("link.failed.cycles")).isZero();
        assertThat(observation.get("state").get(2)).isZero();
    }

    @Test
    void measurementThatFailsReturnsTheLastOneWithItsOldStampUntilItFailsTooOften()
            throws Exception {
        standAt(MIDDLE);
        this.robot = builder().readTimeout(Duration.ofMillis(100)).build();
        this.robot.reset();
        Observation last = this.robot.observe();
        double timeoutsBefore = reading("link.timeouts");
        long stamp = last.timestampNanos();
        this.arm.setSilent(true);

        long begin = System.nanoTime();
        for (int i = 1; i <= 4; i++) {
            assertThat(this.robot.observe().timestampNanos()).isEqualTo(stamp);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .as("the read time-out is for all attempts, not for each of three")
                .isLessThan(Duration.ofMillis(4 * 3 * 100));

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageStartingWith("5 errors in a row on ")
                .withMessageContaining("shoulder_pan (id 1): no reply");
        assertThat(reading("link.failed.cycles")).isEqualTo(5);
        assertThat(reading("link.timeouts") - timeoutsBefore).isEqualTo(15);
    }

    @Test
    void servoThatIsSilentWhileOthersReplyIsNamedWithItsRemedy() throws Exception {
        this.robot = builder().maxConsecutiveErrors(1).build();
        this.robot.reset();
        this.arm.setDead(Joint.ELBOW_FLEX, true);

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageContaining(
                        "elbow_flex (id 3): no reply, but wrist_flex (id 4) replies. Check the plugs"
                                + " of this servo");
    }

    @Test
    void goodMeasurementForgivesTheErrorsBefore() throws Exception {
        this.robot = builder().readTimeout(Duration.ofMillis(30)).build();
        this.robot.reset();
        for (int round = 0; round < 3; round++) {
            this.arm.setSilent(true);
            for (int i = 0; i < 4; i++) {
                this.robot.observe();
            }
            this.arm.setSilent(false);
            double failed = reading("link.failed.cycles");
            this.robot.observe();
            assertThat(reading("link.failed.cycles")).as("this one is good").isEqualTo(failed);
        }

        assertThat(reading("link.failed.cycles")).isEqualTo(12);
    }

    @Test
    void servoFaultNamesJointIdFaultAndTemperature() throws Exception {
        this.robot.reset();
        this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x04);
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_TEMPERATURE, 74);

        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(this.robot::observe)
                .withMessageStartingWith("elbow_flex (id 3): overheat, 74 °C. ");
        this.arm.setErrorByte(Joint.ELBOW_FLEX, 0);
    }

    @Test
    void unpluggedPortIsALostLinkAtOnceAndANewResetConnectsAgain() throws Exception {
        useWeakArm();
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.unplugAfter(30);

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageContaining(" is gone");
        assertThatExceptionOfType(LinkLostException.class).isThrownBy(this.robot::stop);
        this.arm.plugIn();
        standAt(MIDDLE + 150);
        this.arm.forget();

        this.robot.reset();

        assertThat(lastGoals().subList(0, 5))
                .as("goals are synchronised with where the joints are now")
                .containsOnly(MIDDLE + 150);
    }

    @Test
    void servoWhosePowerWasGoneForAMomentIsALostLink() throws Exception {
        this.robot = builder().readTimeout(Duration.ofMillis(30)).build();
        this.robot.reset();
        this.arm.setSilent(true);
        this.robot.observe(); // fails once
        this.arm.powerCycle();
        this.arm.setSilent(false);

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageStartingWith(
                        "shoulder_pan (id 1) did not answer for a moment and has no torque now: its"
                                + " power was gone. ");
    }

    @Test
    void servoWhosePowerWasGoneForLessThanAMeasurementIsALostLinkToo() throws Exception {
        this.robot.reset();
        this.arm.powerCycle();
        this.arm.damageNext(Joint.ELBOW_FLEX, ReplyFault.lost());

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageContaining("has no torque now");
    }

    /** Late by less than the read time-out, and by more. */
    @Campaign
    @ParameterizedTest
    @ValueSource(ints = {7, 30, 100})
    void replyThatComesLateIsNeverTakenForTheReplyToALaterRequest(int maxLatencyMillis)
            throws Exception {
        useWeakArm();
        this.robot =
                builder().readTimeout(Duration.ofMillis(10)).maxConsecutiveErrors(1000).build();
        this.robot.reset();
        this.arm.setMaxLatency(Duration.ofMillis(maxLatencyMillis), 5);
        int cycles = Campaign.Rounds.of(600, 60);
        int fresh = 0;
        int late = 0;
        // Longer on a slow machine, where each of the first cycles may be late.
        boolean awaitsFresh = maxLatencyMillis == 7;
        for (int i = 0; i < cycles || late == 0 || awaitsFresh && fresh == 0; i++) {
            standAt(1000 + i % 1000);
            long moved = System.nanoTime();

            Observation observation = this.robot.observe();

            if (observation.timestampNanos() - moved >= 0) {
                fresh++;
                for (int joint = 0; joint < 6; joint++) {
                    double steps = observation.get("state").get(joint) / RADIANS_PER_STEP + MIDDLE;
                    assertThat(steps).as("cycle %d", i).isCloseTo(1000 + i % 1000, within(1.0));
                }
            } else {
                late++;
            }
        }

        assertThat(reading("link.retries")).isGreaterThan(cycles / 15);
    }

    @Test
    void voltageAndTemperatureAreUnknownAfterTheEnd() throws Exception {
        this.robot = builder().sensors(EnumSet.of(Sensor.VOLTAGE)).build();
        this.robot.reset();
        assertThat(reading("voltage")).isEqualTo(6 * 7.5);

        this.robot.stop();

        assertThat(reading("voltage")).isNaN();
    }
}
