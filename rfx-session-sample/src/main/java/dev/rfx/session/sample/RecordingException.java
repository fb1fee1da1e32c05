package dev.rfx.session.sample;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file is not a recording that can be replayed. The message contains the place and the reason.
 */
final class RecordingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RecordingException(Path file, String problem, @Nullable Exception cause) {
        super("Recording %s: %s".formatted(file, problem), cause);
    }

    RecordingException(Path file, long line, String problem, @Nullable Exception cause) {
        super("Recording %s, line %d: %s".formatted(file, line, problem), cause);
    }
}
