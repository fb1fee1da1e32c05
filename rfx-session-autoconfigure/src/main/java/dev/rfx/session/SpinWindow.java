package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long before a deadline a loop stops sleeping and spins. Fixed, or self-calibrating: then it
 * follows the 99.5 % quantile of the time by which a sleep ends late, in steps of bounded size, so
 * that a few outliers cannot move it far. Confined to the control thread.
 */
final class SpinWindow {

    static final long MIN_NANOS = 20_000;
    static final long MAX_NANOS = 400_000;

    private static final long INITIAL_NANOS = 150_000;
    private static final double QUANTILE = 0.995;
    private static final double STEP_NANOS = 4_000;
    private static final double STEP_UP = QUANTILE * STEP_NANOS;
    private static final double STEP_DOWN = (1 - QUANTILE) * STEP_NANOS;

    private final boolean calibrating;
    private final double maxNanos;
    private double nanos;

    /**
     * Creates a window. A self-calibrating one leaves half of the period to sleep in: where it took
     * the whole, there would be no sleep left to learn from, and it would never shrink again.
     */
    SpinWindow(@Nullable Duration fixed, double periodNanos) {
        this.calibrating = fixed == null;
        this.maxNanos = Math.max(Math.min(MAX_NANOS, periodNanos / 2), MIN_NANOS);
        this.nanos = fixed == null ? Math.min(INITIAL_NANOS, this.maxNanos) : fixed.toNanos();
    }

    long nanos() {
        return (long) this.nanos;
    }

    /**
     * Learns from a sleep that ended late. A sleep that is late beyond any window we would spin for
     * was not a late timer but another thread on our core: chasing it would burn the CPU that is
     * short already, and would not help.
     */
    void overshot(long lateNanos) {
        if (!this.calibrating || lateNanos > MAX_NANOS) {
            return;
        }
        double next = this.nanos + (lateNanos > this.nanos ? STEP_UP : -STEP_DOWN);
        this.nanos = Math.min(Math.max(next, MIN_NANOS), this.maxNanos);
    }
}
