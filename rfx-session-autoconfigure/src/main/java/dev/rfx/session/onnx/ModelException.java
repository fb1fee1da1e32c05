package dev.rfx.session.onnx;

import dev.rfx.session.support.ExplainedException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model cannot be used: it cannot be loaded, it does not fit its configuration, or an observation
 * does not fit the model. If shapes, types or names do not fit, the message has a table of both
 * sides.
 *
 * @since 0.1
 */
public final class ModelException extends ExplainedException {

    private static final long serialVersionUID = 1L;

    private static final String CHANGE_CONFIGURATION =
            "Change the configuration, or use the model that it was written for.";

    private ModelException(String description, String action, @Nullable Throwable cause) {
        super(description, action, cause);
    }

    static ModelException unreadable(Path file, Throwable cause) {
        return new ModelException(
                "Model " + file + " cannot be read: " + cause,
                "Check the path and the permissions of the file.",
                cause);
    }

    static ModelException changed(Path file) {
        return new ModelException(
                "Model " + file + " was changed while it was being loaded",
                "Start again when the file is complete.",
                null);
    }

    static ModelException refused(Path file, Throwable cause) {
        return new ModelException(
                "ONNX Runtime refuses model " + file + ": " + cause.getMessage(),
                "Export the model again, with an operator set that this version of ONNX Runtime"
                        + " supports.",
                cause);
    }

    static ModelException runFailed(Path file, Throwable cause) {
        return new ModelException(
                "Model " + file + " failed: " + cause.getMessage(),
                "Check the model with the tools of its exporter.",
                cause);
    }

    static ModelException noRuntime(Path file, Throwable cause) {
        Throwable reason = cause; // the initialization of a class hides it
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        return new ModelException(
                "Model " + file + " needs ONNX Runtime, which cannot be loaded: " + reason,
                "Add the dependency com.microsoft.onnxruntime:onnxruntime, and check that it"
                        + " supports this platform. It unpacks native code into java.io.tmpdir,"
                        + " which must be writable and not mounted noexec: else set"
                        + " -Donnxruntime.native.path.",
                cause);
    }

    static ModelException jvmEnds(Path file) {
        return new ModelException(
                "Model " + file + " is not loaded, because the JVM ends",
                "Start the application again.",
                null);
    }

    static ModelException misfit(Path file, String table) {
        return new ModelException(
                "Model " + file + " does not fit its configuration" + table,
                CHANGE_CONFIGURATION,
                null);
    }

    static ModelException contradicted(Path file, IllegalArgumentException cause) {
        return new ModelException(
                "Model " + file + " does not fit its configuration: " + cause.getMessage(),
                CHANGE_CONFIGURATION,
                cause);
    }

    static ModelException incomplete(
            Path file, List<String> missing, @Nullable String source, List<String> problems) {
        StringBuilder description =
                new StringBuilder("Model %s: not configured is: ".formatted(file))
                        .append(String.join(", ", missing));
        if (source == null) {
            description.append(". The model has no metadata that is understood");
        }
        problems.forEach(problem -> description.append("%n  %s: %s".formatted(source, problem)));
        return new ModelException(
                description.toString(),
                "Configure what is missing, or export the policy again with it.",
                null);
    }

    static ModelException observationMisfit(String problem) {
        return new ModelException(
                problem,
                "Change the terms of the policy, or let the robot observe what the model needs.",
                null);
    }
}
