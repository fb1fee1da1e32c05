package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Request;
import java.util.concurrent.locks.LockSupport;

/** What carries the bytes of a bus, and its time, so that tests can bring their own. */
interface BusLine {

    /** Names it in messages. */
    String path();

    /**
     * Sends a request.
     *
     * @throws LinkLostException if the line is gone or closed
     */
    void write(Request request);

    /**
     * Receives what is there.
     *
     * @return how many bytes, 0 if none are there
     * @throws LinkLostException if the line is gone or closed
     */
    int read(byte[] chunk);

    /** Monotonic, with an arbitrary origin, as {@link System#nanoTime()}. */
    default long nanoTime() {
        return System.nanoTime();
    }

    /** Sleeps for about so long, or less if the thread is interrupted. */
    default void parkNanos(long nanos) {
        LockSupport.parkNanos(this, nanos);
    }
}
