package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import java.util.concurrent.CountDownLatch;

/** Waits for the latches of a run, also when the heap is full. Any thread. */
final class Latches {

    /** How often a thread checks a latch for which it has no memory to wait. */
    private static final long CHECK_NANOS = 1_000_000;

    private Latches() {}

    /**
     * Waits until a latch is open or the time is over. An interrupt does not end the wait, because
     * a robot that is being stopped comes first; the interrupt flag is restored at the end.
     */
    static boolean awaitUninterruptibly(Clock clock, CountDownLatch latch, long nanos) {
        boolean wasInterrupted = false;
        long deadline = clock.nanoTime() + nanos;
        try {
            while (true) {
                try {
                    return await(clock, latch, deadline - clock.nanoTime());
                } catch (InterruptedException ex) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Waits until a latch is open or the time is over. A latch allocates to let a thread wait; with
     * a full heap the thread checks the latch repeatedly instead.
     */
    static boolean await(Clock clock, CountDownLatch latch, long nanos)
            throws InterruptedException {
        long deadline = clock.nanoTime() + nanos;
        while (true) {
            try {
                return clock.await(latch, deadline - clock.nanoTime());
            } catch (OutOfMemoryError ex) {
                if (deadline - clock.nanoTime() <= 0) {
                    return latch.getCount() == 0;
                }
                clock.parkNanos(CHECK_NANOS);
            }
        }
    }
}
