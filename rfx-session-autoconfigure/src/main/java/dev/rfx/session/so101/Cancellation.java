package dev.rfx.session.so101;

/** Ends a long operation between two of its steps. */
@FunctionalInterface
interface Cancellation {

    /**
     * Returns if the operation may continue.
     *
     * @throws InterruptedException if the thread is interrupted, or the arm has to stop
     */
    void check() throws InterruptedException;
}
