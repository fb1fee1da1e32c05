package dev.rfx.session.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongBinaryOperator;
import org.junit.jupiter.api.Test;

class IterationRingTests {

    private static final long BEGIN = 1_000;
    private static final LongBinaryOperator NO_PAUSES = (from, to) -> 0;

    private static void add(IterationRing ring, long n) {
        long start = BEGIN + n * 100;
        ring.add(n, start - n, start, start + n, start + 3 * n, start + 6 * n, (int) (n % 8));
    }

    private static void assertIsIteration(IterationRecord record, long n) {
        assertThat(record)
                .isEqualTo(
                        new IterationRecord(
                                n,
                                Duration.ofNanos(n * 100),
                                Duration.ofNanos(n),
                                Duration.ofNanos(n),
                                Duration.ofNanos(2 * n),
                                Duration.ofNanos(3 * n),
                                (n & 1) != 0,
                                (n & 2) != 0,
                                (n & 4) != 0,
                                Duration.ZERO));
    }

    @Test
    void emptyRingHasNothing() {
        assertThat(new IterationRing(64, NO_PAUSES).read(64, BEGIN)).isEmpty();
    }

    @Test
    void readerGetsTheLastOnesInOrder() {
        IterationRing ring = new IterationRing(4, NO_PAUSES);
        for (long n = 0; n < 1_001; n++) {
            add(ring, n);
        }

        List<IterationRecord> records = ring.read(4, BEGIN);

        assertThat(records).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertIsIteration(records.get(i), 997 + i);
        }
        assertThat(ring.added()).isEqualTo(1_001);
    }

    @Test
    void readerSeesOnlyWholeIterationsWhileTheWriterRuns() throws Exception {
        IterationRing ring = new IterationRing(8, NO_PAUSES);
        AtomicBoolean done = new AtomicBoolean();
        Thread writer =
                new Thread(
                        () -> {
                            for (long n = 0; !done.get(); n++) {
                                add(ring, n);
                                // A little slower than a reader, as every loop is.
                                for (int i = 0; i < 40; i++) {
                                    Thread.onSpinWait();
                                }
                            }
                        });
        writer.start();
        try {
            for (int reading = 0; reading < 20_000; reading++) {
                List<IterationRecord> records = ring.read(8, BEGIN);
                for (int i = 0; i < records.size(); i++) {
                    assertIsIteration(records.get(i), records.get(0).number() + i);
                }
            }
        } finally {
            done.set(true);
            writer.join();
        }
    }

    @Test
    void readerGetsEachIterationOnceAndTheNumberOfOverwrittenOnes() {
        IterationRing ring = new IterationRing(4, NO_PAUSES);
        IterationRing.Position position = new IterationRing.Position();
        List<Long> periods = new ArrayList<>();
        IterationSink sink = (period, late, observe, policy, act) -> periods.add(period);

        assertThat(ring.read(position, sink)).isZero();
        add(ring, 0);
        add(ring, 1);
        assertThat(ring.read(position, sink)).isZero();
        assertThat(periods).containsExactly(-1L, 100L);
        for (long n = 2; n < 20; n++) {
            add(ring, n);
        }

        assertThat(ring.read(position, sink)).isEqualTo(14);
        assertThat(periods).containsExactly(-1L, 100L, -1L, 100L, 100L, 100L);
        assertThat(ring.read(position, sink)).isZero();
    }

    /** All values of an iteration are derived from its number, and must agree on it. */
    @Test
    void whoFollowsAFastWriterGetsOnlyWholeIterationsInOrder() throws Exception {
        IterationRing ring = new IterationRing(8, NO_PAUSES);
        long all = 3_000_000;
        Thread writer =
                new Thread(
                        () -> {
                            for (long n = 0; n < all; n++) {
                                add(ring, n);
                                for (int i = 0; n % 16 == 0 && i < 20; i++) {
                                    Thread.onSpinWait(); // otherwise a reader would rarely get one
                                }
                            }
                        });
        IterationRing.Position position = new IterationRing.Position();
        long[] last = {-1};
        long[] read = {0};
        IterationSink sink =
                (period, late, observe, policy, act) -> {
                    if (late <= last[0]
                            || observe != late
                            || policy != 2 * late
                            || act != 3 * late
                            || period != (late == last[0] + 1 && late > 0 ? 100 : -1)) {
                        throw new AssertionError(
                                "after %d came %d %d %d %d, period %d"
                                        .formatted(last[0], late, observe, policy, act, period));
                    }
                    last[0] = late;
                    read[0]++;
                };
        long lost = 0;

        writer.start();
        while (last[0] < all - 1) {
            lost += ring.read(position, sink);
        }
        writer.join();

        assertThat(read[0] + lost).isEqualTo(all);
        assertThat(read[0]).isPositive();
    }

    @Test
    void lateIterationIsMarkedWhenAGcPauseFellIntoIt() {
        // One pause, 4.900 to 4.930 s on the clock.
        IterationRing ring =
                new IterationRing(
                        4,
                        (from, to) ->
                                Math.max(
                                        Math.min(to, 4_930_000_000L)
                                                - Math.max(from, 4_900_000_000L),
                                        0));

        for (int flags : new int[] {TimingRecorder.OVERRUN, TimingRecorder.LATE_WAKEUP, 0}) {
            ring.add(0, 4_910_000_000L, 4_910_000_000L, 0, 0, 4_950_000_000L, flags);
        }
        ring.add(3, 4_940_000_000L, 4_940_000_000L, 0, 0, 4_990_000_000L, TimingRecorder.OVERRUN);

        assertThat(ring.read(4, 0))
                .extracting(iteration -> iteration.gcPause().toMillis())
                .containsExactly(20L, 20L, 0L, 0L);
    }

    @Test
    void causeIsTheCollectorWhereItTookHalfOfWhatWasLost() {
        assertThat(withPause(iteration(1, 32, 3, true, false), 16).cause()).isEqualTo("gc");
        assertThat(withPause(iteration(1, 32, 3, true, false), 15).cause())
                .isEqualTo("policy took 32.000 ms");
        assertThat(withPause(iteration(1, 2, 3, false, true), 4).cause()).isEqualTo("gc");
        assertThat(withPause(iteration(1, 2, 3, false, true), 3).cause())
                .isEqualTo("woke 7.000 ms late");
        assertThat(withPause(iteration(1, 2, 3, false, false), 4).cause()).isNull();
    }

    private static IterationRecord withPause(IterationRecord record, long millis) {
        return new IterationRecord(
                record.number(),
                record.start(),
                record.lateness(),
                record.observe(),
                record.policy(),
                record.act(),
                record.overrun(),
                record.lateWakeup(),
                record.stale(),
                Duration.ofMillis(millis));
    }

    @Test
    void causeIsTheLongestPhaseOfAnOverrun() {
        assertThat(iteration(1, 2, 31, true, false).cause()).isEqualTo("act took 31.000 ms");
        assertThat(iteration(1, 32, 31, true, false).cause()).isEqualTo("policy took 32.000 ms");
        assertThat(iteration(33, 32, 31, true, true).cause()).isEqualTo("observe took 33.000 ms");
    }

    @Test
    void causeIsTheLateWakeupWhereTheWorkWasNot() {
        assertThat(iteration(1, 2, 3, false, true).cause()).isEqualTo("woke 7.000 ms late");
        assertThat(iteration(1, 2, 3, false, false).cause()).isNull();
    }

    private static IterationRecord iteration(
            long observe, long policy, long act, boolean overrun, boolean lateWakeup) {
        return new IterationRecord(
                0,
                Duration.ZERO,
                Duration.ofMillis(7),
                Duration.ofMillis(observe),
                Duration.ofMillis(policy),
                Duration.ofMillis(act),
                overrun,
                lateWakeup,
                false,
                Duration.ZERO);
    }
}
