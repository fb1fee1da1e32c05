package dev.rfx.session.actuate;

import dev.rfx.session.RecordingStatus;
import org.jspecify.annotations.Nullable;

/**
 * The recording of a session in health and endpoint. The counts are those of all runs.
 *
 * @param state what the recorder does now
 * @param file the file that is being written, or the last one; null before the first one
 * @param iterations the number of iterations in files
 * @param dropped the number of iterations that were lost
 * @param bytes the number of bytes in files
 * @param problem why iterations are lost, or null
 * @since 0.1
 */
public record RecordingDescriptor(
        RecordingStatus.State state,
        @Nullable String file,
        long iterations,
        long dropped,
        long bytes,
        @Nullable String problem) {

    static @Nullable RecordingDescriptor of(@Nullable RecordingStatus recording) {
        return recording == null
                ? null
                : new RecordingDescriptor(
                        recording.state(),
                        recording.file(),
                        recording.iterations(),
                        recording.dropped(),
                        recording.bytes(),
                        recording.problem());
    }
}
