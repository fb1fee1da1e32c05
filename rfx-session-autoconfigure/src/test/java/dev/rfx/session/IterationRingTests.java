package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class IterationRingTests {

    private static final long BEGIN = 1_000;

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
                                (n & 4) != 0));
    }

    @Test
    void emptyRingHasNothing() {
        assertThat(new IterationRing(64).read(BEGIN)).isEmpty();
    }

    @Test
    void readerGetsTheLastOnesInOrder() {
        IterationRing ring = new IterationRing(4);
        for (long n = 0; n < 1_001; n++) {
            add(ring, n);
        }

        List<IterationRecord> records = ring.read(BEGIN);

        assertThat(records).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertIsIteration(records.get(i), 997 + i);
        }
        assertThat(ring.added()).isEqualTo(1_001);
    }

    @Test
    void readerSeesOnlyWholeIterationsWhileTheWriterRuns() throws Exception {
        IterationRing ring = new IterationRing(8);
        AtomicBoolean done = new AtomicBoolean();
        Thread writer =
                new Thread(
                        () -> {
                            for (long n = 0; !done.get(); n++) {
                                add(ring, n);
                                // Slower than a reader, as every loop is, but not by much.
                                for (int i = 0; i < 40; i++) {
                                    Thread.onSpinWait();
                                }
                            }
                        });
        writer.start();
        try {
            for (int reading = 0; reading < 20_000; reading++) {
                List<IterationRecord> records = ring.read(BEGIN);
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
    void causeIsTheLongestPhaseOfAnOverrun() {
        assertThat(iteration(1, 2, 31, true, false).cause()).isEqualTo("act took 31.000 ms");
        assertThat(iteration(1, 32, 31, true, false).cause()).isEqualTo("policy took 32.000 ms");
        assertThat(iteration(33, 32, 31, true, true).cause()).isEqualTo("observe took 33.000 ms");
    }

    @Test
    void causeIsTheLateWakeWhereTheWorkWasNot() {
        assertThat(iteration(1, 2, 3, false, true).cause()).isEqualTo("woke 7.000 ms late");
        assertThat(iteration(1, 2, 3, false, false).cause()).isNull();
    }

    private static IterationRecord iteration(
            long observe, long policy, long act, boolean overrun, boolean wokeLate) {
        return new IterationRecord(
                0,
                Duration.ZERO,
                Duration.ofMillis(7),
                Duration.ofMillis(observe),
                Duration.ofMillis(policy),
                Duration.ofMillis(act),
                overrun,
                wokeLate,
                false);
    }
}
