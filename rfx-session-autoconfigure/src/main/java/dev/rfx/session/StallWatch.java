package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;
import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Inspects one run from outside its control thread: reports or stops a stalled loop, and enforces
 * the stop timeout. Inspections are confined to the watchdog's thread. What stops the robot
 * allocates nothing, and comes before everything that does.
 */
final class StallWatch {

    /** Number of inspections within the shortest timeout. */
    private static final int INSPECTIONS = 10;

    private static final Duration MIN_INTERVAL = Duration.ofMillis(1);
    private static final Duration MAX_INTERVAL = Duration.ofMillis(100);
    private static final long NO_STALL = -1;

    private final SessionOptions options;
    private final boolean virtual;
    private final Clock clock;
    private final Scheduler scheduler;
    private final RunState state;
    private final ControlLoop<?, ?> loop;
    private final TimingRecorder recorder;
    private final InterruptGate gate;
    private final SafeStop safeStop;
    private final RunReports reports;
    private final RunEvents events;
    private final IncidentReport incidents;
    private final Runnable declareStuck;

    /** The iterations completed when the present stall was found. */
    private long stalledAfter = NO_STALL;

    private boolean failureReported;

    private volatile Runnable endOfInspections = () -> {};
    private volatile boolean listensToGc;

    StallWatch(
            SessionContext context,
            RunState state,
            ControlLoop<?, ?> loop,
            TimingRecorder recorder,
            InterruptGate gate,
            SafeStop safeStop,
            RunReports reports,
            RunEvents events,
            IncidentReport incidents,
            Runnable declareStuck) {
        this.options = context.options();
        this.virtual = context.platform().isVirtual();
        this.clock = context.clock();
        this.scheduler = context.scheduler();
        this.state = state;
        this.loop = loop;
        this.recorder = recorder;
        this.gate = gate;
        this.safeStop = safeStop;
        this.reports = reports;
        this.events = events;
        this.incidents = incidents;
        this.declareStuck = declareStuck;
    }

    /**
     * Begins to inspect, and to listen to the garbage collector. Called before the control thread
     * starts, while there is memory.
     */
    void begin() {
        if (!this.virtual) {
            GcPauses.OF_THE_JVM.join();
            this.listensToGc = true;
        }
        // Loads what inspections and callers of stop() need, while there is memory.
        this.reports.isStalled();
        Latches.awaitUninterruptibly(this.clock, new CountDownLatch(0), 0);
        this.endOfInspections = this.scheduler.every(interval(), this::isNeeded, this::inspect);
    }

    /** Ends the inspections. Called once, by the thread that ends the run. */
    void end() {
        try {
            this.endOfInspections.run();
        } finally {
            if (this.listensToGc) {
                GcPauses.OF_THE_JVM.leave();
            }
        }
    }

    private Duration interval() {
        long watched = this.options.stopTimeout().toNanos();
        long watchdog = this.options.effectiveWatchdogNanos();
        if (watchdog > 0) {
            watched = Math.min(watched, watchdog);
        }
        Duration interval = Duration.ofNanos(watched / INSPECTIONS);
        if (interval.compareTo(MIN_INTERVAL) < 0) {
            return MIN_INTERVAL;
        }
        return interval.compareTo(MAX_INTERVAL) > 0 ? MAX_INTERVAL : interval;
    }

    /** {@return whether an inspection would find anything} */
    private boolean isNeeded() {
        SessionState now = this.state.get();
        return now == SessionState.STOPPING
                || (now == SessionState.RUNNING
                        && (this.stalledAfter != NO_STALL || this.reports.isStalled()))
                || this.incidents.isDue(this.clock.nanoTime());
    }

    /** Inspects the run once. */
    private void inspect() {
        try {
            // No switch: it would load a class, and the heap may be full.
            SessionState now = this.state.get();
            if (now == SessionState.RUNNING) {
                inspectLoop();
            } else if (now == SessionState.STOPPING) {
                inspectStop();
            }
            this.incidents.reportIfDue(this.clock.nanoTime(), this.loop.begin());
        } catch (Throwable ex) {
            if (!this.failureReported) {
                this.failureReported = true;
                this.events.watchdogFailed(ex);
            }
        }
    }

    private void inspectStop() {
        long stopping = this.state.stoppingNanos();
        long timeout = this.options.stopTimeout().toNanos();
        if (stopping > timeout / 2) {
            this.gate.interruptOnce();
        }
        if (stopping > timeout) {
            this.declareStuck.run();
        }
    }

    private void inspectLoop() {
        long completed = this.recorder.count();
        if (this.stalledAfter != NO_STALL && completed > this.stalledAfter) {
            this.stalledAfter = NO_STALL;
            this.events.noLongerStalled(completed - 1);
        }
        if (this.stalledAfter != NO_STALL || !this.reports.isStalled()) {
            return;
        }
        if (this.options.watchdogAction() == WatchdogAction.STOP_ROBOT) {
            stopStalledRobot(completed);
        } else {
            SessionUnresponsiveException stall = this.reports.stalled();
            if (countStall()) {
                report(stall, completed);
            }
        }
    }

    /** Counts a stall, unless the run has ended: its totals are final then. */
    private boolean countStall() {
        synchronized (this.gate) {
            if (this.gate.isOpen()) {
                this.state.countStall();
            }
            return this.gate.isOpen();
        }
    }

    private void stopStalledRobot(long completed) {
        SessionUnresponsiveException stall = null;
        try {
            stall = this.reports.stalled(); // now: an interrupt moves the thread elsewhere
        } catch (Throwable ex) {
            // The robot comes first; a later reader builds the report when there is memory.
        }
        if (!failByStall(completed, stall)) {
            return;
        }
        try {
            this.safeStop.takeOver();
            if (this.reports.failure() instanceof SessionUnresponsiveException reported) {
                report(reported, completed);
            }
        } finally {
            this.safeStop.release();
        }
    }

    /**
     * Fails the run by a stall, unless it has made progress or come to its end. The lock decides:
     * once the control thread has closed the gate, no other thread changes why the run ended. The
     * calling thread then counts as one that may call the robot, so that the run does not end
     * before the stall is reported.
     */
    private boolean failByStall(long completed, @Nullable SessionUnresponsiveException stall) {
        synchronized (this.gate) {
            if (!this.gate.isOpen()
                    || this.recorder.count() != completed
                    || !this.state.failByStall()) {
                return false;
            }
            this.reports.failedWith(stall);
            this.loop.requestStop();
            this.safeStop.join();
            return true;
        }
    }

    private void report(SessionUnresponsiveException stall, long completed) {
        this.stalledAfter = completed;
        this.events.stalled(stall);
    }
}
