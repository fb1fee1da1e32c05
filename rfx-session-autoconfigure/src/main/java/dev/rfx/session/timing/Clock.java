package dev.rfx.session.timing;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The time of a session, and every way to wait in it. One clock serves a whole run, so that a test
 * with a clock of its own controls each timeout.
 *
 * <p>Internal to {@code dev.rfx.session}. Implementations may be called from any thread.
 */
public interface Clock {

    /** The clock of the JVM. */
    Clock SYSTEM =
            new Clock() {

                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                public void parkNanos(long nanos) {
                    LockSupport.parkNanos(this, nanos);
                }

                @Override
                public void unpark(Thread thread) {
                    LockSupport.unpark(thread);
                }

                @Override
                public void onSpinWait(long nanosLeft) {
                    Thread.onSpinWait();
                }

                @Override
                public boolean await(CountDownLatch latch, long nanos) throws InterruptedException {
                    return latch.await(nanos, TimeUnit.NANOSECONDS);
                }
            };

    /**
     * {@return the time in ns, monotonic, with an arbitrary origin, as {@link System#nanoTime()}}
     */
    long nanoTime();

    /**
     * Parks the calling thread for about {@code nanos}. Returns early when the thread is unparked
     * or interrupted, or spuriously.
     *
     * @param nanos how long to park, in ns
     */
    void parkNanos(long nanos);

    /**
     * Ends the current or the next {@link #parkNanos} of a thread.
     *
     * @param thread the thread to unpark
     */
    void unpark(Thread thread);

    /**
     * Called once per turn of a busy wait.
     *
     * @param nanosLeft how long the wait still takes, in ns
     */
    void onSpinWait(long nanosLeft);

    /**
     * Waits until a latch is open.
     *
     * @param latch the latch to wait for
     * @param nanos how long to wait at most, in ns
     * @return whether the latch is open
     * @throws InterruptedException if the calling thread is interrupted
     */
    boolean await(CountDownLatch latch, long nanos) throws InterruptedException;
}
