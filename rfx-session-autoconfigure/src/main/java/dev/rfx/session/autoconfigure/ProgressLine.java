package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionSnapshot;
import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Shows the progress of all running sessions in one line of a terminal, as {@code rfx deploy} does,
 * and rewrites that line. The cursor stays at the beginning of the line, so that a log line
 * overwrites it.
 */
final class ProgressLine {

    /** Interval between two updates. */
    static final Duration INTERVAL = Duration.ofMillis(200);

    private static final String ERASE = "\r\033[K";

    /**
     * Cuts a line at the width of the terminal. A wrapped line could not be rewritten: the cursor
     * returns to the beginning of the last row only.
     */
    private static final String WITHOUT_WRAP = "\033[?7l%s\033[?7h\r";

    private final List<Session> sessions;
    private final PrintStream terminal;
    private boolean shown; // guarded by this

    ProgressLine(Collection<Session> sessions, PrintStream terminal) {
        this.sessions = List.copyOf(sessions);
        this.terminal = terminal;
    }

    /** {@return whether there is a terminal to write to, and a run with an end to wait for} */
    boolean isWanted() {
        return isTerminal() && hasEnd();
    }

    /**
     * Checks that standard input and output are a terminal that knows the escape sequences used
     * here, as Spring Boot does for its colours. Since JDK 22 a console need not be a terminal.
     */
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null
                || "dumb".equals(System.getenv("TERM"))
                || System.getProperty("os.name").startsWith("Windows")) {
            return false;
        }
        Method isTerminal = ClassUtils.getMethodIfAvailable(Console.class, "isTerminal");
        return isTerminal == null
                || Boolean.TRUE.equals(ReflectionUtils.invokeMethod(isTerminal, console));
    }

    /** {@return whether the duration of a session is limited} */
    boolean hasEnd() {
        return this.sessions.stream().anyMatch(session -> session.options().duration() != null);
    }

    /** Rewrites the line, or erases it if no session runs. Never on a control thread. */
    synchronized void update() {
        String line =
                this.sessions.stream()
                        .filter(Session::isRunning)
                        .map(ProgressLine::describe)
                        .collect(Collectors.joining(" | "));
        if (!line.isEmpty()) {
            write(ERASE + WITHOUT_WRAP.formatted(line));
        } else if (this.shown) {
            write(ERASE);
        }
        this.shown = !line.isEmpty();
    }

    /** Writes in one piece, because other threads write to the terminal, too. */
    private void write(String text) {
        this.terminal.print(text);
        this.terminal.flush();
    }

    private static String describe(Session session) {
        SessionSnapshot now = session.snapshot();
        return describe(
                session.name(),
                session.elapsed(),
                session.stepCount(), // resetStatistics() resets the iterations of the snapshot
                now.actualRateHz(),
                now.stats().overruns(),
                session.options().duration());
    }

    static String describe(
            String name,
            Duration elapsed,
            long steps,
            double actualRateHz,
            long overruns,
            @Nullable Duration duration) {
        String soFar =
                String.format(
                        Locale.ROOT,
                        "%s: %.1f s  %d steps  %.2f Hz  %d overruns",
                        name,
                        seconds(elapsed),
                        steps,
                        actualRateHz,
                        overruns);
        if (duration == null) {
            return soFar;
        }
        double left = Math.max(seconds(duration.minus(elapsed)), 0);
        return soFar + String.format(Locale.ROOT, "  %.1f s left", left);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
