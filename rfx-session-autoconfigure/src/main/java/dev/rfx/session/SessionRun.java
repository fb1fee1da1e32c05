package dev.rfx.session;

import dev.rfx.session.jfr.IterationEvents;
import dev.rfx.session.thread.ThreadStatus;
import dev.rfx.session.thread.ThreadTuning;
import dev.rfx.session.thread.TunedThread;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.SpinBudget;
import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One run of a session, from start to end: composes the owners of its parts and drives the robot on
 * its control thread.
 *
 * <p>Nothing of a run is used by the next one. A thread that returns late finds its own run ended,
 * and cannot touch a robot that another run drives. Every part is created with the run, so that the
 * way to {@link Robot#stop()} allocates nothing.
 */
final class SessionRun {

    private final SessionContext context;
    private final BiFunction<SessionRun, SessionException, @Nullable RestartPlan> restarts;
    private final Clock clock;
    private final Thread controlThread;
    private final RunReservation reservation;
    private final RunState state;
    private final TimingRecorder recorder;
    private final @Nullable RunRecorder recording;
    private final ControlLoop<Object, Object> loop;
    private final InterruptGate gate;
    private final SafeStop safeStop;
    private final RunReports reports;
    private final IncidentReport incidents;
    private final RunEvents events;
    private final RunControl control;
    private final StallWatch stallWatch;

    private volatile @Nullable TunedThread tunedThread;

    /**
     * Creates a run. Starts no thread.
     *
     * @param device the robot behind all decorators
     * @param duration the limit of the run, or null
     * @param restarts plans what follows a failure; called once, before the state says FAILED
     * @param stopSession stops the session without waiting; called when the JVM ends
     */
    SessionRun(
            SessionContext context,
            Object device,
            @Nullable Duration duration,
            BiFunction<SessionRun, SessionException, @Nullable RestartPlan> restarts,
            Runnable stopSession) {
        SessionOptions options = context.options();
        SessionThreads threads = context.threads();
        boolean virtual = context.platform().isVirtual();
        this.context = context;
        this.restarts = restarts;
        this.clock = context.clock();
        this.recorder =
                new TimingRecorder(
                        options.maxTimingSamples(),
                        virtual ? (from, to) -> 0 : GcPauses.OF_THE_JVM::nanosWithin);
        this.recording = context.recorder() == null ? null : context.recorder().newRun();
        this.loop =
                new ControlLoop<>(
                        context.robot(),
                        context.policy(),
                        options,
                        this.clock,
                        virtual ? new SpinBudget(1) : SpinBudget.OF_THE_JVM,
                        this.recorder,
                        new IterationEvents(options.name()),
                        new EngageGuard(context.robot(), context.policy(), options.engage()),
                        this.recording);
        if (duration != null) {
            this.loop.limit(duration);
        }
        this.controlThread = threads.create(this::drive, "");
        this.state = new RunState(this.clock);
        this.gate = new InterruptGate(this.controlThread);
        this.safeStop =
                new SafeStop(
                        context.robot(),
                        this.state,
                        this.gate,
                        threads,
                        this.controlThread,
                        this::end);
        this.reports =
                new RunReports(
                        options,
                        this.clock,
                        this.state,
                        this.loop,
                        this.recorder,
                        this.controlThread);
        this.incidents =
                new IncidentReport(options, this.recorder, context.readings(), context.notifier());
        this.events =
                new RunEvents(context, this.state, this.reports, this.incidents, this.recording);
        this.control =
                new RunControl(
                        context,
                        this.state,
                        this.loop,
                        this.gate,
                        this.safeStop,
                        this.reports,
                        this.events,
                        this.recording);
        this.reservation =
                new RunReservation(
                        context.session(),
                        device,
                        virtual
                                ? null
                                : threads.create(
                                        () -> this.control.stopInDyingJvm(stopSession),
                                        "-shutdown"));
        this.stallWatch =
                new StallWatch(
                        context,
                        this.state,
                        this.loop,
                        this.recorder,
                        this.gate,
                        this.safeStop,
                        this.reports,
                        this.events,
                        this.incidents,
                        this.control::declareStuck);
    }

    // ---- the beginning, on the caller's thread

    /**
     * Takes what the run needs for itself. Called once, before the run is installed; a run that is
     * refused here leaves the session unchanged.
     *
     * @throws RobotInUseException if a run of another session drives the robot
     * @throws JvmEndsException if the JVM ends
     */
    void reserve() {
        this.reservation.take();
    }

    /** Takes back {@link #reserve()} for a run that was not installed. */
    void discard() {
        this.state.discard();
        this.reservation.giveBackRobot();
        this.reservation.removeShutdownHook();
        this.control.end(); // the hook may be waiting for it
    }

    /** Starts the control thread. Called once, after the run is installed. */
    void begin() {
        try {
            this.stallWatch.begin();
            this.controlThread.start();
        } catch (Throwable ex) {
            // No thread is available; the robot was not touched.
            this.state.beginStop();
            this.state.thrown(ex, this.loop.phase(), this.recorder.count());
            this.safeStop.release();
        }
    }

    // ---- the run, on the control thread

    private void drive() {
        this.loop.open();
        try {
            if (this.recording != null) {
                this.recording.begin(); // before anything that can fail
            }
            tuneThread();
            this.loop.reset();
            long warm = this.clock.nanoTime() + this.context.options().warmup().toNanos();
            if (!this.context.platform().isVirtual()) {
                LoopWarmup.once(
                        () -> !this.loop.isStopRequested() && warm - this.clock.nanoTime() > 0);
            }
            this.loop.warmUp(warm);
            if (this.state.beginLoop()) {
                this.control.decideStart();
                this.incidents.begin();
                this.events.started();
                if (this.loop.engageState() == EngageState.UNAVAILABLE) {
                    this.events.notRamped();
                }
                runLoop();
            }
        } catch (Throwable ex) {
            if (this.gate.wasInterrupted() && ex instanceof Exception answer) {
                this.state.thrownByInterrupt(answer);
            } else {
                this.state.thrown(ex, this.loop.phase(), this.recorder.count());
            }
        } finally {
            finish();
        }
    }

    private void runLoop() throws Exception {
        try {
            this.loop.run();
        } catch (EndOfRunException ex) {
            // Robot or policy is at its end, which is no failure.
        }
    }

    private void tuneThread() {
        ThreadTuning tuning = this.context.threads().tuning();
        TunedThread thread = tuning.tune();
        this.tunedThread = thread;
        ThreadStatus status = thread.status();
        if (status != null && tuning.isToBeWarnedOf(status)) {
            this.events.threadIncomplete(status);
        }
    }

    /**
     * Brings the robot to its safe state. Every run ends here. Nothing comes before robot.stop()
     * that could prevent it: nothing is allocated, because the heap may be full, and nothing is
     * logged, because the log may block.
     */
    private void finish() {
        try {
            this.loop.requestStop();
            this.state.beginStop();
            this.gate.close();
        } finally {
            try {
                SessionPhase endedIn = this.loop.phase();
                if (this.safeStop.claim()) {
                    try {
                        this.loop.enter(SessionPhase.STOP);
                    } finally {
                        this.safeStop.stopRobot();
                    }
                }
                this.loop.recordIncomplete(endedIn);
            } finally {
                this.loop.close();
                this.safeStop.release();
            }
        }
    }

    // ---- the end, on the last thread that could call the robot

    /** Ends the run, whatever fails here: the robot is safe. */
    private void end() {
        this.reservation.giveBackRobot();
        RestartPlan restart = null;
        try {
            SessionException failed = this.reports.completeFailure();
            // Before the state says FAILED: no reader sees a failure whose restart is not planned.
            restart = failed == null ? null : this.restarts.apply(this, failed);
        } catch (Throwable ex) {
            // Without memory for this, or for a class that it needs, a restart would not succeed.
        }
        this.state.end();
        try {
            try {
                try {
                    endRecording(restart);
                } finally {
                    this.stallWatch.end();
                }
            } finally {
                // Not before: a JVM that ends meanwhile waits for the failure to be reported.
                this.reservation.removeShutdownHook();
                this.events.ended(this.loop.begin());
            }
        } catch (Throwable ex) {
            // The state says what happened; there is no memory to say more.
        }
        TunedThread thread = this.tunedThread;
        if (thread != null) {
            thread.release(); // before a restart, whose thread asks for its own
        }
        try {
            if (restart != null) {
                restart.report().run();
            }
        } catch (Throwable ex) {
            // There is no memory to report that the restart cannot begin.
        } finally {
            this.events.limitListeners();
            this.control.end();
        }
    }

    private void endRecording(@Nullable RestartPlan restart) {
        if (this.recording != null) {
            this.recording.end(this.reports.failure(), restart == null ? null : restart.restart());
        }
    }

    // ---- its parts, for any thread

    RunControl control() {
        return this.control;
    }

    SessionState state() {
        return this.state.get();
    }

    boolean loopBegan() {
        return this.state.loopBegan();
    }

    RunReports reports() {
        return this.reports;
    }

    TimingRecorder recorder() {
        return this.recorder;
    }

    Duration elapsed() {
        return this.reports.elapsed(this.control.hasEnded());
    }

    @Nullable ThreadStatus threadStatus() {
        TunedThread thread = this.tunedThread;
        return thread == null ? null : thread.status();
    }

    Map<String, String> policyDetails() {
        return this.loop.policyDetails();
    }

    @Nullable Object latestObservation() {
        return this.loop.latestObservation();
    }

    @Nullable Object latestAction() {
        return this.loop.latestAction();
    }
}
