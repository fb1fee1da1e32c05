package dev.rfx.session;

import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a deadline: sleeps until shortly before it, because that is cheap, then spins, because
 * that is exact. {@link #until} belongs to one thread, {@link #wake} may be called from any.
 */
final class HybridWait {

    private final LoopClock clock;
    private final SpinWindow spinWindow;
    private volatile boolean wakeRequested;

    HybridWait(LoopClock clock, SpinWindow spinWindow) {
        this.clock = clock;
        this.spinWindow = spinWindow;
    }

    /**
     * Returns at the deadline, or before it after a {@link #wake}. The caller then looks again at
     * what it waits for. The request is taken back before that look, and was made after the change
     * it tells of, so no change goes unseen.
     *
     * @param begin the clock's reading just now
     * @return the clock's reading at the end: to read it again would take its time
     */
    long until(long deadline, long begin) {
        long now = sleepUntil(deadline - this.spinWindow.nanos(), begin);
        while (!this.wakeRequested && deadline - now > 0) {
            this.clock.onSpinWait();
            now = this.clock.nanoTime();
        }
        if (this.wakeRequested) {
            this.wakeRequested = false;
        }
        return now;
    }

    private long sleepUntil(long wakeAt, long begin) {
        long now = begin;
        if (wakeAt - now <= 0) {
            this.spinWindow.leftNoTime();
            return now;
        }
        while (wakeAt - now > 0) {
            if (this.wakeRequested) {
                return now;
            }
            this.clock.parkNanos(wakeAt - now);
            now = this.clock.nanoTime();
            if (wakeAt - now > 0) {
                // Woken early. With the interrupt flag up, which a robot or a policy may have left
                // so, the next park would return at once and this loop would burn a core.
                Thread.interrupted();
            }
        }
        this.spinWindow.overshot(now - wakeAt);
        return now;
    }

    /** Makes the current or the next {@link #until} of that thread return at once. */
    void wake(Thread waiting) {
        this.wakeRequested = true;
        LockSupport.unpark(waiting);
    }
}
