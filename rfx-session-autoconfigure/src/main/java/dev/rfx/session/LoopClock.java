package dev.rfx.session;

import java.util.concurrent.locks.LockSupport;

/** The time and the waiting of a control loop, so that tests can bring their own. */
interface LoopClock {

    LoopClock SYSTEM =
            new LoopClock() {
                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                public void parkNanos(long nanos) {
                    LockSupport.parkNanos(this, nanos);
                }

                @Override
                public void onSpinWait() {
                    Thread.onSpinWait();
                }
            };

    /** Monotonic, with an arbitrary origin, as {@link System#nanoTime()}. */
    long nanoTime();

    /**
     * Sleeps for about that long. Returns early when the thread is unparked or interrupted, or for
     * no reason.
     */
    void parkNanos(long nanos);

    /** Called once per turn of a busy wait. */
    void onSpinWait();
}
