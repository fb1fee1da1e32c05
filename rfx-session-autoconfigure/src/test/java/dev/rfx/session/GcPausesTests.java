package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GcPausesTests {

    private static final long MILLI = 1_000_000;

    private final AtomicLong clock = new AtomicLong();
    private final GcPauses pauses = new GcPauses(this.clock::get);

    /** The JVM's age is 0 when the clock says 4 s. */
    private void report(long beginMillis, long endMillis, long delayMillis) {
        this.clock.set((4_000 + endMillis + delayMillis) * MILLI);
        this.pauses.add(beginMillis, endMillis);
    }

    @Test
    void withoutAPauseThereIsNothing() {
        assertThat(this.pauses.nanosWithin(0, 9_000 * MILLI)).isZero();
    }

    @Test
    void pauseIsWhereTheClockWasThen() {
        report(900, 930, 0);

        assertThat(this.pauses.nanosWithin(4_880 * MILLI, 4_899 * MILLI)).isZero();
        assertThat(this.pauses.nanosWithin(4_880 * MILLI, 4_901 * MILLI)).isEqualTo(MILLI);
        assertThat(this.pauses.nanosWithin(4_910 * MILLI, 4_912 * MILLI)).isEqualTo(2 * MILLI);
        assertThat(this.pauses.nanosWithin(4_880 * MILLI, 4_999 * MILLI)).isEqualTo(30 * MILLI);
        assertThat(this.pauses.nanosWithin(4_930 * MILLI, 4_999 * MILLI)).isZero();
    }

    @Test
    void pauseThatIsReportedLateKeepsItsTime() {
        report(900, 930, 0);
        report(950, 960, 70);

        assertThat(this.pauses.nanosWithin(4_950 * MILLI, 4_960 * MILLI)).isEqualTo(10 * MILLI);
        assertThat(this.pauses.nanosWithin(4_960 * MILLI, 5_100 * MILLI)).isZero();
    }

    @Test
    void pausesAddUp() {
        report(900, 930, 0);
        report(950, 951, 0);

        assertThat(this.pauses.nanosWithin(4_000 * MILLI, 5_000 * MILLI)).isEqualTo(31 * MILLI);
    }

    @Test
    void lastHundredPausesAreKept() {
        for (int i = 0; i < 1_000; i++) {
            report(10 * i, 10 * i + 5, 0);
        }

        for (long kept : List.of(900L, 999L)) {
            long begin = (4_000 + 10 * kept) * MILLI;
            assertThat(this.pauses.nanosWithin(begin, begin + 10 * MILLI)).isEqualTo(5 * MILLI);
        }
        assertThat(this.pauses.nanosWithin(4_000 * MILLI, 4_100 * MILLI)).isZero();
    }

    /** As the JVM reports pauses: in whole milliseconds, and a little later. */
    @Test
    void pauseOfThisJvmIsWhereTheClockWasWhenItWasCaused() {
        List<int[]> alive = new ArrayList<>();
        for (int i = 0; i < 500_000; i++) {
            alive.add(new int[1]); // work for the collector
        }
        GcPauses real = new GcPauses(System::nanoTime);
        real.join();
        try {
            for (int i = 0; i < 20; i++) {
                collect(real);
            }
            long from = System.nanoTime();
            System.gc();
            long to = System.nanoTime();
            long all = awaitPause(real, from, to);

            assertThat(real.nanosWithin(from - 3 * MILLI, to + 3 * MILLI)).isEqualTo(all);
            assertThat(all).isLessThanOrEqualTo(to - from + 2 * MILLI);
        } finally {
            real.leave();
        }
        assertThat(alive).isNotEmpty();
    }

    private static void collect(GcPauses real) {
        long from = System.nanoTime();
        System.gc();
        long to = System.nanoTime();
        awaitPause(real, from, to);
        while (System.nanoTime() - to < 20 * MILLI) {
            Thread.onSpinWait(); // the next one is not to be mistaken for it
        }
    }

    private static long awaitPause(GcPauses real, long from, long to) {
        long pause = 0;
        while (pause == 0) {
            Thread.onSpinWait();
            pause = real.nanosWithin(from - 10 * MILLI, to + 1_000 * MILLI);
        }
        return pause;
    }

    @Test
    void everyRunStopsListeningWhenItEnds() {
        int watching = GcPauses.OF_THE_JVM.loops();
        ScriptedRobot robot = new ScriptedRobot();
        Policy<String, String> policy = observation -> observation;
        SessionOptions options = SessionOptions.defaults().withWarmup(Duration.ZERO);

        Session.run(robot, policy, options, Duration.ofMillis(1));
        assertThat(GcPauses.OF_THE_JVM.loops()).isEqualTo(watching);

        robot.onObserve(
                () -> {
                    throw new IllegalStateException("on purpose");
                });
        assertThatThrownBy(() -> Session.run(robot, policy, options, Duration.ofMillis(1)))
                .isInstanceOf(SessionException.class);
        assertThat(GcPauses.OF_THE_JVM.loops()).isEqualTo(watching);
    }
}
