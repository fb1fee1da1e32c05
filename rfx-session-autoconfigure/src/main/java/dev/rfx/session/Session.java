package dev.rfx.session;

import dev.rfx.session.thread.ThreadStatus;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.IterationReader;
import dev.rfx.session.timing.IterationRecord;
import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Connects a policy to a robot and keeps the connection on time and safe.
 *
 * <p>A run begins with {@link #start()}: on a thread of its own the session resets the robot and
 * the policy, waits for the warm-up to pass, and then observes, selects and acts at a fixed rate.
 * It ends with {@link #stop()}, when its duration is over, or when robot or policy throw anything;
 * whatever ends it, {@link Robot#stop()} is then called exactly once. When the JVM ends (Ctrl-C,
 * SIGTERM, {@code System.exit}, the last thread that is no daemon) a shutdown hook stops the
 * session first. A session can be started again, and counts anew then.
 *
 * <pre>{@code
 * try (Session session = new Session(robot, policy)) {
 *     session.run(Duration.ofSeconds(10));
 *     System.out.println(session.stats());
 * }
 * }</pre>
 *
 * <p><b>Threading.</b> Every method may be called from any thread, also from within the robot, the
 * policy or a listener, but that robot and policy cannot wait for the end of their own run. Nothing
 * that is read here makes the control thread wait.
 */
public final class Session implements AutoCloseable {

    private final Robot<Object, Object> robot;
    private final Policy<Object, Object> policy;
    private final SessionOptions options;
    private final Clock clock;
    private final Scheduler scheduler;
    private final SessionThreads threads;
    private final Notifier notifier;
    private final RobotReadings readings;
    private final AtomicReference<Runs> runs = new AtomicReference<>(Runs.NONE);
    private final Restarts restarts;
    private volatile @Nullable Object device;

    /**
     * Creates a session with default options. Nothing moves yet.
     *
     * @param robot the robot to drive
     * @param policy the policy that drives it
     * @param <O> the type of an observation
     * @param <A> the type of an action
     */
    public <O, A> Session(Robot<O, A> robot, Policy<? super O, ? extends A> policy) {
        this(robot, policy, SessionOptions.defaults());
    }

    /**
     * Creates a session. Nothing moves yet.
     *
     * @param robot the robot to drive
     * @param policy the policy that drives it
     * @param options rate, name and the rest
     * @param <O> the type of an observation
     * @param <A> the type of an action
     */
    public <O, A> Session(
            Robot<O, A> robot, Policy<? super O, ? extends A> policy, SessionOptions options) {
        this(robot, policy, options, Clock.SYSTEM, Watchdog.OF_THE_JVM);
    }

    <O, A> Session(
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            Clock clock,
            Scheduler scheduler) {
        this(robot, policy, options, clock, scheduler, new SessionThreads(options));
    }

    /** Here the types meet: the compiler has checked that they fit, and nobody asks again. */
    @SuppressWarnings("unchecked")
    <O, A> Session(
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            Clock clock,
            Scheduler scheduler,
            SessionThreads threads) {
        this.robot = (Robot<Object, Object>) Objects.requireNonNull(robot, "robot");
        this.policy = (Policy<Object, Object>) Objects.requireNonNull(policy, "policy");
        this.options = Objects.requireNonNull(options, "options");
        this.clock = clock;
        this.scheduler = scheduler;
        this.threads = threads;
        this.notifier = new Notifier(this.threads);
        this.notifier.add(new FlightRecorderListener(options.name()));
        this.notifier.add(new SessionLog(robot, policy));
        this.readings = new RobotReadings(robot, this.threads);
        this.restarts =
                new Restarts(this, this.runs, this.notifier, clock, scheduler, this::restart);
    }

    /**
     * Connects a policy to a robot for one run, in the calling thread's time.
     *
     * @param robot the robot to drive
     * @param policy the policy that drives it
     * @param options rate, name and the rest
     * @param duration how long, or null to run until the JVM ends, the calling thread is
     *     interrupted, or the policy stops it by throwing
     * @param <O> the type of an observation
     * @param <A> the type of an action
     * @return the statistics of the run
     * @throws SessionException if robot or policy failed
     */
    public static <O, A> SessionStats run(
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            @Nullable Duration duration) {
        try (Session session = new Session(robot, policy, options)) {
            session.run(duration);
            return session.stats();
        }
    }

    /**
     * Starts a run and returns when its loop has begun. Does nothing while the session runs, and
     * waits with the other caller while it is being started. Also returns, with the session
     * stopped, when {@link #stop()} is called meanwhile or when the calling thread is interrupted.
     * A reset that hangs keeps this method waiting until another thread calls {@link #stop()}.
     *
     * <p>If the start fails, this method throws, and a {@link RestartPolicy} may start the session
     * again later. A caller that gives up then uses {@link #startOnce()}.
     *
     * @throws SessionException if the robot or the policy could not be reset
     * @throws SessionUnresponsiveException if the control thread of the last run still hangs
     * @throws RobotInUseException if another session drives the same robot
     * @throws IllegalStateException if called from within a run that is ending, or while the JVM
     *     ends
     */
    public void start() {
        start(Runs.Restartable.ALWAYS);
    }

    /**
     * As {@link #start()}, for a caller that handles a failed start itself: if this method throws,
     * no {@link RestartPolicy} starts the session later. The policy applies to failures after the
     * loop has begun.
     *
     * @throws SessionException if the robot or the policy could not be reset
     * @throws SessionUnresponsiveException if the control thread of the last run still hangs
     * @throws RobotInUseException if another session drives the same robot
     * @throws IllegalStateException if called from within a run that is ending, or while the JVM
     *     ends
     */
    public void startOnce() {
        start(Runs.Restartable.ONCE_BEGUN);
    }

    private void start(Runs.Restartable restartable) {
        Claim claim = claim(this.options.duration(), restartable);
        claim.begin();
        awaitStart(claim.run());
    }

    /**
     * Makes the caller one of the run in progress, or installs the next run. A run that is
     * installed has the robot and the shutdown hook, and the caller begins it.
     */
    private Claim claim(@Nullable Duration duration, Runs.Restartable restartable) {
        while (true) {
            Runs before = this.runs.get();
            SessionRun current = before.current();
            if (current != null) {
                SessionState state = current.state();
                if (state == SessionState.STARTING || state == SessionState.RUNNING) {
                    // One step: the restart of a failed run is planned in this value, too, so
                    // either the plan sees the rule or this caller sees the plan.
                    if (this.runs.compareAndSet(before, before.restrictedTo(restartable))) {
                        return new Claim(current, false);
                    }
                    continue;
                }
                if (!current.hasEnded() && current.isRobotThread()) {
                    throw new IllegalStateException(
                            "Session '%s' cannot be started from within a run that is ending"
                                    .formatted(name()));
                }
                if (restartable != Runs.Restartable.ALWAYS && before != before.dismissed()) {
                    // Whatever is thrown from here on: this caller handles it, and nothing moves
                    // later by itself.
                    if (this.runs.compareAndSet(before, before.dismissed())) {
                        before.cancelRestart();
                    }
                    continue;
                }
                current.awaitEnd();
            }
            Claim next = new Claim(newRun(duration), true);
            if (install(before, next.run(), before.totals(), restartable)) {
                return next;
            }
        }
    }

    /**
     * Of several callers one replaces the run that it saw to be over; the others look again.
     * Nothing is allocated between the replacement and the begin of the run.
     */
    private boolean install(
            Runs before, SessionRun next, SessionTotals totals, Runs.Restartable restartable) {
        boolean installed = false;
        next.reserve();
        try {
            installed = this.runs.compareAndSet(before, before.then(next, totals, restartable));
        } finally {
            if (!installed) {
                next.discard();
            }
        }
        if (installed) {
            before.cancelRestart();
        }
        return installed;
    }

    /** Starts the next run after a failure, unless another caller was faster. */
    private void restart(Runs before) {
        SessionRun next = newRun(this.options.duration());
        SessionTotals totals = before.totals().plus(SessionTotals.ONE_RESTART);
        if (install(before, next, totals, Runs.Restartable.ALWAYS)) {
            next.begin();
        }
    }

    private SessionRun newRun(@Nullable Duration duration) {
        return new SessionRun(
                this,
                this.robot,
                device(),
                this.policy,
                this.notifier,
                this.readings,
                this.restarts,
                this.threads,
                this.clock,
                this.scheduler,
                duration);
    }

    /**
     * Asked for at the first start, not by the constructor: the robot may be a proxy of a bean that
     * is created later. A restart comes after a start, so the watchdog never asks.
     */
    private Object device() {
        Object known = this.device;
        if (known == null) {
            // Null only from a mock, and nullness is not checked there.
            known = Objects.requireNonNullElse(this.robot.device(), this.robot);
            this.device = known;
        }
        return known;
    }

    /**
     * A run that the caller starts, or joins.
     *
     * @param own whether the caller installed it: then the caller begins it, with its duration
     */
    private record Claim(SessionRun run, boolean own) {

        void begin() {
            if (this.own) {
                this.run.begin();
            }
        }
    }

    private void awaitStart(SessionRun run) {
        try {
            run.awaitStart();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            dismiss(run);
            run.awaitEnd();
        }
        if (!run.loopBegan()) {
            SessionException failed = run.reportFailure();
            if (failed == null) {
                failed = run.hang();
            }
            if (failed != null) {
                throw failed;
            }
        }
    }

    /**
     * Ends the run and returns when no method of the robot will be called any more and the
     * listeners have returned (or have had a second since the end). An action that was not yet sent
     * is not sent. Called from within the robot or the policy, it returns at once and the run ends
     * with that call. Does nothing when the session does not run.
     *
     * <p>A call in flight has half of the stop timeout to come back; then it is interrupted (a
     * reset is interrupted at once). What it throws after that is logged, and is no failure.
     *
     * @throws SessionUnresponsiveException if the call in flight ignores the interrupt too. {@link
     *     Robot#stop()} has then been called beside it, and the session cannot be started until
     *     that call has come back
     */
    public void stop() {
        SessionRun current = dismissCurrent();
        if (current != null) {
            current.awaitEnd();
        }
    }

    /**
     * Asks the run to end, as {@link #stop()} does, and returns at once. For stopping several
     * sessions together: ask all, then {@link #stop()} each.
     */
    public void requestStop() {
        dismissCurrent();
    }

    /**
     * Asks the current run to end and makes sure that no restart follows. The request comes first,
     * and nothing here allocates: with a full heap the robot is stopped nevertheless. The loop ends
     * when the value that is replaced is the one whose run was asked, so that a run that is
     * installed meanwhile is asked, too.
     */
    private @Nullable SessionRun dismissCurrent() {
        while (true) {
            Runs seen = this.runs.get();
            SessionRun current = seen.current();
            if (current != null) {
                current.requestStop();
            }
            if (this.runs.compareAndSet(seen, seen.dismissed())) {
                seen.cancelRestart();
                return current;
            }
        }
    }

    /** As {@link #dismissCurrent()}, for one run: a later one belongs to another caller. */
    private void dismiss(SessionRun run) {
        run.requestStop();
        while (true) {
            Runs seen = this.runs.get();
            if (seen.current() != run) {
                return;
            }
            if (this.runs.compareAndSet(seen, seen.dismissed())) {
                seen.cancelRestart();
                return;
            }
        }
    }

    /**
     * Lets a session start again by itself after a failure. A stop, also one that comes while the
     * session waits to be started again, ends that. A run that a caller attends with {@link #run()}
     * is never followed by a restart.
     *
     * @param policy decides whether and when, from the next failure on; null for never, as by
     *     default
     */
    public void setRestartPolicy(@Nullable RestartPolicy policy) {
        this.restarts.setPolicy(policy);
    }

    /**
     * Runs until the session is stopped, its duration is over, the calling thread is interrupted or
     * the JVM ends, starting the session if needed. The run has ended when this method returns or
     * throws, whatever it throws, and no {@link RestartPolicy} starts the session again.
     *
     * @throws SessionException if the session could not be started or failed
     * @throws SessionUnresponsiveException if the run is to end and a call hangs
     * @throws RobotInUseException if another session drives the same robot
     * @throws IllegalStateException if called from within the robot or the policy
     */
    public void run() {
        run(this.options.duration());
    }

    /**
     * As {@link #run()}, for a limited time: counted from the first iteration, or from now if the
     * session runs already. A run that has a shorter limit keeps it.
     *
     * @param duration how long, more than 0, or null for no further limit
     * @throws IllegalArgumentException if the duration is zero or negative
     * @throws SessionException if the session could not be started or failed
     * @throws SessionUnresponsiveException if the time is over and a call hangs; {@link
     *     Robot#stop()} has then been called beside it
     * @throws IllegalStateException if called from within the robot or the policy
     */
    public void run(@Nullable Duration duration) {
        if (duration != null) {
            this.options.withDuration(duration); // checks it
        }
        SessionRun current = this.runs.get().current();
        if (current != null) {
            current.requireThatThisThreadCanWait();
        }
        Claim claim = claim(duration, Runs.Restartable.NEVER);
        SessionRun run = claim.run();
        try {
            claim.begin();
            awaitStart(run);
            if (!claim.own() && duration != null) {
                run.limitFromNow(duration);
            }
            run.awaitEndedOrOverdue();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        } finally {
            // On every way out: the robot moves only while this caller is here. No restart is
            // pending, for the claim has forbidden it.
            run.requestStop();
            run.awaitEnd();
        }
        SessionException failed = run.reportFailure();
        if (failed != null) {
            throw failed;
        }
    }

    /**
     * Waits for the end of the run.
     *
     * @param timeout how long to wait at most
     * @return whether the session does not run any more, or never ran
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if called from within the robot or the policy
     */
    public boolean awaitStopped(Duration timeout) throws InterruptedException {
        SessionRun current = this.runs.get().current();
        return current == null || current.awaitEnded(timeout);
    }

    /**
     * Throws if the last run failed or the control thread hangs.
     *
     * @throws SessionException the failure of the current or last run
     * @throws SessionUnresponsiveException if no iteration has been completed for the time of the
     *     watchdog, or the run has not ended within the stop timeout
     */
    public void checkHealth() {
        SessionRun current = this.runs.get().current();
        if (current == null) {
            return;
        }
        SessionException failed = current.reportFailure();
        if (failed == null) {
            failed = current.hang();
        }
        if (failed != null) {
            throw failed;
        }
    }

    /**
     * Stops the session.
     *
     * @throws SessionException if the last run failed and nobody has been told yet by {@link
     *     #start()}, {@link #run()}, {@link #checkHealth()} or {@link #failure()}
     */
    @Override
    public void close() {
        stop();
        SessionRun current = this.runs.get().current();
        if (current != null && !current.isFailureReported()) {
            SessionException failed = current.reportFailure();
            if (failed != null) {
                throw failed;
            }
        }
    }

    /**
     * Returns how many iterations the current or last run has completed.
     *
     * @return the number of iterations
     */
    public long stepCount() {
        SessionRun current = this.runs.get().current();
        return current == null ? 0 : current.iterations();
    }

    /**
     * Tells whether the loop runs.
     *
     * @return whether the state is {@link SessionState#RUNNING}
     */
    public boolean isRunning() {
        return state() == SessionState.RUNNING;
    }

    /**
     * Returns the state.
     *
     * @return the state
     */
    public SessionState state() {
        SessionRun current = this.runs.get().current();
        return current == null ? SessionState.NEW : current.state();
    }

    /**
     * Returns the failure of the current or last run.
     *
     * @return the failure, or null if that run did not fail
     */
    public @Nullable SessionException failure() {
        SessionRun current = this.runs.get().current();
        return current == null ? null : current.reportFailure();
    }

    /**
     * Returns the statistics of the current or last run.
     *
     * @return the statistics, all zero before the first run
     */
    public SessionStats stats() {
        return snapshot(this.runs.get().current(), null).stats();
    }

    /**
     * Returns state and statistics as of one instant. Reading the failure here does not count as
     * being told of it.
     *
     * @return the snapshot
     */
    public SessionSnapshot snapshot() {
        Runs now = this.runs.get();
        return snapshot(now.current(), this.restarts.status(now.pending()));
    }

    private SessionSnapshot snapshot(
            @Nullable SessionRun current, @Nullable RestartStatus restart) {
        if (current != null) {
            return current.snapshot(restart);
        }
        SessionStats none = SessionStats.of(0, 0, this.options.periodNanos(), new long[0]);
        return new SessionSnapshot(SessionState.NEW, none, 0, 0, null, false, null, restart);
    }

    /**
     * Tells whether the session is active, or a {@link RestartPolicy} is about to start it again.
     *
     * @return whether either is true, as of one instant
     */
    public boolean isActiveOrAwaitsRestart() {
        while (true) {
            Runs now = this.runs.get();
            SessionRun current = now.current();
            if (now.pending() != null || (current != null && current.state().isActive())) {
                return true;
            }
            // A restart is planned before the state says FAILED: an unchanged value has none.
            if (this.runs.get() == now) {
                return false;
            }
        }
    }

    /**
     * Tells whether a {@link RestartPolicy} is about to start the session again.
     *
     * @return whether a restart is pending
     */
    public boolean awaitsRestart() {
        return this.runs.get().pending() != null;
    }

    /**
     * Returns the last iterations of the current or last run, at most 64.
     *
     * @return the iterations, oldest first
     */
    public List<IterationRecord> recentIterations() {
        SessionRun current = this.runs.get().current();
        return current == null ? List.of() : current.recentIterations();
    }

    /**
     * Returns the start-to-start periods that {@link #stats()} is of, for figures of one's own: a
     * histogram, or other percentiles. At most {@link SessionOptions#maxTimingSamples()}.
     *
     * @return the periods in ns, oldest first
     */
    public long[] periodNanos() {
        SessionRun current = this.runs.get().current();
        return current == null ? new long[0] : current.periodNanos();
    }

    /**
     * Returns how long the loop of the current run has run by now, or that of the last one until
     * its last iteration.
     *
     * @return the time, zero before the first loop has begun
     */
    public Duration elapsed() {
        SessionRun current = this.runs.get().current();
        return current == null ? Duration.ZERO : current.elapsed();
    }

    /**
     * Returns a reader of single iterations. The first one that it hands over is the oldest of the
     * current or last run that is still kept.
     *
     * @return a new reader
     */
    public IterationReader iterationReader() {
        return new IterationReader(
                () -> {
                    SessionRun current = this.runs.get().current();
                    return current == null ? null : current.recorder();
                });
    }

    /**
     * Returns what the robot observed last, for whoever shows it. It is the robot's own object: a
     * robot that reuses it may be changing it meanwhile.
     *
     * @return the observation, or null before the first one of the run
     */
    public @Nullable Object latestObservation() {
        SessionRun current = this.runs.get().current();
        return current == null ? null : current.latestObservation();
    }

    /**
     * Returns the last action that was about to be sent, as the policy selected it. The same holds
     * as for {@link #latestObservation()}.
     *
     * @return the action, or null before the first one of the run
     */
    public @Nullable Object latestAction() {
        SessionRun current = this.runs.get().current();
        return current == null ? null : current.latestAction();
    }

    /**
     * Returns what is in force for the control thread of the current or last run.
     *
     * @return the status, or null if {@link SessionOptions#thread()} asks for nothing or no run has
     *     begun
     */
    public @Nullable ThreadStatus threadStatus() {
        SessionRun current = this.runs.get().current();
        return current == null ? null : current.threadStatus();
    }

    /**
     * Returns what the robot reports about itself. If the robot does not answer within half a
     * second, these are its last known readings: a robot that is locked by a call that hangs does
     * not block its health.
     *
     * @return {@link Robot#readings()}
     */
    public List<RobotReading> readings() {
        return this.readings.get();
    }

    /**
     * Lets {@link #stats()} count from now on, as if the run began here. {@link #stepCount()} and
     * {@link #totals()} do not change.
     */
    public void resetStatistics() {
        SessionRun current = this.runs.get().current();
        if (current != null) {
            current.resetStatistics();
        }
    }

    /**
     * Returns what the session has done in all its runs.
     *
     * @return totals that only grow
     */
    public SessionTotals totals() {
        return this.runs.get().totals();
    }

    /**
     * Returns the options.
     *
     * @return the options
     */
    public SessionOptions options() {
        return this.options;
    }

    /**
     * Returns the name.
     *
     * @return the name
     */
    public String name() {
        return this.options.name();
    }

    /**
     * Adds a listener. It is told of what happens from now on.
     *
     * @param listener the listener
     */
    public void addListener(SessionListener listener) {
        this.notifier.add(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Removes a listener.
     *
     * @param listener the listener
     */
    public void removeListener(SessionListener listener) {
        this.notifier.remove(listener);
    }

    /**
     * Returns the name, rate and state.
     *
     * @return a line for logs
     */
    @Override
    public String toString() {
        return "Session '" + name() + "' at " + this.options.rateHz() + " Hz, " + state();
    }
}
