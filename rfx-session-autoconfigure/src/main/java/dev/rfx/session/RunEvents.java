package dev.rfx.session;

import dev.rfx.session.support.Loggers;
import dev.rfx.session.thread.ThreadStatus;
import dev.rfx.session.timing.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Reports the events of one run to the listeners, to the log and to the recorder, the end of the
 * run once. Any thread; the events thread calls listeners and log, because they may block.
 *
 * <p>What is queued must not refer to the run: behind a listener that does not return, it would
 * keep the records of every later run in memory.
 */
final class RunEvents {

    private static final Logger logger = Loggers.LIFECYCLE;

    /** How long after the end of a run callers of stop() wait for the listeners. */
    private static final Duration LISTENERS_TIMEOUT = Duration.ofSeconds(1);

    private final SessionView session;
    private final String name;
    private final Notifier notifier;
    private final Clock clock;
    private final RunState state;
    private final RunReports reports;
    private final IncidentReport incidents;
    private final @Nullable RunRecorder recording;

    /** The first caller to increment this reports the failure. */
    private final AtomicInteger failureReports = new AtomicInteger();

    private final CountDownLatch endReported = new CountDownLatch(1);
    private final CountDownLatch stuckReported = new CountDownLatch(1);
    private volatile long listenersDeadline;

    RunEvents(
            SessionContext context,
            RunState state,
            RunReports reports,
            IncidentReport incidents,
            @Nullable RunRecorder recording) {
        this.session = context.session();
        this.name = context.name();
        this.notifier = context.notifier();
        this.clock = context.clock();
        this.state = state;
        this.reports = reports;
        this.incidents = incidents;
        this.recording = recording;
    }

    void started() {
        SessionView session = this.session;
        this.notifier.report(listener -> listener.started(session));
        if (this.recording != null) {
            this.recording.started();
        }
    }

    void threadIncomplete(ThreadStatus status) {
        String name = this.name;
        this.notifier.execute(
                () ->
                        Loggers.TIMING.warn(
                                "Session '{}' runs with incomplete thread options: {}",
                                name,
                                status.problem()));
    }

    void notRamped() {
        String name = this.name;
        this.notifier.execute(
                () ->
                        logger.warn(
                                "The first action of session '{}' is sent without a ramp: the robot"
                                        + " reports no joint positions (Robot.positions). If that"
                                        + " is intended, set engage.enabled to false",
                                name));
    }

    void stalled(SessionUnresponsiveException stall) {
        SessionView session = this.session;
        this.notifier.report(listener -> listener.stalled(session, stall));
        if (this.recording != null) {
            this.recording.unresponsive(stall, false);
        }
    }

    void noLongerStalled(long iteration) {
        String name = this.name;
        this.notifier.execute(
                () ->
                        logger.warn(
                                "Session '{}' is no longer stalled: iteration {} was completed",
                                name,
                                iteration));
    }

    void watchdogFailed(Throwable ex) {
        String name = this.name;
        this.notifier.execute(() -> logger.error("The watchdog of session '{}' failed", name, ex));
    }

    /** Reports that the run is stuck, and then why it failed, if it did. */
    void stuck() {
        SessionUnresponsiveException stuck = this.reports.stuck();
        SessionView session = this.session;
        this.notifier.report(
                listener -> listener.stuck(session, stuck), this.stuckReported::countDown);
        SessionException failed = this.reports.failure();
        if (failed != null) {
            failed(failed);
        }
        if (this.recording != null) {
            this.recording.unresponsive(stuck, true);
        }
    }

    /** Reports the end of the run. Called before the end is visible: the next start comes later. */
    void ended(long loopBegin) {
        logThrownByInterrupt();
        this.incidents.report(loopBegin);
        SessionException failed = this.reports.failure();
        if (failed == null) {
            SessionView session = this.session;
            this.notifier.report(
                    listener -> listener.stopped(session), this.endReported::countDown);
            return;
        }
        failed(failed);
    }

    private void logThrownByInterrupt() {
        Exception thrown = this.state.thrownByInterrupt();
        if (thrown != null && !(thrown instanceof InterruptedException)) {
            String name = this.name;
            this.notifier.execute(
                    () ->
                            logger.warn(
                                    "A call of session '{}' failed after the stop had interrupted it",
                                    name,
                                    thrown));
        }
    }

    private void failed(SessionException failed) {
        if (this.failureReports.getAndIncrement() == 0) {
            SessionView session = this.session;
            this.notifier.report(
                    listener -> listener.failed(session, failed), this.endReported::countDown);
        }
    }

    /** Starts the time that callers of stop() give the listeners. Called at the end of the run. */
    void limitListeners() {
        this.listenersDeadline = this.clock.nanoTime() + LISTENERS_TIMEOUT.toNanos();
    }

    /** Waits for the listeners until a second after the end of the run. */
    void awaitListeners() {
        if (!this.notifier.isCurrentThread()) {
            Latches.awaitUninterruptibly(
                    this.clock, this.endReported, this.listenersDeadline - this.clock.nanoTime());
        }
    }

    /** Waits until the listeners know that the run is stuck. */
    void awaitStuckReport(long deadline) {
        if (!this.notifier.isCurrentThread()) {
            Latches.awaitUninterruptibly(
                    this.clock, this.stuckReported, deadline - this.clock.nanoTime());
        }
    }
}
