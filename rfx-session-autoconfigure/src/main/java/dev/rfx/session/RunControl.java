package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stops one run from outside, and waits for its start and its end. Any thread. A stop request
 * allocates nothing, because the heap may be full.
 */
final class RunControl {

    /** How long callers of stop() wait for robot.stop() and the report once the run is stuck. */
    private static final Duration STUCK_TIMEOUT = Duration.ofMillis(500);

    /** How late a run may end by its duration before the caller of run() ends it. */
    private static final Duration OVERDUE = Duration.ofMillis(100);

    /** How long callers of stop() wait until the file of the recording is closed. */
    private static final Duration RECORDER_TIMEOUT = Duration.ofSeconds(1);

    private final SessionOptions options;
    private final Clock clock;
    private final RunState state;
    private final ControlLoop<?, ?> loop;
    private final InterruptGate gate;
    private final SafeStop safeStop;
    private final RunReports reports;
    private final RunEvents events;
    private final @Nullable RunRecorder recording;

    private final CountDownLatch startDecided = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile long stuckDeadline;

    RunControl(
            SessionContext context,
            RunState state,
            ControlLoop<?, ?> loop,
            InterruptGate gate,
            SafeStop safeStop,
            RunReports reports,
            RunEvents events,
            @Nullable RunRecorder recording) {
        this.options = context.options();
        this.clock = context.clock();
        this.state = state;
        this.loop = loop;
        this.gate = gate;
        this.safeStop = safeStop;
        this.reports = reports;
        this.events = events;
        this.recording = recording;
    }

    /** Announces that the loop has begun or never will. */
    void decideStart() {
        this.startDecided.countDown();
    }

    /** Announces that the run has ended. */
    void end() {
        this.ended.countDown();
        this.startDecided.countDown();
    }

    boolean hasEnded() {
        return this.ended.getCount() == 0;
    }

    /** Lets the loop end by itself after a time from now, unless it ends earlier. */
    void limitFromNow(Duration limit) {
        this.loop.limitFromNow(limit);
    }

    /** Asks the run to end and returns at once. */
    void requestStop() {
        this.state.beginStop();
        this.loop.requestStop();
        if (!this.state.loopBegan() && !isRobotThread()) {
            // A reset may take arbitrarily long, unlike an iteration that is nearly done.
            this.gate.interrupt();
        }
    }

    /**
     * Waits until no thread can call the robot any more: half of the stop timeout; then interrupts
     * the call in flight and waits for the other half. Returns at once on a thread of the run.
     *
     * @throws SessionUnresponsiveException if the control thread ignores the interrupt
     */
    void awaitEnd() {
        if (isRobotThread()) {
            return;
        }
        long half = this.options.stopTimeout().toNanos() / 2;
        if (this.state.get() != SessionState.STUCK && !await(this.ended, half)) {
            this.gate.interrupt();
            if (!await(this.ended, half)) {
                declareStuck();
            }
        }
        // Counted from the event, not from this call: the waits of several callers, or of one that
        // stops several sessions, do not add up.
        if (!hasEnded()) {
            await(this.safeStop.robotStopped(), this.stuckDeadline - this.clock.nanoTime());
            this.events.awaitStuckReport(this.stuckDeadline);
        }
        if (!hasEnded()) {
            throw this.reports.stuck();
        }
        this.events.awaitListeners();
        if (this.recording != null) {
            this.recording.awaitEnd(RECORDER_TIMEOUT);
        }
    }

    /**
     * Stops the run and waits for its end. Called by its shutdown hook.
     *
     * @param stopSession stops the run that is installed by now, without waiting
     */
    void stopInDyingJvm(Runnable stopSession) {
        requestStop(); // this run, in case it is not installed yet
        stopSession.run();
        try {
            awaitEnd();
        } catch (SessionUnresponsiveException ex) {
            // It is reported, and nothing more can be done for the robot.
        }
    }

    private boolean await(CountDownLatch latch, long nanos) {
        return Latches.awaitUninterruptibly(this.clock, latch, nanos);
    }

    /** Called by callers of stop() and by the watchdog; the first one acts. Never blocks. */
    void declareStuck() {
        this.stuckDeadline = this.clock.nanoTime() + STUCK_TIMEOUT.toNanos();
        if (!this.state.declareStuck()) {
            return;
        }
        boolean stuck = this.safeStop.takeOver();
        this.startDecided.countDown();
        if (stuck) {
            this.events.stuck();
        }
    }

    /** Waits until the loop has begun or never will. Returns at once on a thread of the run. */
    void awaitStart() throws InterruptedException {
        if (!isRobotThread() && this.startDecided.getCount() > 0) {
            Latches.await(this.clock, this.startDecided, Long.MAX_VALUE);
        }
    }

    boolean awaitEnded(Duration timeout) throws InterruptedException {
        requireThatThisThreadCanWait();
        return Latches.await(this.clock, this.ended, TimeUnit.NANOSECONDS.convert(timeout));
    }

    /** Waits for the end, or until the caller has to bring it, because a call does not return. */
    void awaitEndedOrOverdue() throws InterruptedException {
        requireThatThisThreadCanWait();
        while (!Latches.await(this.clock, this.ended, OVERDUE.toNanos())) {
            if (this.loop.isOverdue(OVERDUE)
                    || (this.state.get() != SessionState.RUNNING && this.reports.isStalled())) {
                return;
            }
        }
    }

    /** Refuses to let the robot or the policy wait for the end of their own run. */
    void requireThatThisThreadCanWait() {
        if (isRobotThread()) {
            throw new IllegalStateException(
                    "The robot and the policy of session '%s' cannot wait for its end: the run ends after their call"
                            .formatted(this.options.name()));
        }
    }

    /** {@return whether the calling thread brings the end of the run, and so cannot wait for it} */
    boolean isRobotThread() {
        return this.safeStop.isRobotThread();
    }
}
