package dev.rfx.session.timing;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The stretch before a deadline in which a loop spins instead of sleeping. Its length is fixed or
 * self-calibrating.
 *
 * <p>A self-calibrating window follows the 99.5 % quantile of the time by which sleeps end late,
 * plus some headroom, because a quantile learned from some hundred sleeps is not exact. Its steps
 * have a bounded size, so that a few outliers cannot move it far. The steps lead up quickly and
 * down slowly; therefore the window is also never much longer than the longest recent oversleep,
 * and forgets a busy time soon, such as the start of many sessions at once. A budget limits it.
 *
 * <p>Internal to {@code dev.rfx.session}; confined to the control thread.
 */
final class SpinWindow {

    /** The shortest self-calibrating window, in ns. */
    static final long MIN_NANOS = 20_000;

    /** The longest self-calibrating window, in ns. */
    static final long MAX_NANOS = 400_000;

    /** Added to the quantile. */
    static final long HEADROOM_NANOS = 30_000;

    private static final long INITIAL_NANOS = 150_000;
    private static final double QUANTILE = 0.995;
    private static final double STEP_NANOS = 4_000;

    /** Step size of the first {@link #FIRST_STEPS} sleeps, when little is known. */
    private static final double FIRST_STEP_NANOS = 16_000;

    private static final int FIRST_STEPS = 100;

    /**
     * Number of sleeps whose longest oversleep bounds the window. Fewer would miss the quantile.
     */
    private static final int REMEMBERED = 256;

    /** The window exceeds the longest remembered oversleep by at most this. */
    private static final long MARGIN_NANOS = 10_000;

    private final boolean fixed;
    private final double maxNanos;
    private double nanos;
    private int learned;
    private int sleeps;
    private long longest;

    /**
     * Creates a window. A self-calibrating one leaves half of the period to sleep in. If it took
     * the whole period, no sleep would remain to learn from, and it would never shrink again.
     *
     * @param fixed the length, or null for a self-calibrating window
     * @param periodNanos the period of the loop, in ns
     */
    SpinWindow(@Nullable Duration fixed, double periodNanos) {
        this.fixed = fixed != null;
        this.maxNanos = Math.max(Math.min(MAX_NANOS, periodNanos / 2), MIN_NANOS);
        this.nanos = fixed == null ? Math.min(INITIAL_NANOS, this.maxNanos) : fixed.toNanos();
    }

    boolean isFixed() {
        return this.fixed;
    }

    /**
     * {@return the length, in ns}
     *
     * @param budgetNanos the longest self-calibrating one
     */
    long nanos(long budgetNanos) {
        return this.fixed
                ? (long) this.nanos
                : (long)
                        Math.min(Math.min(this.nanos + HEADROOM_NANOS, this.maxNanos), budgetNanos);
    }

    /**
     * Learns from a sleep that ended late. A sleep that ended later than any window could cover was
     * delayed by another thread on the same core, not by the timer. A longer window would not help,
     * and would burn processor time that is short already.
     */
    void overshot(long lateNanos) {
        if (this.fixed || lateNanos > MAX_NANOS) {
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
     * Learns that the window left no time to sleep. It shrinks as after a punctual sleep; otherwise
     * it would keep its length, and the loop would never sleep again.
     */
    void leftNoTime() {
        if (!this.fixed) {
            set(this.nanos - (1 - QUANTILE) * STEP_NANOS);
        }
    }

    private void set(double next) {
        this.nanos = Math.max(Math.min(next, this.maxNanos), MIN_NANOS);
    }
}
