package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GcPausesTests {

    private static final long MILLI = 1_000_000;

    /** The JVM is 1000 ms old when the clock says 5 s. */
    private final GcPauses pauses = new GcPauses(() -> 1_000, () -> 5_000 * MILLI);

    @Test
    void withoutAPauseThereIsNothing() {
        assertThat(this.pauses.nanosWithin(0, 9_000 * MILLI)).isZero();
    }

    @Test
    void pauseIsWhereTheClockWasThen() {
        this.pauses.add(900, 930);

        assertThat(this.pauses.nanosWithin(4_880 * MILLI, 4_899 * MILLI)).isZero();
        assertThat(this.pauses.nanosWithin(4_880 * MILLI, 4_901 * MILLI)).isEqualTo(MILLI);
        assertThat(this.pauses.nanosWithin(4_910 * MILLI, 4_912 * MILLI)).isEqualTo(2 * MILLI);
        assertThat(this.pauses.nanosWithin(4_880 * MILLI, 4_999 * MILLI)).isEqualTo(30 * MILLI);
        assertThat(this.pauses.nanosWithin(4_930 * MILLI, 4_999 * MILLI)).isZero();
    }

    @Test
    void pausesAddUp() {
        this.pauses.add(900, 930);
        this.pauses.add(950, 951);

        assertThat(this.pauses.nanosWithin(4_000 * MILLI, 5_000 * MILLI)).isEqualTo(31 * MILLI);
    }

    @Test
    void lastHundredPausesAreKept() {
        for (int i = 0; i < 1_000; i++) {
            this.pauses.add(10 * i, 10 * i + 5);
        }

        for (long kept : List.of(900L, 999L)) {
            long begin = (4_000 + 10 * kept) * MILLI;
            assertThat(this.pauses.nanosWithin(begin, begin + 10 * MILLI)).isEqualTo(5 * MILLI);
        }
        assertThat(this.pauses.nanosWithin(4_000 * MILLI, 4_100 * MILLI)).isZero();
    }

    /**
     * With what this JVM and its collector tell, which is in whole milliseconds. Of two collections
     * the second is looked for: the first is long over by then.
     */
    @Test
    void pauseOfThisJvmIsWhereTheClockWasWhenItWasCaused() {
        List<int[]> alive = new ArrayList<>();
        for (int i = 0; i < 500_000; i++) {
            alive.add(new int[1]); // work for the collector
        }
        GcPauses real = GcPauses.ofTheJvm();
        real.join();
        try {
            long before = System.nanoTime();
            System.gc();
            while (real.nanosWithin(before - 1_000 * MILLI, before + 10_000 * MILLI) == 0
                    || System.nanoTime() - before < 200 * MILLI) {
                Thread.onSpinWait();
            }
            long from = System.nanoTime();
            System.gc();
            long to = System.nanoTime();
            while (real.nanosWithin(from - 100 * MILLI, to + 100 * MILLI) == 0) {
                Thread.onSpinWait();
            }

            long all = real.nanosWithin(from - 100 * MILLI, to + 100 * MILLI);
            assertThat(real.nanosWithin(from - 3 * MILLI, to + 3 * MILLI)).isEqualTo(all);
            assertThat(all).isLessThanOrEqualTo(to - from + 2 * MILLI);
        } finally {
            real.leave();
        }
        assertThat(alive).isNotEmpty();
    }
}
