package dev.rfx.session.timing;

/**
 * The stretch before the spin in which a loop sleeps in short naps. It is as long as the budget
 * allows, up to {@link #MAX_NANOS}, because the processor is the warmer the longer it napped.
 *
 * <p>Each wait shows what the naps gain: how much later the long sleep ended than the last nap. On
 * a machine that wakes from both alike the stage shrinks to a single nap, which costs little and
 * goes on learning.
 *
 * <p>The lengths are from an experiment on a virtual machine, at 50 to 1000 Hz: naps of 50 µs cost
 * more and gained no more, naps of 200 µs ended later, and a stage above 0.8 ms gained nothing.
 *
 * <p>Internal to {@code dev.rfx.session}; confined to the control thread.
 */
final class NapStage {

    /** The length of a nap, in ns. */
    static final long NAP_NANOS = 100_000;

    /** The processor time of a nap, in ns: it goes to sleep and to wake. */
    static final long COST_NANOS = 12_000;

    /** The longest stage, in ns. */
    static final long MAX_NANOS = 800_000;

    /** A smaller budget goes to the spin alone. */
    static final long MIN_BUDGET_NANOS = 5 * COST_NANOS;

    /** With a smaller gain, in ns, further naps are not worth their cost. */
    static final long MIN_GAIN_NANOS = 5_000;

    /** A shorter sleep is like a nap: it does not show how late a long one ends. */
    private static final long MIN_LONG_SLEEP_NANOS = 4 * NAP_NANOS;

    /** The largest gain of one wait that counts, in ns: it may be by chance. */
    private static final long MAX_GAIN_NANOS = SpinWindow.MAX_NANOS;

    private static final double WEIGHT = 1 / 64.0;

    private double gainNanos = 2 * MIN_GAIN_NANOS;

    /** {@return what the spin leaves of a budget, so that there is at least one nap, in ns} */
    static long reserve(long budgetNanos) {
        return budgetNanos < MIN_BUDGET_NANOS ? 0 : COST_NANOS;
    }

    /**
     * {@return the length of the stage, in ns}
     *
     * @param budgetNanos the processor time that the spin left, in ns
     */
    long nanos(long budgetNanos) {
        if (budgetNanos < COST_NANOS) {
            return 0;
        }
        return this.gainNanos < MIN_GAIN_NANOS
                ? NAP_NANOS
                : Math.min(budgetNanos / COST_NANOS * NAP_NANOS, MAX_NANOS);
    }

    /**
     * Learns from one wait. If the long sleep lasted through the whole stage, its length counts as
     * gain: a longer stage would have gained as much or more. A wait whose last nap ended far later
     * than its long sleep is ignored: another thread delayed that nap.
     *
     * @param longSleepNanos how long the long sleep was to be, in ns
     * @param longSleepLate how late it ended, in ns
     * @param lastSleepLate how late the last sleep before the spin ended, in ns
     */
    void learn(long longSleepNanos, long longSleepLate, long lastSleepLate) {
        long gain = Math.min(longSleepLate - lastSleepLate, MAX_GAIN_NANOS);
        if (longSleepNanos >= MIN_LONG_SLEEP_NANOS && gain >= -MAX_GAIN_NANOS) {
            this.gainNanos += (gain - this.gainNanos) * WEIGHT;
        }
    }
}
