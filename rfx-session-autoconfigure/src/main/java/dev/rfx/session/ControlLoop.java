package dev.rfx.session;

import dev.rfx.session.jfr.IterationEvents;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.HybridWait;
import dev.rfx.session.timing.SpinBudget;
import dev.rfx.session.timing.TimingRecorder;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The hot path: observe, select, act, record, wait. {@link #open}, {@link #close}, {@link #reset},
 * {@link #warmUp} and {@link #run} belong to the control thread; the other methods may be called
 * from any thread. {@link #run} neither allocates, locks nor logs.
 *
 * <p>Iteration <i>k</i> is due at <i>grid + k · period</i> on the monotonic clock, so neither the
 * duration of an iteration nor a late wakeup adds up. When an iteration ends after the next one was
 * due, the grid restarts at that end: the loop is late once, and does not hurry to catch up.
 */
final class ControlLoop<O, A> {

    /** Duration of one sleep of the warm-up, unless the period is shorter. */
    private static final double WARMUP_STEP_NANOS = 5e6;

    /** State of {@link #gate}: no action is being sent. */
    private static final int OPEN = 0;

    /** State of {@link #gate}: an action is being sent. */
    private static final int ACTING = 1;

    /** State of {@link #gate}: no further action is sent. */
    private static final int CLOSED = 2;

    private static final VarHandle PHASE;
    private static final VarHandle OBSERVATION;
    private static final VarHandle ACTION;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PHASE = lookup.findVarHandle(ControlLoop.class, "phase", SessionPhase.class);
            OBSERVATION = lookup.findVarHandle(ControlLoop.class, "observation", Object.class);
            ACTION = lookup.findVarHandle(ControlLoop.class, "action", Object.class);
        } catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private final Robot<O, A> robot;
    private final Policy<? super O, ? extends A> policy;
    private final double periodNanos;
    private final Clock clock;
    private final HybridWait hybridWait;
    private final TimingRecorder recorder;
    private final IterationEvents events;
    private final @Nullable RunRecorder recording;
    private final EngageGuard engageGuard;
    private final ActionGuard actionGuard = new ActionGuard();
    private final ObservationAge observationAge;

    private volatile boolean stopRequested;

    /**
     * Decides whether the control thread sends its action or a stop request comes first. An action
     * that is not being sent at the time of the stop request is never sent. If it is being sent,
     * stop() waits for the call, and the deputy thread calls robot.stop() if the call does not
     * return. Not a VarHandle: its first use allocates, and the heap may be full.
     */
    private final AtomicInteger gate = new AtomicInteger(OPEN);

    private volatile @Nullable Thread controlThread;
    private volatile SessionPhase phase = SessionPhase.RESET;

    /** The latest observation; written by the control thread, read by any thread. */
    private volatile @Nullable Object observation;

    /** The latest action; written by the control thread, read by any thread. */
    private volatile @Nullable Object action;

    // The grid, in readings of the clock; confined to the control thread.
    private long grid;
    private long ticks;
    private long due;
    private long start;

    /** The clock's reading at the begin of the loop; valid after {@link #warmUp}. */
    private volatile long begin;

    /** Largest duration of the loop, in ns. */
    private final AtomicLong limitNanos = new AtomicLong(Long.MAX_VALUE);

    ControlLoop(
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            Clock clock,
            SpinBudget spinBudget,
            TimingRecorder recorder,
            IterationEvents events,
            EngageGuard engageGuard,
            @Nullable RunRecorder recording) {
        this.robot = robot;
        this.policy = policy;
        this.periodNanos = options.periodNanos();
        this.clock = clock;
        this.hybridWait =
                new HybridWait(
                        clock,
                        options.periodNanos(),
                        options.spinWindow(),
                        options.spinBudget(),
                        spinBudget);
        this.recorder = recorder;
        this.events = events;
        this.engageGuard = engageGuard;
        this.recording = recording;
        this.observationAge =
                new ObservationAge(options.maxObservationAge(), options.maxStaleIterations());
    }

    /**
     * Takes a share of the spin budget. Called when the control thread begins, before the robot is
     * touched.
     */
    void open() {
        enter(SessionPhase.RESET); // its first use allocates, and later the heap may be full
        this.hybridWait.open();
    }

    /** Gives the share back. Allocates nothing. */
    void close() {
        this.hybridWait.close();
    }

    /** Prepares the policy, then resets the robot and the policy. */
    void reset() throws Exception {
        this.controlThread = Thread.currentThread();
        if (this.stopRequested) {
            return;
        }
        this.policy.prepare();
        if (this.stopRequested) {
            return;
        }
        O first = this.robot.reset();
        if (this.stopRequested) {
            return;
        }
        this.engageGuard.begin(first);
        this.actionGuard.expect(this.robot.actionShape());
        this.policy.reset();
        enter(SessionPhase.WARMUP);
    }

    /**
     * Waits for the end of the warm-up in many short sleeps, so that the spin window is calibrated
     * when the loop begins.
     *
     * @param end the clock's reading at the end
     */
    void warmUp(long end) {
        long step = (long) Math.min(this.periodNanos, WARMUP_STEP_NANOS);
        long now = this.clock.nanoTime();
        while (!this.stopRequested && end - now > 0) {
            now = waitUntil(now + Math.min(step, end - now), step);
        }
        this.begin = this.clock.nanoTime();
    }

    /** Iterates until a stop is requested, the duration is over, or the robot or policy throws. */
    void run() throws Exception {
        long now = this.clock.nanoTime();
        this.begin = now;
        this.start = now;
        this.due = now;
        this.grid = now;
        this.ticks = 0;
        while (!this.stopRequested && this.start - this.begin < this.limitNanos.get()) {
            iterate();
        }
    }

    /**
     * Runs one iteration and waits for the next. A method of its own: the JVM uses better code from
     * the next call on, while a loop that runs for hours keeps the code that it began with.
     */
    private void iterate() throws Exception {
        enter(SessionPhase.OBSERVE);
        O observation = this.robot.observe();
        if (observation == null) {
            throw new NullPointerException("observe() returned null");
        }
        long observed = this.clock.nanoTime();
        OBSERVATION.setRelease(this, (Object) observation);
        long timestamp = this.observationAge.timestampOf(observation, observed);
        if (this.stopRequested) {
            return;
        }
        enter(SessionPhase.POLICY);
        A action = this.policy.selectAction(observation);
        this.actionGuard.check(action);
        long selected = this.clock.nanoTime();
        boolean stale = this.observationAge.isTooOld(timestamp, selected);
        long end = selected;
        if (stale) {
            enter(SessionPhase.OBSERVE); // a failure is attributed to the observation
            this.observationAge.countStale(timestamp, selected);
            if (this.stopRequested) {
                return;
            }
        } else {
            enter(SessionPhase.ACT);
            A command = engaged(observation, action, selected);
            if (!this.gate.compareAndSet(OPEN, ACTING)) {
                return; // a stop is requested
            }
            ACTION.setRelease(this, (Object) action);
            this.robot.act(command);
            // Volatile: a stop request that found ACTING is seen by the next check of
            // stopRequested.
            this.gate.set(OPEN);
            end = this.clock.nanoTime();
        }
        this.ticks++;
        long next = this.grid + Math.round(this.ticks * this.periodNanos);
        boolean late = end - next > 0;
        int flags = flags(end - this.start, late, stale);
        this.events.iteration(
                this.recorder.count(),
                this.due,
                this.start,
                observed,
                selected,
                end,
                (flags & TimingRecorder.OVERRUN) != 0,
                (flags & TimingRecorder.LATE_WAKEUP) != 0);
        this.recorder.record(this.due, this.start, observed, selected, end, flags);

        enter(SessionPhase.WAIT);
        RunRecorder recording = this.recording;
        if (recording != null) {
            recording.iteration(
                    this.recorder.count() - 1,
                    this.due,
                    this.start,
                    observed,
                    selected,
                    end,
                    flags | this.engageGuard.flag(),
                    observation,
                    action);
        }
        if (late) {
            this.grid = end;
            next = end;
            this.ticks = 0;
        }
        this.due = next;
        this.start = waitUntil(next, this.periodNanos);
    }

    /**
     * Records the iteration that has begun and was not completed. Called by the control thread when
     * the robot has stopped.
     *
     * @param phase where the iteration ended
     */
    void recordIncomplete(SessionPhase phase) {
        RunRecorder recording = this.recording;
        boolean observed = phase == SessionPhase.POLICY || phase == SessionPhase.ACT;
        if (recording != null && (observed || phase == SessionPhase.OBSERVE)) {
            recording.incompleteIteration(
                    this.recorder.count(),
                    this.start,
                    observed ? this.observation : null,
                    this.gate.get() == ACTING ? this.action : null); // else that of the last one
        }
    }

    /** The guard returns the action, or a tensor if the action is one. */
    @SuppressWarnings("unchecked")
    private A engaged(O observation, A action, long now) {
        return (A) this.engageGuard.command(observation, action, now);
    }

    private int flags(long workNanos, boolean late, boolean stale) {
        int flags = stale ? TimingRecorder.STALE : 0;
        if (workNanos > this.periodNanos) {
            return flags | TimingRecorder.OVERRUN;
        }
        return late ? flags | TimingRecorder.LATE_WAKEUP : flags;
    }

    /**
     * Waits for a deadline, a stop request or the end of the duration, whichever comes first.
     *
     * @param intervalNanos the time from one deadline to the next, in ns
     * @return the clock's reading at the end
     */
    private long waitUntil(long deadline, double intervalNanos) {
        long now = this.clock.nanoTime();
        while (!this.stopRequested) {
            long until = deadline;
            long limit = this.limitNanos.get();
            if (this.phase == SessionPhase.WAIT && until - this.begin > limit) {
                until = this.begin + limit;
            }
            if (until - now <= 0) {
                return now;
            }
            now = this.hybridWait.until(until, now, intervalNanos);
        }
        return now;
    }

    /**
     * Publishes the phase without the fence of a volatile write: a report of a stall reads it long
     * after the write.
     */
    void enter(SessionPhase next) {
        PHASE.setOpaque(this, next);
    }

    /** Ends the loop when the call in flight returns. No further call of robot or policy begins. */
    void requestStop() {
        this.stopRequested = true;
        this.gate.compareAndSet(OPEN, CLOSED);
        wake();
    }

    boolean isStopRequested() {
        return this.stopRequested;
    }

    /** Sets the duration of the loop, counted from its begin. */
    void limit(Duration duration) {
        this.limitNanos.set(duration.toNanos());
    }

    /** Sets the duration of the loop, counted from now. A shorter one stays in force. */
    void limitFromNow(Duration duration) {
        long limit = this.clock.nanoTime() - this.begin + duration.toNanos();
        this.limitNanos.accumulateAndGet(limit, Math::min);
        wake();
    }

    /**
     * {@return whether the loop runs although its duration is over}
     *
     * @param late how long it must have been over
     */
    boolean isOverdue(Duration late) {
        long limit = this.limitNanos.get();
        return limit < Long.MAX_VALUE
                && this.phase.compareTo(SessionPhase.WARMUP) > 0
                && this.clock.nanoTime() - this.begin - limit > late.toNanos();
    }

    private void wake() {
        Thread waiting = this.controlThread;
        if (waiting != null) {
            this.hybridWait.wake(waiting);
        }
    }

    @Nullable Object latestObservation() {
        return this.observation;
    }

    @Nullable Object latestAction() {
        return this.action;
    }

    EngageState engageState() {
        return this.engageGuard.state();
    }

    SessionPhase phase() {
        return this.phase;
    }

    long begin() {
        return this.begin;
    }
}
