package dev.rfx.session.onnx;

import dev.rfx.session.support.ExplainedException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file that comes with a trained policy cannot be used: it is unreadable, damaged, or says
 * something that is not supported.
 *
 * @since 0.1
 */
public class ModelFileException extends ExplainedException {

    private static final long serialVersionUID = 1L;

    private ModelFileException(String description, String action, @Nullable Throwable cause) {
        super(description, action, cause);
    }

    static ModelFileException unreadable(Path file, IOException cause) {
        return new ModelFileException(
                "The file " + file + " cannot be read: " + cause,
                "Check the path and the permissions of the file.",
                cause);
    }

    static ModelFileException damaged(Path file, String problem) {
        return new ModelFileException(
                "The file " + file + " is damaged, or has another format: " + problem,
                "Copy the file again from the training, or export the policy again.",
                null);
    }

    static ModelFileException unsupported(Path file, String problem, String action) {
        return new ModelFileException(
                "The file " + file + " cannot be used: " + problem, action, null);
    }
}
