package dev.rfx.session.recording;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What has become of the iterations of a session, over all its runs. The writer of a run may still
 * count while the next run is recorded. Any thread.
 */
final class RecordingCounts {

    /** The iterations that were written to files. */
    final AtomicLong written = new AtomicLong();

    /** The iterations that the writers could not write. */
    final AtomicLong lost = new AtomicLong();

    /** The bytes that were written to files. */
    final AtomicLong bytes = new AtomicLong();

    private final AtomicLong dropped = new AtomicLong();

    /** Counts an iteration that found no room. Confined to the control thread of the run. */
    void drop() {
        this.dropped.lazySet(this.dropped.getPlain() + 1);
    }

    /** {@return the number of iterations that found no room} */
    long dropped() {
        return this.dropped.get();
    }

    /** {@return the number of iterations that are in no file, and should be} */
    long missing() {
        return this.dropped.get() + this.lost.get();
    }
}
