package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long before a deadline a loop stops sleeping and spins. Fixed, or self-calibrating: then it
 * follows the 99.5 % quantile of the time by which a sleep ends late, and is a little longer, as a
 * quantile that is learned of some hundred sleeps is not exact. It does so in steps of bounded
 * size, so that a few outliers cannot move it far. As those steps lead up quickly and down slowly,
 * it is also never much more than the longest of the last some hundred: a busy time, as the start
 * of many sessions at once, is soon forgotten. Nor is it ever more than the loop's share of the
 * {@link SpinBudget}. Confined to the control thread.
 */
final class SpinWindow {

    static final long MIN_NANOS = 20_000;
    static final long MAX_NANOS = 400_000;

    private static final long INITIAL_NANOS = 150_000;
    private static final double QUANTILE = 0.995;

    /** How much longer it is than the quantile. */
    static final long HEADROOM_NANOS = 30_000;

    private static final double STEP_NANOS = 4_000;

    /** In the beginning, when as good as nothing is known. */
    private static final double FIRST_STEP_NANOS = 16_000;

    private static final int FIRST_STEPS = 100;

    /** Of so many sleeps the longest is remembered (of fewer, it would miss the quantile), … */
    private static final int REMEMBERED = 256;

    /** … and the window is longer by this at most. */
    private static final long MARGIN_NANOS = 10_000;

    private final boolean calibrating;
    private final SpinBudget budget;
    private final double periodNanos;
    private final double maxNanos;
    private double nanos;
    private int learned;
    private int sleeps;
    private long longest;

    /**
     * Creates a window. A self-calibrating one leaves half of the period to sleep in: where it took
     * the whole, there would be no sleep left to learn from, and it would never shrink again.
     */
    SpinWindow(@Nullable Duration fixed, double periodNanos, SpinBudget budget) {
        this.calibrating = fixed == null;
        this.budget = budget;
        this.periodNanos = periodNanos;
        this.maxNanos = Math.max(Math.min(MAX_NANOS, periodNanos / 2), MIN_NANOS);
        this.nanos = fixed == null ? Math.min(INITIAL_NANOS, this.maxNanos) : fixed.toNanos();
    }

    long nanos() {
        return this.calibrating
                ? (long) Math.min(this.nanos + HEADROOM_NANOS, limit())
                : (long) this.nanos;
    }

    private double limit() {
        return Math.min(this.maxNanos, this.budget.share() * this.periodNanos);
    }

    /**
     * Learns from a sleep that ended late. A sleep that is late beyond any window we would spin for
     * was not a late timer but another thread on our core: chasing it would burn the CPU that is
     * short already, and would not help.
     */
    void overshot(long lateNanos) {
        if (!this.calibrating) {
            return;
        }
        if (lateNanos > MAX_NANOS) {
            set(this.nanos);
            return;
        }
        double step = STEP_NANOS;
        if (this.learned < FIRST_STEPS) {
            this.learned++;
            step = FIRST_STEP_NANOS;
        }
        double next = this.nanos + (lateNanos > this.nanos ? QUANTILE : QUANTILE - 1) * step;
        this.longest = Math.max(this.longest, lateNanos);
        this.sleeps++;
        if (this.sleeps == REMEMBERED) {
            next = Math.min(next, this.longest + MARGIN_NANOS);
            this.sleeps = 0;
            this.longest = 0;
        }
        set(next);
    }

    /**
     * Learns that the window had left no time to sleep in. It shrinks as it does with a sleep that
     * was not late: else it would stay as long as it is, and the loop never sleep again.
     */
    void leftNoTime() {
        if (this.calibrating) {
            set(this.nanos - (1 - QUANTILE) * STEP_NANOS);
        }
    }

    private void set(double next) {
        this.nanos = Math.max(Math.min(next, limit()), MIN_NANOS);
    }
}
