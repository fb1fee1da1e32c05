package dev.rfx.session.so101;

/** Asked on the way by whatever takes long, so that it does not go on when it is not wanted. */
@FunctionalInterface
interface Cancellation {

    /**
     * Returns if it may go on.
     *
     * @throws InterruptedException if the thread was interrupted, or the arm is to stop
     */
    void check() throws InterruptedException;
}
