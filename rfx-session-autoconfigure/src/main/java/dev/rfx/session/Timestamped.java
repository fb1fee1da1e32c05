package dev.rfx.session;

/**
 * An observation with a timestamp. {@link SessionOptions#maxObservationAge()} needs it.
 *
 * @since 0.1
 */
public interface Timestamped {

    /** {@return whether the robot has set the timestamp} */
    boolean hasTimestamp();

    /**
     * {@return the time of the measurement, as a reading of {@link System#nanoTime()} of this JVM}
     * Undefined without a timestamp.
     */
    long timestampNanos();
}
