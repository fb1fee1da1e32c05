package dev.rfx.session.sample.go1;

import dev.rfx.session.support.ExplainedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The simulator is incomplete, does not start, does not answer, or answers with an error. */
final class SimulatorException extends ExplainedException {

    private static final long serialVersionUID = 1L;

    private static final String SEE_LOG =
            "Start the application again, which starts the simulator again. The log has what the"
                    + " simulator printed.";

    private SimulatorException(String description, String action, @Nullable Throwable cause) {
        super(description, action, cause);
    }

    static SimulatorException noDirectory(Path directory) {
        return new SimulatorException(
                "The directory of the simulator, %s, does not exist".formatted(directory),
                "Copy the simulator to it and run 'npm install' there, or set sample.go1.directory"
                        + " to another directory.",
                null);
    }

    static SimulatorException noFiles(Path directory, List<String> missing) {
        return new SimulatorException(
                "The directory of the simulator, %s, has no %s"
                        .formatted(directory, String.join(", no ", missing)),
                "Copy the missing files to it, or set sample.go1.directory to another directory.",
                null);
    }

    static SimulatorException notInstalled(Path directory, String packageDirectory) {
        return new SimulatorException(
                "MuJoCo is not installed: the directory of the simulator, %s, has no %s"
                        .formatted(directory, packageDirectory),
                "Run 'npm install' in that directory.",
                null);
    }

    static SimulatorException noNode(String node, IOException cause) {
        return new SimulatorException(
                "The simulator needs Node.js, but '%s' cannot be run: %s"
                        .formatted(node, cause.getMessage()),
                "Install Node.js 20 or newer, or set sample.go1.node to its path.",
                cause);
    }

    static SimulatorException notStarted(String output) {
        return new SimulatorException(
                "The simulator has ended before it was ready. It printed: "
                        + (output.isEmpty() ? "nothing" : output),
                "Check that 'node --version' is 20 or newer, and run 'npm install' in the"
                        + " directory of the simulator again.",
                null);
    }

    static SimulatorException notReady(Duration limit) {
        return new SimulatorException(
                "The simulator is not ready after %d s".formatted(limit.toSeconds()),
                "Start the application again when the machine is less busy.",
                null);
    }

    static SimulatorException notConnected(int port, IOException cause) {
        return new SimulatorException(
                "The simulator cannot be reached at port %d: %s"
                        .formatted(port, cause.getMessage()),
                SEE_LOG,
                cause);
    }

    static SimulatorException ended(String request) {
        return new SimulatorException(
                "The simulator has closed the connection without a reply to '%s'"
                        .formatted(request),
                SEE_LOG,
                null);
    }

    static SimulatorException disconnected(String request, IOException cause) {
        return new SimulatorException(
                "The connection to the simulator failed at '%s': %s"
                        .formatted(request, cause.getMessage()),
                SEE_LOG,
                cause);
    }

    static SimulatorException silent(String request, Duration limit, IOException cause) {
        return new SimulatorException(
                "The simulator has not replied to '%s' within %d ms"
                        .formatted(request, limit.toMillis()),
                SEE_LOG,
                cause);
    }

    static SimulatorException refused(String request, String error) {
        return new SimulatorException(
                "The simulator refuses '%s': %s".formatted(request, error),
                "Check that the files of the simulator belong together.",
                null);
    }

    static SimulatorException badReply(String request, String problem) {
        return new SimulatorException(
                "The reply of the simulator to '%s' cannot be used: %s".formatted(request, problem),
                "Check that the files of the simulator belong together.",
                null);
    }

    static SimulatorException badState(String name, Object values, int size) {
        return new SimulatorException(
                "The state of the simulator cannot be used: %s is %s, but must be %d numbers"
                        .formatted(name, values, size),
                "null means that the simulation has diverged. Check the targets of the policy.",
                null);
    }

    static SimulatorException anotherRate(double stepSeconds, double rateHz) {
        return new SimulatorException(
                "A step of the simulation takes %s s, but the session has a rate of %s Hz"
                        .formatted(stepSeconds, rateHz),
                "Set rfx.session.rate-hz to %s.".formatted(1 / stepSeconds),
                null);
    }
}
