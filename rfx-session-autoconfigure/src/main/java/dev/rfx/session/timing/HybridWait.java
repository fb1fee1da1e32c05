package dev.rfx.session.timing;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a deadline in three stages. First a long sleep, which costs nothing. But a processor
 * that slept long wakes late and cold. So the last stretch is slept in short naps, which end almost
 * on time. Then a spin, which is exact.
 *
 * <p>A budget bounds what naps and spin cost. The {@link SpinWindow} takes what it needs to cover
 * the lateness of the last sleep; the {@link NapStage} takes the rest. A fixed spin window has no
 * budget and no naps.
 *
 * <p>Internal to {@code dev.rfx.session}. {@link #until}, {@link #open} and {@link #close} belong
 * to the control thread; {@link #wake} may be called from any thread.
 */
public final class HybridWait {

    private final Clock clock;
    private final double ownShare;
    private final SpinBudget budget;
    private final SpinWindow spinWindow;
    private final NapStage naps = new NapStage();
    private volatile boolean wakeRequested;

    /**
     * Creates a wait.
     *
     * @param clock the clock to wait by
     * @param periodNanos the period of the loop, in ns
     * @param spinWindow how long to spin before a deadline; null to learn it
     * @param spinBudget the share of one processor that naps and spin may take, unless the spin is
     *     fixed
     * @param budget the budget that this loop shares with others
     */
    public HybridWait(
            Clock clock,
            double periodNanos,
            @Nullable Duration spinWindow,
            double spinBudget,
            SpinBudget budget) {
        this.clock = clock;
        this.ownShare = spinBudget;
        this.budget = budget;
        this.spinWindow = new SpinWindow(spinWindow, periodNanos);
    }

    /** Takes a share of the spin budget of the JVM. Called when the control thread begins. */
    public void open() {
        if (!this.spinWindow.isFixed()) {
            this.budget.join();
        }
    }

    /** Returns the share. Called when the control thread ends; allocates nothing. */
    public void close() {
        if (!this.spinWindow.isFixed()) {
            this.budget.leave();
        }
    }

    /**
     * Returns at the deadline, or earlier after a {@link #wake}. The caller then checks again what
     * it waits for. The wake-up request is withdrawn before that check and was made after the
     * change it announces, so the caller sees every change.
     *
     * @param deadline the clock's reading to wait for
     * @param begin the clock's reading just now
     * @param intervalNanos the time from one such wait to the next, in ns; the budget is a share of
     *     it
     * @return the clock's reading at the end, so that the caller need not read it again
     */
    public long until(long deadline, long begin, double intervalNanos) {
        long now = sleepUntilSpin(deadline, begin, budgetNanos(intervalNanos));
        while (!this.wakeRequested && deadline - now > 0) {
            this.clock.onSpinWait(deadline - now);
            now = this.clock.nanoTime();
        }
        if (this.wakeRequested) {
            this.wakeRequested = false;
        }
        return now;
    }

    private long sleepUntilSpin(long deadline, long begin, long budget) {
        long spin = this.spinWindow.nanos(budget - NapStage.reserve(budget));
        long spinAt = deadline - spin;
        if (spinAt - begin <= 0) {
            this.spinWindow.leftNoTime();
            return begin;
        }
        long napAt = spinAt - this.naps.nanos(budget - spin);
        long rested = sleepUntil(napAt, begin, Long.MAX_VALUE);
        long now = sleepUntil(spinAt, rested, NapStage.NAP_NANOS);
        if (!this.wakeRequested) {
            this.spinWindow.overshot(now - spinAt);
            if (spinAt - napAt > 0) {
                this.naps.learn(napAt - begin, rested - napAt, now - spinAt);
            }
        }
        return now;
    }

    private long budgetNanos(double intervalNanos) {
        return this.spinWindow.isFixed()
                ? 0
                : (long) (Math.min(this.ownShare, this.budget.share()) * intervalNanos);
    }

    /** Sleeps in steps of a length; the last one may be half as long again. */
    private long sleepUntil(long wakeAt, long begin, long step) {
        long now = begin;
        while (wakeAt - now > 0 && !this.wakeRequested) {
            long left = wakeAt - now;
            long nanos = left - step > step / 2 ? step : left;
            this.clock.parkNanos(nanos);
            long woken = this.clock.nanoTime();
            if (woken - now < nanos) {
                // Woken early. If the robot or the policy left the interrupt flag set, each further
                // park would return at once, and this loop would burn a core.
                Thread.interrupted();
            }
            now = woken;
        }
        return now;
    }

    /**
     * Ends the current or the next {@link #until} at once.
     *
     * @param waiting the thread that waits
     */
    public void wake(Thread waiting) {
        this.wakeRequested = true;
        this.clock.unpark(waiting);
    }
}
