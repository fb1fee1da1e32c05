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
     */
    void until(long deadline) {
        sleepUntil(deadline - this.spinWindow.nanos());
        while (!this.wakeRequested && deadline - this.clock.nanoTime() > 0) {
            this.clock.onSpinWait();
        }
        if (this.wakeRequested) {
            this.wakeRequested = false;
        }
    }

    private void sleepUntil(long wakeAt) {
        long remaining = wakeAt - this.clock.nanoTime();
        if (remaining <= 0) {
            return;
        }
        while (remaining > 0) {
            if (this.wakeRequested) {
                return;
            }
            this.clock.parkNanos(remaining);
            remaining = wakeAt - this.clock.nanoTime();
            if (remaining > 0) {
                // Woken early. With the interrupt flag up, which a robot or a policy may have left
                // so, the next park would return at once and this loop would burn a core.
                Thread.interrupted();
            }
        }
        this.spinWindow.overshot(-remaining);
    }

    /** Makes the current or the next {@link #until} of that thread return at once. */
    void wake(Thread waiting) {
        this.wakeRequested = true;
        LockSupport.unpark(waiting);
    }
}
