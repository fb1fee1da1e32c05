package dev.rfx.session.so101;

import java.util.concurrent.locks.LockSupport;

/**
 * When the bus is free again. Each transfer begins where the one before ended, so that a thread
 * that wakes late does not make the bus slower. Used by one thread.
 */
final class BusTime {

    /** Sleeping is too coarse for the last stretch of a wait. */
    private static final long SPIN_NANOS = 120_000;

    /**
     * A request is seen so long after it was sent, because the pseudo-terminal hands it over by a
     * kernel thread: 45 µs in the median of 9000, which are not the wire's.
     */
    private static final long SEEN_LATE_NANOS = 40_000;

    private final long byteNanos;
    private long freeNanos = System.nanoTime();

    /**
     * Creates a bus.
     *
     * @param byteNanos how long a byte takes; 0 for no time
     */
    BusTime(long byteNanos) {
        this.byteNanos = byteNanos;
    }

    /** Waits until a request, which began when it was sent or the bus was free, has passed. */
    void awaitRequest(int bytes) {
        this.freeNanos = Math.max(this.freeNanos, System.nanoTime() - SEEN_LATE_NANOS);
        await(bytes * this.byteNanos);
    }

    /** Waits until a reply, which begins a time after what was before, has passed. */
    void awaitReply(long delayNanos, int bytes) {
        await(delayNanos + bytes * this.byteNanos);
    }

    private void await(long nanos) {
        this.freeNanos += nanos;
        long left = this.freeNanos - System.nanoTime();
        while (nanos > 0 && left > 0) {
            if (left > SPIN_NANOS) {
                LockSupport.parkNanos(left - SPIN_NANOS);
            } else {
                Thread.onSpinWait();
            }
            left = this.freeNanos - System.nanoTime();
        }
    }
}
