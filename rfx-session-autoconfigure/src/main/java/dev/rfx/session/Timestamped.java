package dev.rfx.session;

/** An observation that may know when it was measured. */
public interface Timestamped {

    /**
     * Tells whether it does.
     *
     * @return whether there is a stamp
     */
    boolean hasTimestamp();

    /**
     * Returns when it was measured.
     *
     * @return a reading of {@link System#nanoTime()} of this JVM, meaningless where there is no
     *     stamp
     */
    long timestampNanos();
}
