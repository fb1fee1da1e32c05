package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GcPausesTests {

    private static final long MILLI = 1_000_000;

    /** The JVM is 1000 ms old when the clock says 5 s. */
    private final GcPauses pauses = new GcPauses(() -> 1_000, () -> 5_000 * MILLI);

    @Test
    void withoutAPauseNothingOverlaps() {
        assertThat(this.pauses.overlap(Long.MIN_VALUE, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void pauseIsWhereTheClockWasThen() {
        this.pauses.add(900, 930);

        assertThat(this.pauses.overlap(4_880 * MILLI, 4_898 * MILLI)).isFalse();
        assertThat(this.pauses.overlap(4_880 * MILLI, 4_901 * MILLI)).isTrue();
        assertThat(this.pauses.overlap(4_910 * MILLI, 4_911 * MILLI)).isTrue();
        assertThat(this.pauses.overlap(4_929 * MILLI, 4_999 * MILLI)).isTrue();
        assertThat(this.pauses.overlap(4_932 * MILLI, 4_999 * MILLI)).isFalse();
    }

    @Test
    void pauseOfLessThanAMillisecondExplainsNothing() {
        this.pauses.add(900, 900);

        assertThat(this.pauses.overlap(4_000 * MILLI, 6_000 * MILLI)).isFalse();
    }

    @Test
    void lastHundredPausesAreKept() {
        for (int i = 0; i < 1_000; i++) {
            this.pauses.add(10 * i, 10 * i + 5);
        }

        for (long kept : List.of(900L, 999L)) {
            long begin = (4_000 + 10 * kept) * MILLI;
            assertThat(this.pauses.overlap(begin + 2 * MILLI, begin + 3 * MILLI)).isTrue();
        }
        assertThat(this.pauses.overlap(4_000 * MILLI, 4_100 * MILLI)).isFalse();
    }
}
