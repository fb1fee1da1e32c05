package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Request;
import java.util.concurrent.locks.LockSupport;

/** Carries the bytes of a bus and provides its clock. Tests substitute both. */
interface BusLine {

    /** {@return the name of the line in messages} */
    String path();

    /**
     * Sends a request.
     *
     * @throws LinkLostException if the line is gone or closed
     */
    void write(Request request);

    /**
     * Receives the bytes that have arrived, without waiting.
     *
     * @return the number of bytes, possibly 0
     * @throws LinkLostException if the line is gone or closed
     */
    int read(byte[] chunk);

    /** {@return monotonic time with an arbitrary origin, as {@link System#nanoTime()}} */
    default long nanoTime() {
        return System.nanoTime();
    }

    /** Sleeps for about this time, or less if the thread is interrupted. */
    default void parkNanos(long nanos) {
        LockSupport.parkNanos(this, nanos);
    }
}
