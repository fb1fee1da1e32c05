package dev.rfx.session.testkit;

import java.util.concurrent.CountDownLatch;

/** Waits as a call that ignores interrupts does. */
public final class IgnoringInterrupts {

    private IgnoringInterrupts() {}

    /** Returns when the latch is open, and not before. */
    public static void await(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException ex) {
                // keeps waiting
            }
        }
    }
}
