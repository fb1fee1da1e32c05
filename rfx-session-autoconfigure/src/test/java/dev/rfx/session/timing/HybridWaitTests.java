package dev.rfx.session.timing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.test.TestClock;
import dev.rfx.session.test.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HybridWaitTests {

    private static final double PERIOD = 5e6;

    /** A long sleep ends late by 120 µs, a nap by 10 µs. */
    private static final LongUnaryOperator COLD_AFTER_A_LONG_SLEEP =
            slept -> slept > 200_000 ? 120_000 : 10_000;

    private final SleepingClock clock = new SleepingClock();
    private final SpinBudget budget = new SpinBudget(2);

    @Test
    void lastStretchIsSleptInNapsThenSpun() {
        this.clock.late = COLD_AFTER_A_LONG_SLEEP;
        HybridWait hybridWait = learned(null, 0.09);

        long deadline = this.clock.nanoTime() + 5_000_000;
        this.clock.sleeps.clear();
        this.clock.spunNanos = 0;
        long end = hybridWait.until(deadline, this.clock.nanoTime(), PERIOD);

        assertThat(end).isEqualTo(deadline);
        assertThat(this.clock.sleeps.get(0)).isGreaterThan(3_500_000L);
        assertThat(this.clock.sleeps.size()).isBetween(6, 9);
        assertThat(this.clock.sleeps.subList(1, this.clock.sleeps.size() - 1))
                .containsOnly(NapStage.NAP_NANOS);
        assertThat(this.clock.sleeps.get(this.clock.sleeps.size() - 1))
                .isLessThanOrEqualTo(NapStage.NAP_NANOS * 3 / 2);
        assertThat(this.clock.spunNanos).as("spin").isLessThan(60_000);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.005, 0.02, 0.09, 0.5})
    void napsAndSpinCostNoMoreThanTheBudget(double spinBudget) {
        this.clock.late = COLD_AFTER_A_LONG_SLEEP;
        HybridWait hybridWait = learned(null, spinBudget);
        this.clock.spunNanos = 0;
        this.clock.sleeps.clear();

        waitFor(hybridWait, 1_000);

        long naps = this.clock.sleeps.size() - 1_000;
        double costs = naps * NapStage.COST_NANOS + this.clock.spunNanos;
        assertThat(costs / (1_000 * PERIOD)).isLessThanOrEqualTo(Math.min(spinBudget, 0.2) + 1e-4);
    }

    @Test
    void budgetIsAShareOfTheIntervalBetweenTheWaits() {
        this.clock.late = slept -> 100_000;
        HybridWait hybridWait = learned(null, 0.09);
        this.clock.spunNanos = 0;
        this.clock.sleeps.clear();

        for (int i = 0; i < 1_000; i++) {
            long now = this.clock.nanoTime();
            hybridWait.until(now + 500_000, now, 500_000);
        }

        long naps = this.clock.sleeps.size() - 1_000;
        double costs = naps * NapStage.COST_NANOS + this.clock.spunNanos;
        assertThat(costs / (1_000 * 500_000.0)).isLessThanOrEqualTo(0.09 + 1e-4);
    }

    @Test
    void machineThatWakesFromALongSleepAsFromANapGetsOneNap() {
        this.clock.late = slept -> 15_000;
        HybridWait hybridWait = learned(null, 0.09);
        this.clock.sleeps.clear();

        waitFor(hybridWait, 1);

        assertThat(this.clock.sleeps).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {60_000, 120_000, 250_000, 700_000})
    void stageReturnsWhenTheMachineWakesLateAgain(long late) {
        this.clock.late = slept -> 15_000;
        HybridWait hybridWait = learned(null, 0.09);
        this.clock.late = slept -> slept > 200_000 ? late : 15_000;
        waitFor(hybridWait, 200);
        this.clock.sleeps.clear();

        waitFor(hybridWait, 1);

        assertThat(this.clock.sleeps.get(0)).as("the long sleep").isLessThan(4_300_000);
        waitFor(hybridWait, 200);
        this.clock.spunNanos = 0;
        waitFor(hybridWait, 100);
        assertThat(this.clock.spunNanos / 100).as("spin").isLessThan(60_000);
    }

    @Test
    void shortSleepBeforeTheStageTeachesNothing() {
        this.clock.late = COLD_AFTER_A_LONG_SLEEP;
        HybridWait hybridWait = learned(null, 0.09);
        for (int i = 0; i < 1_000; i++) { // the work leaves 1 ms
            long now = this.clock.nanoTime();
            hybridWait.until(now + 1_000_000, now, PERIOD);
        }
        this.clock.sleeps.clear();

        waitFor(hybridWait, 1);

        assertThat(this.clock.sleeps).hasSizeGreaterThan(6);
    }

    @Test
    void fixedSpinHasNoNapsAndNoShareOfTheBudget() {
        this.clock.late = COLD_AFTER_A_LONG_SLEEP;
        HybridWait hybridWait = learned(Duration.ofNanos(300_000), 0.09);
        this.clock.sleeps.clear();
        hybridWait.open();

        waitFor(hybridWait, 10);

        assertThat(this.clock.sleeps).hasSize(10);
        assertThat(this.budget.loops()).isZero();
        hybridWait.close();
        assertThat(this.budget.loops()).isZero();
    }

    @Test
    void zeroSpinNeverSpins() {
        HybridWait hybridWait = learned(Duration.ZERO, 0.09);
        this.clock.spunNanos = 0;

        waitFor(hybridWait, 100);

        assertThat(this.clock.spunNanos).isZero();
    }

    @Test
    void loopsOfAJvmShareItsBudget() {
        this.clock.late = slept -> 100_000;
        HybridWait hybridWait = learned(null, 0.09);
        for (int i = 0; i < 100; i++) {
            this.budget.join();
        }
        this.clock.spunNanos = 0;

        waitFor(hybridWait, 1_000);

        assertThat(100 * this.clock.spunNanos / (1_000 * PERIOD)).isLessThanOrEqualTo(2 * 0.1);
    }

    @Test
    void waitThatIsTooShortForALongSleepNaps() {
        this.clock.late = COLD_AFTER_A_LONG_SLEEP;
        HybridWait hybridWait = learned(null, 0.09);
        this.clock.sleeps.clear();

        hybridWait.until(this.clock.nanoTime() + 400_000, this.clock.nanoTime(), PERIOD);

        assertThat(this.clock.sleeps).hasSizeBetween(2, 4);
        assertThat(this.clock.sleeps).allMatch(nanos -> nanos <= NapStage.NAP_NANOS * 3 / 2);
    }

    @Test
    void wakeEndsANap() {
        this.clock.late = COLD_AFTER_A_LONG_SLEEP;
        HybridWait hybridWait = learned(null, 0.09);
        long deadline = this.clock.nanoTime() + 5_000_000;
        this.clock.onSleep =
                () -> {
                    if (this.clock.sleeps.size() == 3) {
                        hybridWait.wake(Thread.currentThread());
                    }
                };
        this.clock.sleeps.clear();

        long end = hybridWait.until(deadline, this.clock.nanoTime(), PERIOD);

        assertThat(this.clock.sleeps).hasSize(3);
        assertThat(deadline - end).isPositive();
        this.clock.onSleep = () -> {};
        assertThat(hybridWait.until(deadline, end, PERIOD))
                .as("the next wait")
                .isGreaterThanOrEqualTo(deadline);
    }

    private HybridWait learned(Duration spinWindow, double spinBudget) {
        HybridWait hybridWait =
                new HybridWait(this.clock, PERIOD, spinWindow, spinBudget, this.budget);
        waitFor(hybridWait, 3_000);
        return hybridWait;
    }

    private void waitFor(HybridWait hybridWait, int periods) {
        long deadline = this.clock.nanoTime();
        for (int i = 0; i < periods; i++) {
            deadline += (long) PERIOD;
            hybridWait.until(deadline, this.clock.nanoTime(), PERIOD);
        }
    }

    /** A clock that records its sleeps, each of which ends late by a function of its length. */
    private static final class SleepingClock extends TestClock {

        private static final long TURN_NANOS = 500;

        private final List<Long> sleeps = new ArrayList<>();
        private LongUnaryOperator late = slept -> 0;
        private Runnable onSleep = () -> {};
        private long spunNanos;

        SleepingClock() {
            super(new VirtualClock());
        }

        @Override
        public void parkNanos(long nanos) {
            this.sleeps.add(nanos);
            super.parkNanos(nanos + this.late.applyAsLong(nanos));
            this.onSleep.run();
        }

        @Override
        public void onSpinWait(long nanosLeft) {
            long turn = Math.min(nanosLeft, TURN_NANOS);
            super.onSpinWait(turn);
            this.spunNanos += turn;
        }
    }
}
