package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import dev.rfx.session.testkit.Campaign;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a bus makes of replies that are late, lost or damaged, on a line with its own time. */
class ServoBusTests {

    private static final long MILLI = 1_000_000;

    /** A control loop that knows when everything that it gets was measured. */
    private static final class Loop {

        private final SimulatedLine line;
        private final ServoBus bus;
        private final long periodNanos;
        private final int[] ticks = new int[6];
        private final int[] numbers = new int[6];
        private long begin;
        private long stamp = Long.MIN_VALUE;
        private int good;
        private final long longestCycleNanos;

        Loop(SimulatedLine line, Duration period, Duration readTimeout) {
            this.line = line;
            this.bus = new ServoBus(line, 1_000_000, readTimeout, new LinkStatistics());
            this.periodNanos = period.toNanos();
            this.longestCycleNanos = Math.max(this.periodNanos, readTimeout.toNanos());
            this.begin = line.now();
        }

        /** One cycle, and whether it has a new observation. */
        boolean cycle() {
            this.line.advanceTo(this.begin);
            boolean observed = observe();
            this.bus.writeGoals(new int[6]);
            this.begin = Math.max(this.begin + this.periodNanos, this.line.now());
            return observed;
        }

        private boolean observe() {
            long before = this.stamp;
            try {
                this.stamp =
                        this.bus.readAll(
                                Register.PRESENT_POSITION, Measurement.MOTION_BYTES, this::replied);
                check(before);
                this.bus.requireTorque();
            } catch (LinkException ex) {
                return false;
            }
            this.good++;
            return true;
        }

        private void replied(Joint joint, ReplyParser reply) {
            this.ticks[joint.ordinal()] = reply.value(Register.PRESENT_POSITION);
            this.numbers[joint.ordinal()] = reply.value(Register.PRESENT_VELOCITY);
        }

        private void check(long before) {
            long first = this.stamp / SimulatedLine.TICK_NANOS;
            long now = this.line.now() / SimulatedLine.TICK_NANOS;
            assertThat(this.stamp).as("each is newer than the one before").isGreaterThan(before);
            assertThat(this.numbers).as("all answer one request").containsOnly(this.numbers[0]);
            assertThat(this.line.writtenAt(this.numbers[0]))
                    .as("they answer a request that was sent at their stamp, or later")
                    .isGreaterThanOrEqualTo(this.stamp);
            for (int tick : this.ticks) {
                long age = Math.floorMod(now - tick, SimulatedLine.TICKS);
                assertThat(age).as("nothing is older than its stamp").isBetween(0L, now - first);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "30,  10, 10", "60,  10, 10", "100,  10, 10", "200,  10, 10", "400,  10, 10",
        "60,   2, 10", "400,  2, 10", "400,   2,  5", "60,   20, 30", "400, 20, 30",
        "1500, 10, 10", "1500, 2, 5"
    })
    void observationsAreFreshWithinThreeCyclesAfterServosWereSilent(
            int outageMillis, int periodMillis, int timeoutMillis) {
        SimulatedLine line = new SimulatedLine(1);
        Loop loop = loop(line, periodMillis, timeoutMillis);
        long end = line.now() + outageMillis * MILLI;
        line.beSilent(line.now(), end);

        assertFreshWithinThreeCyclesAfter(end, loop);
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 100, 200, 400})
    void observationsAreFreshWithinThreeCyclesAfterTheAdapterKeptEverything(int outageMillis) {
        SimulatedLine line = new SimulatedLine(1);
        Loop loop = loop(line, 10, 10);
        long end = line.now() + outageMillis * MILLI;
        line.stall(line.now(), end);

        assertFreshWithinThreeCyclesAfter(end, loop);
    }

    /** However long it keeps them, and however many probes are among what it keeps. */
    @ParameterizedTest
    @CsvSource({"600, 5, 5", "1000, 2, 5", "1000, 5, 5", "1500, 2, 5", "3000, 10, 10"})
    void nothingStaleIsTakenForFreshAfterTheAdapterKeptEverything(
            int outageMillis, int periodMillis, int timeoutMillis) {
        for (int seed = 0; seed < 5; seed++) {
            SimulatedLine line = new SimulatedLine(seed);
            Loop loop = loop(line, periodMillis, timeoutMillis);
            long end = line.now() + outageMillis * MILLI + seed * MILLI / 10;
            line.stall(line.now(), end);
            int before = loop.good;

            while (line.now() < end + 1000 * MILLI) {
                loop.cycle(); // checks what it takes
            }

            assertThat(loop.good).as("it recovers").isGreaterThan(before + 10);
        }
    }

    /** Late in each cycle, so that no measurement comes at the first attempt. */
    @ParameterizedTest
    @CsvSource({"6, 10", "12, 20", "16, 30"})
    void torqueIsAskedForAndFoundOutThoughRepliesAreAlwaysLate(
            int latencyMillis, int timeoutMillis) {
        SimulatedLine line = new SimulatedLine(1);
        Loop loop = loop(line, 40, timeoutMillis);
        line.setLatencyMillis(latencyMillis, latencyMillis);
        line.beSilent(line.now(), line.now() + 60 * MILLI);
        for (int i = 0; i < 20; i++) {
            loop.cycle();
        }
        int before = loop.good;

        for (int i = 0; i < 100; i++) {
            loop.cycle();
        }

        assertThat(loop.good - before).as("the doubt is settled").isEqualTo(100);
        line.loseTorque();
        line.beSilent(line.now(), line.now() + 60 * MILLI);
        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(
                        () -> {
                            for (int i = 0; i < 20; i++) {
                                loop.cycle();
                            }
                        })
                .withMessageContaining("has no torque");
    }

