package dev.rfx.session.sample;

import dev.rfx.session.SessionException;
import dev.rfx.session.recording.RecordingDifference;
import dev.rfx.session.recording.RecordingSummary;
import dev.rfx.session.recording.Replay;
import dev.rfx.session.recording.ReplayResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.DefaultApplicationArguments;

/**
 * Reads recordings on the command line. No session and no robot is involved.
 *
 * <ul>
 *   <li>{@code --sample.recording.info=FILE} prints what a recording has;
 *   <li>with {@code --sample.recording.compare=FILE} as well, how the second one differs;
 *   <li>{@code --sample.replay=FILE} passes the recorded observations through the policy of the
 *       sample, and prints whether it selects the recorded actions.
 * </ul>
 */
final class RecordingTool {

    /** Exit code if the actions are the same, or nothing is compared. */
    static final int OK = 0;

    /** Exit code if actions differ. */
    static final int DIFFERENT = 1;

    /** Exit code if there is no answer. */
    static final int FAILED = 2;

    private static final String REPLAY = "sample.replay";
    private static final String INFO = "sample.recording.info";
    private static final String COMPARE = "sample.recording.compare";

    private final ApplicationArguments arguments;
    private final PrintStream out;
    private final PrintStream err;

    private RecordingTool(String[] args, PrintStream out, PrintStream err) {
        this.arguments = new DefaultApplicationArguments(args);
        this.out = out;
        this.err = err;
    }

    static boolean isWanted(String[] args) {
        ApplicationArguments arguments = new DefaultApplicationArguments(args);
        return List.of(REPLAY, INFO, COMPARE).stream().anyMatch(arguments::containsOption);
    }

    /** {@return the exit code of the process} */
    static int run(String[] args, PrintStream out, PrintStream err) {
        return new RecordingTool(args, out, err).run();
    }

    private int run() {
        try {
            if (this.arguments.containsOption(REPLAY)) {
                return replay(file(REPLAY));
            }
            return this.arguments.containsOption(COMPARE)
                    ? compare(file(INFO), file(COMPARE))
                    : info(file(INFO));
        } catch (IOException | SessionException | IllegalArgumentException ex) {
            return fail(String.valueOf(ex.getMessage()));
        }
    }

    private Path file(String option) {
        List<String> values = this.arguments.getOptionValues(option);
        if (values == null || values.isEmpty() || values.get(0).isEmpty()) {
            throw new IllegalArgumentException("The file is missing: --%s=FILE".formatted(option));
        }
        try {
            return Path.of(values.get(0));
        } catch (InvalidPathException ex) {
            throw new IllegalArgumentException("No name of a file: " + values.get(0), ex);
        }
    }

    private int replay(Path file) throws IOException {
        ReplayResult result = Replay.of(file).through(new SinePolicy(SampleApplication.JOINTS));
        this.out.println(result);
        return result.isIdentical() ? OK : DIFFERENT;
    }

    private int info(Path file) throws IOException {
        this.out.print(RecordingSummary.of(file));
        return OK;
    }

    private int compare(Path first, Path second) throws IOException {
        RecordingDifference difference = RecordingDifference.between(first, second);
        this.out.print(difference);
        return difference.isIdentical() ? OK : DIFFERENT;
    }

    private int fail(String problem) {
        this.err.println(problem);
        return FAILED;
    }
}
