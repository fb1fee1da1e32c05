package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * What has become of the recording of a session.
 *
 * @param state what the recorder does now
 * @param file the file that is being written, or the last one; null before the first one
 * @param iterations the number of iterations that were written to files
 * @param dropped the number of iterations that were lost, because the writer was too slow or could
 *     not write
 * @param bytes the number of bytes that were written to files
 * @param problem why the recorder cannot write, or null
 * @since 0.1
 */
public record RecordingStatus(
        State state,
        @Nullable String file,
        long iterations,
        long dropped,
        long bytes,
        @Nullable String problem) {

    /** What a recorder does. */
    public enum State {
        /** No run is recorded. */
        IDLE,
        /** Keeps the last iterations in memory. */
        STANDBY,
        /** Writes every iteration to a file. */
        WRITING,
        /** Cannot write; tries again every few seconds. */
        FAILED
    }
}
