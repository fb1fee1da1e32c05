package dev.rfx.session;

/** An observation that may know when it was measured. */
public interface Stamped {

    /**
     * Tells whether it does.
     *
     * @return whether there is a stamp
     */
    boolean hasStamp();

    /**
     * Returns when it was measured.
     *
     * @return a reading of {@link System#nanoTime()} of this JVM, meaningless where there is no
     *     stamp
     */
    long stampNanos();
}
