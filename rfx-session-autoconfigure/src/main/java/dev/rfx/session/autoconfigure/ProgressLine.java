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
 * One line on a terminal that tells how far the sessions are that run at the moment, all of them in
 * this one line, and that rewrites itself. The cursor stays at its beginning, so that a line of the
 * log that comes in between goes over it.
 */
final class ProgressLine {

    /** How long the line stays as it is. */
    static final Duration INTERVAL = Duration.ofMillis(200);

    private static final String ERASE = "\r\033[K";

    /**
     * A line that is longer than the terminal is wide is cut off. Else it would go on in the next
     * row, and the cursor could not be brought back to where it began.
     */
    private static final String WITHOUT_WRAP = "\033[?7l%s\033[?7h\r";

    private final List<Session> sessions;
    private final PrintStream terminal;
    private boolean shown; // guarded by this

    ProgressLine(Collection<Session> sessions, PrintStream terminal) {
        this.sessions = List.copyOf(sessions);
        this.terminal = terminal;
    }

    /**
     * Tells whether standard input and output are a terminal that understands what is written here,
     * as Spring Boot does for its colours. From JDK 22 on there may be a console without one.
     */
    static boolean isTerminal() {
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

    /** Tells whether there is an end to which somebody may look forward. */
    boolean hasEnd() {
        return this.sessions.stream().anyMatch(session -> session.options().duration() != null);
    }

    /** Rewrites the line, or erases it when no session runs. Never on a control thread. */
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

    /** In one piece: others write to the terminal, too. */
    private void write(String text) {
        this.terminal.print(text);
        this.terminal.flush();
    }

    private static String describe(Session session) {
        SessionSnapshot now = session.snapshot();
        return describe(
                session.name(),
                session.elapsed(),
                session.stepCount(),
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
