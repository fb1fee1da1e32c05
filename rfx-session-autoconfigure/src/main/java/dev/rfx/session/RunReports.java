package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.IterationRecord;
import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Builds the reports of one run: failure, stall, snapshot, totals. Any thread; never blocks. */
final class RunReports {

    private final SessionOptions options;
    private final Clock clock;
    private final RunState state;
    private final ControlLoop<?, ?> loop;
    private final TimingRecorder recorder;
    private final Thread controlThread;

    /** Built by the first reader: the control thread has no time for it. */
    private final AtomicReference<@Nullable SessionException> failure = new AtomicReference<>();

    private final RunStatistics statistics;
    private volatile boolean failureReported;

    RunReports(
            SessionOptions options,
            Clock clock,
            RunState state,
            ControlLoop<?, ?> loop,
            TimingRecorder recorder,
            Thread controlThread) {
        this.options = options;
        this.clock = clock;
        this.state = state;
        this.loop = loop;
        this.recorder = recorder;
        this.controlThread = controlThread;
        this.statistics = new RunStatistics(options.periodNanos(), clock, recorder);
    }

    /**
     * {@return whether the control thread makes no progress} Allocates nothing: a full heap may be
     * the reason.
     */
    boolean isStalled() {
        return switch (this.state.get()) {
            case RUNNING -> {
                long watchdog = this.options.effectiveWatchdogNanos();
                yield watchdog > 0 && nanosSinceLastIteration() > watchdog;
            }
            case STOPPING -> this.state.stoppingNanos() > this.options.stopTimeout().toNanos();
            case STUCK -> true;
            default -> false;
        };
    }

    private long nanosSinceLastIteration() {
        long last = this.recorder.count() == 0 ? this.loop.begin() : this.recorder.lastEnd();
        return Math.max(this.clock.nanoTime() - last, 0);
    }

    /** {@return what the control thread does not return from, or null if it makes progress} */
    @Nullable SessionUnresponsiveException unresponsive() {
        return switch (this.state.get()) {
            case STUCK -> stuck();
            case STOPPING -> isStalled() ? stuck() : null;
            case RUNNING -> isStalled() ? stalled() : null;
            default -> null;
        };
    }

    SessionUnresponsiveException stalled() {
        return SessionUnresponsiveException.stalled(
                this.options.name(),
                this.loop.phase(),
                this.recorder.count(),
                Duration.ofNanos(nanosSinceLastIteration()),
                recentIterations(),
                this.controlThread);
    }

    SessionUnresponsiveException stuck() {
        SessionUnresponsiveException stuck =
                SessionUnresponsiveException.stuck(
                        this.options.name(),
                        this.loop.phase(),
                        this.recorder.count(),
                        Duration.ofNanos(this.state.stoppingNanos()),
                        recentIterations(),
                        this.controlThread);
        SessionException failed = failure();
        if (failed != null) {
            stuck.addSuppressed(failed);
        }
        return stuck;
    }

    /** Makes a report that was taken before the run failed the failure. */
    void failedWith(@Nullable SessionException report) {
        this.failure.compareAndSet(null, report);
    }

    /** {@return the failure of the run, or null if it has not failed} */
    @Nullable SessionException failure() {
        SessionException known = this.failure.get();
        if (known != null) {
            return known;
        }
        SessionException built = buildFailure();
        if (built == null) {
            return null;
        }
        return this.failure.compareAndSet(null, built) ? built : this.failure.get();
    }

    /**
     * {@return the failure with whatever else was thrown, or null} Called at the end of the run,
     * when the robot has stopped, before the failure is reported.
     */
    @Nullable SessionException completeFailure() {
        SessionException failed = failure();
        if (failed != null) {
            addSuppressed(failed, this.state.thrown());
            addSuppressed(failed, this.state.thrownByRobotStop());
        }
        return failed;
    }

    private static void addSuppressed(SessionException failure, @Nullable Throwable other) {
        // The robot or the policy may rethrow an exception that the session has thrown.
        if (other != null && other != failure && other != failure.getCause()) {
            failure.addSuppressed(other);
        }
    }

    private @Nullable SessionException buildFailure() {
        if (this.state.failedByStall()) {
            return stalled();
        }
        Throwable cause = this.state.thrown();
        if (cause != null) {
            return failed(this.state.thrownIn(), this.state.thrownAt(), cause);
        }
        cause = this.state.thrownByRobotStop();
        return cause == null ? null : failed(SessionPhase.STOP, this.recorder.count(), cause);
    }

    private SessionException failed(SessionPhase phase, long iteration, Throwable cause) {
        return SessionException.failed(
                this.options.name(), phase, iteration, recentIterations(), cause);
    }

    /** {@return the failure, and remembers that a caller has received it} */
    @Nullable SessionException reportFailure() {
        SessionException failed = failure();
        if (failed != null) {
            this.failureReported = true;
        }
        return failed;
    }

    /** Throws the failure, if there is one, and remembers that a caller has received it. */
    void throwFailure() {
        SessionException failed = reportFailure();
        if (failed != null) {
            throw failed;
        }
    }

    /** Throws the failure, or else what the control thread does not return from. */
    void throwProblem() {
        throwFailure();
        SessionUnresponsiveException unresponsive = unresponsive();
        if (unresponsive != null) {
            throw unresponsive;
        }
    }

    /** As {@link #throwFailure()}, unless a caller has received the failure. */
    void throwUnreportedFailure() {
        if (!this.failureReported) {
            throwFailure();
        }
    }

    SessionSnapshot snapshot(@Nullable RestartStatus restart) {
        SessionState now = this.state.get();
        RunStatistics.Window window = this.statistics.window(!now.isActive());
        return new SessionSnapshot(
                now,
                this.statistics.stats(window),
                window.iterations(),
                window.overruns(),
                now.isActive() && this.state.loopBegan()
                        ? Duration.ofNanos(nanosSinceLastIteration())
                        : null,
                isStalled(),
                this.loop.engageState(),
                failure(),
                restart);
    }

    SessionStats stats() {
        return this.statistics.stats(this.statistics.window(!this.state.get().isActive()));
    }

    SessionTotals totals() {
        return SessionTotals.of(
                this.recorder.counts(), this.state.stalls(), this.state.hasFailed() ? 1 : 0);
    }

    List<IterationRecord> recentIterations() {
        return this.recorder.recent(this.loop.begin());
    }

    long[] periodNanos() {
        return this.statistics.periodNanos();
    }

    /** Lets the statistics count from now on. */
    void resetStatistics() {
        this.statistics.reset();
    }

    /**
     * {@return how long the loop has run}
     *
     * @param ended whether the run has ended
     */
    Duration elapsed(boolean ended) {
        if (!this.state.loopBegan() || (ended && this.recorder.count() == 0)) {
            return Duration.ZERO;
        }
        long now = ended ? this.recorder.lastEnd() : this.clock.nanoTime();
        return Duration.ofNanos(now - this.loop.begin());
    }
}
