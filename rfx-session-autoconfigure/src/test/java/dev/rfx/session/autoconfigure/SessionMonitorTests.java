package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.rfx.session.RestartPolicy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.testkit.ScriptedRobot;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** The thread that keeps a non-web application alive survives what it shows the progress with. */
class SessionMonitorTests {

    private final LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger log = (Logger) LoggerFactory.getLogger(Session.class);
    private final ScriptedRobot robot = new ScriptedRobot();
    private final Session session =
            new Session(
                    this.robot,
                    observation -> observation,
                    SessionOptions.defaults().withName("monitored").withWarmup(Duration.ZERO));

    @AfterEach
    void close() {
        this.session.stop();
        this.logs.resetTurboFilterList();
        this.log.setLevel(null);
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("rfx-session-monitored-monitor"))
                .toList();
    }

    private Thread watch(SessionMonitor monitor) {
        this.session.addListener(monitor);
        this.session.start();
        monitor.watch();
        return threads().get(0);
    }

    /** Lets the log throw at each line of progress, and at each report of that. */
    private AtomicInteger throwAtProgress(Throwable problem) {
        AtomicInteger lines = new AtomicInteger();
        this.log.setLevel(Level.INFO);
        this.logs.addTurboFilter(
                new TurboFilter() {
                    @Override
                    public FilterReply decide(
                            Marker marker,
                            Logger logger,
                            Level level,
                            String format,
                            Object[] params,
                            Throwable t) {
                        if (Thread.currentThread().getName().endsWith("-monitor")) {
                            lines.incrementAndGet();
                            throwUnchecked(problem);
                        }
                        return FilterReply.DENY;
                    }
                });
        return lines;
    }

    private static <T extends Throwable> void throwUnchecked(Throwable problem) {
        SessionMonitorTests.<RuntimeException>sneak(problem);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable problem) throws T {
        throw (T) problem;
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class, IOException.class})
    void logThatThrowsLeavesTheThreadAlive(Class<? extends Throwable> problem) throws Exception {
        AtomicInteger lines = throwAtProgress(problem.getConstructor().newInstance());

        Thread thread = watch(new SessionMonitor(this.session, Duration.ofMillis(10), null));

        while (lines.get() < 3) {
            assertThat(thread.isAlive()).as("after %d lines", lines.get()).isTrue();
        }
        assertThat(this.session.isRunning()).isTrue();
        this.session.stop();
        thread.join();
    }

    @Test
    void terminalThatThrowsLeavesTheThreadAlive() throws Exception {
        AtomicInteger updates = new AtomicInteger();
        PrintStream terminal =
                new PrintStream(OutputStream.nullOutputStream()) {
                    @Override
                    public void print(String text) {
                        updates.incrementAndGet();
                        throw new IllegalStateException("no terminal any more");
                    }
                };
        ProgressLine line = new ProgressLine(List.of(this.session), terminal);

        Thread thread = watch(new SessionMonitor(this.session, Duration.ofSeconds(30), line));

        while (updates.get() < 3) {
            assertThat(thread.isAlive()).as("after %d updates", updates.get()).isTrue();
        }
        this.session.stop();
        thread.join();
    }

    @Test
    void restartPolicyThatThrowsLeavesTheThreadAliveWhileTheSessionRunsOrWaits() throws Exception {
        this.session.setRestartPolicy(new BrokenPolicy());
        Thread thread = watch(new SessionMonitor(this.session, Duration.ofMillis(10), null));
        this.robot.onAct(
                () -> {
                    throw new IOException("unplugged");
                });
        this.session.awaitStopped(Duration.ofMinutes(1));

        assertThat(this.session.snapshot().restart()).isNotNull();
        assertThat(thread.isAlive()).as("the restart is in an hour").isTrue();
        this.session.stop();
        thread.join();
    }

    /** Restarts in an hour, and cannot say how often it has. */
    private static final class BrokenPolicy implements RestartPolicy {

        private boolean asked;

        @Override
        public Duration delayAfter(SessionException failure) {
            return Duration.ofHours(1);
        }

        @Override
        public int attempts() {
            if (!this.asked) {
                this.asked = true;
                return 1;
            }
            throw new IllegalStateException("attempts() fails on purpose");
        }

        @Override
        public int maxAttempts() {
            return 3;
        }
    }
}
