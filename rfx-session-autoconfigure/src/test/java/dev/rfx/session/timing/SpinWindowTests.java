package dev.rfx.session.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpinWindowTests {

    private static final long NO_LIMIT = Long.MAX_VALUE;

    @Test
    void fixedWindowStaysWhatItIs() {
        SpinWindow window = new SpinWindow(Duration.ofNanos(1_200_000), 20_000_000);

        window.overshot(300_000);

        assertThat(window.nanos(NO_LIMIT)).isEqualTo(1_200_000);
    }

    @Test
    void calibratingWindowSettlesNearTheQuantileOfTheLateness() {
        SpinWindow window = new SpinWindow(null, 20_000_000);
        Random random = new Random(3);
        int beyond = 0;

        for (int i = 0; i < 200_000; i++) {
            long late = random.nextInt(100_000);
            if (i >= 100_000 && late > window.nanos(NO_LIMIT) - SpinWindow.HEADROOM_NANOS) {
                beyond++;
            }
            window.overshot(late);
        }

        assertThat(beyond / 100_000.0).isBetween(0.003, 0.007);
    }

    @Test
    void latenessThatNoSpinCouldHideIsIgnored() {
        SpinWindow window = new SpinWindow(null, 20_000_000);
        long before = window.nanos(NO_LIMIT);

        for (int i = 0; i < 10_000; i++) {
            window.overshot(SpinWindow.MAX_NANOS + 1);
        }

        assertThat(window.nanos(NO_LIMIT)).isEqualTo(before);
    }

    @Test
    void windowStaysWithinItsBounds() {
        SpinWindow window = new SpinWindow(null, 20_000_000);
        for (int i = 0; i < 100_000; i++) {
            window.overshot(0);
        }
        assertThat(window.nanos(NO_LIMIT))
                .isEqualTo(SpinWindow.MIN_NANOS + SpinWindow.HEADROOM_NANOS);
        for (int i = 0; i < 100_000; i++) {
            window.overshot(SpinWindow.MAX_NANOS);
        }
        assertThat(window.nanos(NO_LIMIT)).isEqualTo(SpinWindow.MAX_NANOS);
    }

    @Test
    void windowLeavesHalfOfAShortPeriodToSleepIn() {
        SpinWindow window = new SpinWindow(null, 100_000);
        assertThat(window.nanos(NO_LIMIT)).isEqualTo(50_000);

        for (int i = 0; i < 1_000; i++) {
            window.overshot(90_000);
        }

        assertThat(window.nanos(NO_LIMIT)).isEqualTo(50_000);
    }

    @Test
    void busyTimeIsSoonForgotten() {
        SpinWindow window = new SpinWindow(null, 20e6);
        for (int i = 0; i < 100; i++) {
            window.overshot(390_000);
        }
        assertThat(window.nanos(NO_LIMIT)).isGreaterThan(350_000);

        for (int i = 0; i < 2 * 256; i++) {
            window.overshot(60_000);
        }

        assertThat(window.nanos(NO_LIMIT)).isLessThanOrEqualTo(70_000 + SpinWindow.HEADROOM_NANOS);
    }

    @Test
    void budgetLimitsTheWindowAndNotWhatItLearns() {
        SpinWindow window = new SpinWindow(null, 20e6);
        for (int i = 0; i < 1_000; i++) {
            window.overshot(200_000);
        }

        assertThat(window.nanos(50_000)).isEqualTo(50_000);
        assertThat(window.nanos(0)).isZero();
        assertThat(window.nanos(NO_LIMIT)).isGreaterThan(200_000);
    }

    @Test
    void windowThatLeavesNoTimeToSleepShrinksUntilItDoes() {
        SpinWindow window = new SpinWindow(null, 1e6);
        for (int i = 0; i < 1_000; i++) {
            window.overshot(390_000);
        }
        int iterations = 0;

        while (window.nanos(NO_LIMIT) > 300_000) {
            window.leftNoTime();
            iterations++;
        }

        assertThat(iterations).isBetween(1_000, 10_000);
    }

    @Test
    void fixedWindowDoesNotShrink() {
        SpinWindow window = new SpinWindow(Duration.ofNanos(1_200_000), 1e6);

        window.leftNoTime();

        assertThat(window.nanos(NO_LIMIT)).isEqualTo(1_200_000);
    }
}
