package dev.rfx.session.onnx;

import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Ends a native call when its thread is interrupted, which native code does not notice. Between
 * {@link #enter} and {@link #leave}, {@link Thread#interrupt} of the calling thread runs the way
 * out, on the thread that interrupts. The JDK does this for its channels, and the only way to have
 * it is to be one. Serves until the first interrupt. Allocates nothing in between.
 */
final class Interruption extends AbstractInterruptibleChannel {

    private final Runnable wayOut;

    /**
     * Creates an interruption.
     *
     * @param wayOut ends the call; called at most once, on any thread, possibly just after the call
     */
    Interruption(Runnable wayOut) {
        this.wayOut = wayOut;
    }

    /** Begins a call. If the thread is interrupted already, runs the way out at once. */
    void enter() {
        begin();
    }

    /**
     * Ends a call.
     *
     * @param completed whether the call has returned its result
     * @throws InterruptedException if the thread was interrupted; its flag is then cleared
     */
    void leave(boolean completed) throws InterruptedException {
        try {
            end(completed);
        } catch (IOException ex) {
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("Model interrupted");
            interrupted.initCause(ex);
            throw interrupted;
        }
    }

    @Override
    protected void implCloseChannel() {
        this.wayOut.run();
    }
}
