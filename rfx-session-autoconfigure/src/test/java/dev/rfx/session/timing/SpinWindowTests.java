package dev.rfx.session.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpinWindowTests {

    private final SpinBudget budget = new SpinBudget(2);

    @Test
    void fixedWindowStaysWhatItIs() {
        SpinWindow window = new SpinWindow(Duration.ofNanos(1_200_000), 20_000_000, this.budget);

        window.overshot(300_000);

        assertThat(window.nanos()).isEqualTo(1_200_000);
    }

    @Test
    void calibratingWindowSettlesNearTheQuantileOfTheLateness() {
        SpinWindow window = new SpinWindow(null, 20_000_000, this.budget);
        Random random = new Random(3);
        int beyond = 0;

        for (int i = 0; i < 200_000; i++) {
            long late = random.nextInt(100_000);
            if (i >= 100_000 && late > window.nanos() - SpinWindow.HEADROOM_NANOS) {
                beyond++;
            }
            window.overshot(late);
        }

        assertThat(beyond / 100_000.0).isBetween(0.003, 0.007);
    }

    @Test
    void latenessThatNoSpinCouldHideIsIgnored() {
        SpinWindow window = new SpinWindow(null, 20_000_000, this.budget);
        long before = window.nanos();

        for (int i = 0; i < 10_000; i++) {
            window.overshot(SpinWindow.MAX_NANOS + 1);
        }

        assertThat(window.nanos()).isEqualTo(before);
    }

    @Test
    void windowStaysWithinItsBounds() {
        SpinWindow window = new SpinWindow(null, 20_000_000, this.budget);
        for (int i = 0; i < 100_000; i++) {
            window.overshot(0);
        }
        assertThat(window.nanos()).isEqualTo(SpinWindow.MIN_NANOS + SpinWindow.HEADROOM_NANOS);
        for (int i = 0; i < 100_000; i++) {
            window.overshot(SpinWindow.MAX_NANOS);
        }
        assertThat(window.nanos()).isEqualTo(SpinWindow.MAX_NANOS);
    }

    @Test
    void windowLeavesHalfOfAShortPeriodToSleepIn() {
        SpinWindow window = new SpinWindow(null, 100_000, this.budget);
        assertThat(window.nanos()).isEqualTo(50_000);

        for (int i = 0; i < 1_000; i++) {
            window.overshot(90_000);
        }

        assertThat(window.nanos()).isEqualTo(50_000);
    }

    @Test
    void busyTimeIsSoonForgotten() {
        SpinWindow window = new SpinWindow(null, 20e6, this.budget);
        for (int i = 0; i < 100; i++) {
            window.overshot(390_000);
        }
        assertThat(window.nanos()).isGreaterThan(350_000);

        for (int i = 0; i < 2 * 256; i++) {
            window.overshot(60_000);
        }

        assertThat(window.nanos()).isLessThanOrEqualTo(70_000 + SpinWindow.HEADROOM_NANOS);
    }

    @Test
    void manyLoopsTogetherSpinForAQuarterOfTheProcessorsTime() {
        SpinWindow window = new SpinWindow(null, 10e6, this.budget);
        for (int i = 0; i < 32; i++) {
            this.budget.join();
        }

        for (int i = 0; i < 1_000; i++) {
            window.overshot(390_000);
        }
        assertThat(32 * window.nanos() / 10e6).isCloseTo(2 * 0.25, within(0.001));

        for (int i = 1; i < 32; i++) {
            this.budget.leave();
        }
        for (int i = 0; i < 1_000; i++) {
            window.overshot(390_000);
        }
        assertThat(window.nanos()).isGreaterThan(380_000);
    }

    @Test
    void everyRunLeavesTheBudgetThatItHasJoined() {
        int before = SpinBudget.OF_THE_JVM.loops();
        ScriptedRobot robot = new ScriptedRobot();
        Policy<String, String> policy = observation -> observation;
        SessionOptions options = SessionOptions.defaults();

        Session.run(robot, policy, options, Duration.ofMillis(1));
        assertThat(SpinBudget.OF_THE_JVM.loops()).isEqualTo(before);

        robot.onObserve(
                () -> {
                    throw new IllegalStateException("on purpose");
                });
        assertThatThrownBy(() -> Session.run(robot, policy, options, Duration.ofMillis(1)))
                .isInstanceOf(SessionException.class);
        assertThat(SpinBudget.OF_THE_JVM.loops()).isEqualTo(before);
    }

    @Test
    void budgetHoldsAlsoWhenEverySleepIsLateBeyondAnyWindow() {
        SpinWindow window = new SpinWindow(null, 10e6, this.budget);
        for (int i = 0; i < 1_000; i++) {
            window.overshot(390_000);
        }
        for (int i = 0; i < 32; i++) {
            this.budget.join();
        }

        window.overshot(SpinWindow.MAX_NANOS + 1);

        assertThat(window.nanos()).isEqualTo(156_250);
    }

    @Test
    void windowThatLeavesNoTimeToSleepShrinksUntilItDoes() {
        SpinWindow window = new SpinWindow(null, 1e6, this.budget);
        for (int i = 0; i < 1_000; i++) {
            window.overshot(390_000);
        }
        int iterations = 0;

        while (window.nanos() > 300_000) {
            window.leftNoTime();
            iterations++;
        }

        assertThat(iterations).isBetween(1_000, 10_000);
    }

    @Test
    void fixedWindowDoesNotShrink() {
        SpinWindow window = new SpinWindow(Duration.ofNanos(1_200_000), 1e6, this.budget);

        window.leftNoTime();

        assertThat(window.nanos()).isEqualTo(1_200_000);
    }
}
