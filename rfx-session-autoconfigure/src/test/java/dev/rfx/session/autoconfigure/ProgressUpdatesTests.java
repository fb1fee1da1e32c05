package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.rfx.session.Session;
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

/** A log or a terminal that throws gets the next update nevertheless. */
class ProgressUpdatesTests {

    private final LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger log = (Logger) LoggerFactory.getLogger("dev.rfx.session.timing");
    private final ScriptedRobot robot = new ScriptedRobot();
    private final Session session =
            new Session(
                    this.robot,
                    observation -> observation,
                    SessionOptions.defaults().withName("shown").withWarmup(Duration.ZERO));

    @AfterEach
    void close() {
        this.session.stop();
        this.logs.resetTurboFilterList();
        this.log.setLevel(null);
    }

    private void show(Runnable update, Duration interval) {
        this.session.addListener(new ProgressUpdates(this.session, update, interval));
        this.session.start();
    }

    /** Makes the log throw at each line of progress, and at each report of that. */
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
                        if (logger == ProgressUpdatesTests.this.log
                                && Thread.currentThread()
                                        .getName()
                                        .equals("rfx-session-shown-progress")) {
                            lines.incrementAndGet();
                            throwUnchecked(problem);
                        }
                        return FilterReply.DENY;
                    }
                });
        return lines;
    }

    private static <T extends Throwable> void throwUnchecked(Throwable problem) {
        ProgressUpdatesTests.<RuntimeException>sneak(problem);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable problem) throws T {
        throw (T) problem;
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class, IOException.class})
    void logThatThrowsGetsTheNextLine(Class<? extends Throwable> problem) throws Exception {
        AtomicInteger lines = throwAtProgress(problem.getConstructor().newInstance());

        show(new ProgressLog(this.session), Duration.ofMillis(10));

        while (lines.get() < 3) {
            assertThat(this.session.isRunning()).as("after %d lines", lines.get()).isTrue();
        }
    }

    @Test
    void terminalThatThrowsGetsTheNextUpdate() {
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

        show(line::update, ProgressLine.INTERVAL);

        while (updates.get() < 3) {
            assertThat(this.session.isRunning()).as("after %d updates", updates.get()).isTrue();
        }
    }

    @Test
    void eachRunIsShownAndNothingBetween() throws Exception {
        AtomicInteger updates = new AtomicInteger();
        show(updates::incrementAndGet, Duration.ofMillis(1));
        for (int run = 1; run <= 3; run++) {
            int before = updates.get();
            while (updates.get() < before + 3) {
                assertThat(this.session.isRunning()).isTrue();
            }
            this.session.stop();
            awaitNoThread();
            this.session.start();
        }
    }

    /** The thread ends a second after the run. */
    private static void awaitNoThread() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("rfx-session-shown-progress")) {
                assertThat(thread.isDaemon()).isTrue();
                thread.join();
            }
        }
    }
}
