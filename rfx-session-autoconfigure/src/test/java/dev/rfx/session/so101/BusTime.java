package dev.rfx.session.so101;

import java.util.concurrent.locks.LockSupport;

/**
 * When the bus is free again. Each transfer begins where the one before ended, so that a thread
 * that wakes late does not make the bus slower. Used by one thread.
 */
final class BusTime {

    /** Sleeping is too coarse for the last stretch of a wait. */
    private static final long SPIN_NANOS = 120_000;

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

    /** Waits until a request, which begins now or when the bus is free, has passed. */
    void awaitRequest(int bytes) {
        this.freeNanos = Math.max(this.freeNanos, System.nanoTime());
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