    private static Loop loop(SimulatedLine line, int periodMillis, int timeoutMillis) {
        Loop loop =
                new Loop(line, Duration.ofMillis(periodMillis), Duration.ofMillis(timeoutMillis));
        for (int i = 0; i < 10; i++) {
            assertThat(loop.cycle()).isTrue();
        }
        return loop;
    }

    private static void assertFreshWithinThreeCyclesAfter(long end, Loop loop) {
        while (loop.stamp < end) {
            assertThat(loop.begin - end)
                    .as("nanoseconds after the outage when the cycle begins")
                    .isLessThan(3 * loop.longestCycleNanos);
            loop.cycle();
        }
        for (int i = 0; i < 10; i++) {
            assertThat(loop.cycle()).as("cycle %d after that", i).isTrue();
        }
    }

    /** A measurement right after the goals: its replies begin when these have passed the wire. */
    @Test
    void driverSleepsWhileTheGoalsOfTheLastCycleAreOnTheWire() {
        SimulatedLine line = new SimulatedLine(1);
        Loop loop = loop(line, 0, 10);
        int before = line.reads();
        long begin = line.now();

        for (int i = 0; i < 100; i++) {
            assertThat(loop.cycle()).isTrue();
        }

        assertThat(line.reads() - before).as("looks for replies").isLessThan(100 * 60);
        assertThat((line.now() - begin) / 100)
                .as("nanoseconds of a cycle, of which the wire takes 1 ms")
                .isLessThan(1_010_000);
    }

    @Test
    void replyThatIsLateByLessThanTheReadTimeoutIsTakenWithTheTimeOfItsRequest() {
        SimulatedLine line = new SimulatedLine(3);
        Loop loop = loop(line, 10, 10);
        line.setLatencyMillis(1, 8);

        for (int i = 0; i < 1000; i++) {
            loop.cycle();
        }

        assertThat(loop.good).isGreaterThan(900);
    }

    @Test
    void replyThatIsLateByMoreThanTheReadTimeoutIsTakenWithTheTimeOfItsRequest() {
        SimulatedLine line = new SimulatedLine(4);
        Loop loop = loop(line, 20, 10);
        line.setLatencyMillis(13, 16);

        for (int i = 0; i < 1000; i++) {
            loop.cycle();
        }

        assertThat(loop.good).isGreaterThan(450);
    }

    /** They read one byte each: only the order tells them apart. */
    @Test
    void lateReplyOfASingleServoIsNotTakenForTheReplyToTheNextRequest() {
        int read = 0;
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            SimulatedLine line = new SimulatedLine(seed);
            ServoBus bus =
                    new ServoBus(line, 1_000_000, Duration.ofMillis(10), new LinkStatistics());
            bus.hurry();
            line.setLatencyMillis(0, 20 + random.nextInt(180));
            line.setFaults(0.1 * random.nextDouble(), 0);
            for (int i = 0; i < 20; i++) {
                boolean torque = random.nextBoolean();
                try {
                    int value =
                            bus.read(
                                    Joint.values()[random.nextInt(6)],
                                    torque ? Register.TORQUE_ENABLE : Register.LOCK);
                    assertThat(value).as("seed %d, read %d", seed, i).isEqualTo(torque ? 1 : 0);
                    read++;
                } catch (LinkException ex) {
                    // It may be lost, too.
                }
            }
        }
        assertThat(read).isGreaterThan(2_000);
    }

    @Campaign
    @Test
    void nothingStaleIsTakenForFreshHoweverRepliesAreDelayedLostOrDamaged() {
        int rounds = Campaign.Rounds.of(5_000, 50);
        int good = 0;
        for (int seed = 0; seed < rounds; seed++) {
            Random random = new Random(seed);
            SimulatedLine line = new SimulatedLine(seed);
            int timeoutMillis = 2 + random.nextInt(20);
            Loop loop = loop(line, 2 + random.nextInt(20), timeoutMillis);
            int longest = 1 + random.nextInt(random.nextBoolean() ? 300 : 2 * timeoutMillis);
            line.setLatencyMillis(random.nextBoolean() ? 0 : longest / 2, longest);
            line.setFaults(
                    random.nextBoolean() ? 0 : 0.2 * random.nextDouble(),
                    random.nextBoolean() ? 0 : 0.1 * random.nextDouble());
            long begin = line.now() + random.nextInt(100) * MILLI;
            long length = random.nextInt(200) * MILLI;
            if (random.nextBoolean()) {
                line.beSilent(begin, begin + length);
            } else {
                line.stall(begin, begin + length);
            }
            for (int i = 0; i < 60; i++) {
                loop.cycle();
            }
            good += loop.good - 10;
        }
        assertThat(good).as("observations that were checked").isGreaterThan(5 * rounds);
    }
}
