package dev.rfx.session;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The time and the waiting of a session, so that tests can bring their own. */
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

                @Override
                public Runnable every(Duration interval, Runnable inspection) {
                    return Watchdog.every(interval, inspection);
                }

                @Override
                public Runnable after(Duration delay, Runnable task) {
                    return Watchdog.after(delay, task);
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

    /**
     * Runs a task again and again, on a thread that is none of the session's and must not be kept
     * waiting.
     *
     * @return ends it
     */
    Runnable every(Duration interval, Runnable task);

    /**
     * Runs a task once, on that thread.
     *
     * @return ends it, unless it has begun
     */
    Runnable after(Duration delay, Runnable task);
}
