package dev.rfx.session;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

    private final Robot<Object, Object> robot;
    private final Policy<Object, Object> policy;
    private final SessionOptions options;
    private final LoopClock clock;
    private final SessionThreads threads;
    private final Notifier notifier;
    private final AtomicReference<Runs> runs = new AtomicReference<>(Runs.NONE);
    private volatile @Nullable RestartPolicy restartPolicy;

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
        this(robot, policy, options, LoopClock.SYSTEM);
    }

    /** Here the types meet: the compiler has checked that they fit, and nobody asks again. */
    @SuppressWarnings("unchecked")
    <O, A> Session(
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            LoopClock clock) {
        this.robot = (Robot<Object, Object>) Objects.requireNonNull(robot, "robot");
        this.policy = (Policy<Object, Object>) Objects.requireNonNull(policy, "policy");
        this.options = Objects.requireNonNull(options, "options");
        this.clock = clock;
        this.threads = new SessionThreads(options);
        this.notifier = new Notifier(this.threads);
        this.notifier.add(new JfrTrace(options.name()));
        this.notifier.add(new SessionLog(robot, policy));
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
     * A reset that hangs keeps this method waiting until somebody calls {@link #stop()}.
     *
     * @throws SessionException if the robot or the policy could not be reset
     * @throws SessionHungException if the control thread of the last run still hangs
     * @throws IllegalStateException if called from within a run that is ending, or while the JVM
     *     ends
     */
    public void start() {
        start(this.options.duration());
    }

    private StartedRun start(@Nullable Duration duration) {
        while (true) {
            Runs before = this.runs.get();
            SessionRun current = before.current();
            if (current != null) {
                SessionState state = current.state();
                if (state == SessionState.STARTING || state == SessionState.RUNNING) {
                    awaitStart(current);
                    return new StartedRun(current, false);
                }
                if (!current.hasEnded() && current.isRobotThread()) {
                    throw new IllegalStateException(
                            "Session '%s' cannot be started from within a run that is ending"
                                    .formatted(name()));
                }
                current.awaitEnd();
            }
            SessionRun next = newRun(duration);
            // Of several callers one replaces the run that it saw to be over; the others look
            // again.
            if (this.runs.compareAndSet(before, before.then(next, before.totals()))) {
                before.cancelRestart();
                next.begin();
                awaitStart(next);
                return new StartedRun(next, true);
            }
        }
    }

    private SessionRun newRun(@Nullable Duration duration) {
        return new SessionRun(
                this, this.robot, this.policy, this.notifier, this.threads, this.clock, duration);
    }

    /** A run that has begun, and whether this caller's options are the ones it runs with. */
    private record StartedRun(SessionRun run, boolean own) {}

    private void awaitStart(SessionRun run) {
        try {
            run.awaitStart();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            stop(run);
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
     * listeners have been told (or have taken longer than a second). An action that was not yet
     * sent is not sent. Called from within the robot or the policy, it returns at once and the run
     * ends with that call. Does nothing when the session does not run.
     *
     * <p>A call in flight has half of the stop timeout to come back; then it is interrupted (a
     * reset is interrupted at once). What it throws after that is logged, and is no failure.
     *
     * @throws SessionHungException if the call in flight ignores the interrupt too. {@link
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

    private @Nullable SessionRun dismissCurrent() {
        return dismiss(now -> true);
    }

    private void stop(SessionRun run) {
        dismiss(now -> now.current() == run);
        run.awaitEnd();
    }

    /**
     * Asks the current run to end, and takes care that no other follows by itself: in one step, so
     * that a restart comes either before, and is the run that is dismissed, or not at all.
     */
    private @Nullable SessionRun dismiss(Predicate<Runs> which) {
        Runs before = this.runs.getAndUpdate(now -> which.test(now) ? now.dismiss() : now);
        SessionRun current = before.current();
        if (current == null || !which.test(before)) {
            return null;
        }
        before.cancelRestart();
        current.requestStop();
        return current;
    }

    /**
     * Lets a session start again by itself after a failure. A stop, also one that comes while the
     * session waits to be started again, ends that.
     *
     * @param policy decides whether and when, from the next failure on; null for never, as by
     *     default
     */
    public void setRestartPolicy(@Nullable RestartPolicy policy) {
        this.restartPolicy = policy;
    }

    /**
     * Called at the end of a run that failed, when its robot is not called any more; returns what
     * is to be done when the listeners have been told of the failure. The one value {@link #runs}
     * decides between this and a stop: a stop that came before it forbids the restart, one that
     * comes after it cancels it.
     */
    @Nullable Runnable planRestart(SessionRun failed, SessionException failure) {
        RestartPolicy policy = this.restartPolicy;
        if (policy == null || this.runs.get().dismissed()) {
            return null;
        }
        PendingRestart pending;
        try {
            Duration delay = policy.delayAfter(failure);
            if (delay == null) {
                return () -> tellOfExhaustedRestarts(failure);
            }
            if (delay.isNegative()) {
                throw new IllegalArgumentException("The delay of a restart is " + delay);
            }
            pending =
                    new PendingRestart(
                            failure,
                            this.clock.nanoTime() + delay.toNanos(),
                            new RestartStatus(policy.attempts(), policy.maxAttempts(), delay));
        } catch (Throwable ex) {
            return () -> {
                this.notifier.execute(
                        () -> logger.error("The restart policy of session '{}' failed", name(), ex),
                        () -> {});
                tellOfExhaustedRestarts(failure);
            };
        }
        Runnable schedule = () -> scheduleRestart(pending);
        boolean dismissed =
                this.runs.updateAndGet(now -> now.await(failed, pending)).pending() != pending;
        return dismissed ? null : schedule;
    }

    private void scheduleRestart(PendingRestart pending) {
        try {
            RestartStatus status = pending.status();
            Duration delay = Objects.requireNonNull(status.startsIn());
            this.notifier.tell(listener -> listener.restarting(this, status), () -> {});
            pending.schedule(this.clock.after(delay, () -> restart(pending)));
        } catch (Throwable ex) {
            abandon(pending);
        }
    }

    /** Nobody waits for what cannot come: there was no memory or no thread for it. */
    private void abandon(PendingRestart pending) {
        Runs before = this.runs.getAndUpdate(now -> now.abandon(pending));
        if (before.pending() == pending) {
            tellOfExhaustedRestarts(pending.failure());
        }
    }

    private void tellOfExhaustedRestarts(SessionException failure) {
        this.notifier.tell(listener -> listener.restartsExhausted(this, failure), () -> {});
    }

    /** Called by the watchdog when the time has come. */
    private void restart(PendingRestart pending) {
        Runs before = this.runs.get();
        if (before.pending() != pending) {
            return;
        }
        try {
            SessionRun next = newRun(this.options.duration());
            SessionTotals totals = before.totals().plus(SessionTotals.ONE_RESTART);
            // If this fails, somebody else has started or stopped the session.
            if (this.runs.compareAndSet(before, before.then(next, totals))) {
                next.begin();
            }
        } catch (Throwable ex) {
            abandon(pending);
        }
    }

    /**
     * Runs until the session is stopped, its duration is over, the calling thread is interrupted or
     * the JVM ends, starting the session if needed. The session is stopped when this method
     * returns, also after a failure: no {@link RestartPolicy} starts it again then.
     *
     * @throws SessionException if the session could not be started or failed
     * @throws SessionHungException if the run is to end and a call hangs
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
     * @throws SessionHungException if the time is over and a call hangs; {@link Robot#stop()} has
     *     then been called beside it
     * @throws IllegalStateException if called from within the robot or the policy
     */
    public void run(@Nullable Duration duration) {
        if (duration != null) {
            this.options.withDuration(duration); // checks it
        }
        StartedRun started = start(duration);
        SessionRun run = started.run();
        try {
            if (!started.own() && duration != null) {
                run.limitFromNow(duration);
            }
            run.awaitEndedOrOverdue();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        stop(run);
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
     * @throws SessionHungException if no iteration has been completed for the time of the watchdog,
     *     or the run has not ended within the stop timeout
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
        return snapshot().stats();
    }

    /**
     * Returns state and statistics as of one instant. Reading the failure here does not count as
     * being told of it.
     *
     * @return the snapshot
     */
    public SessionSnapshot snapshot() {
        Runs now = this.runs.get();
        RestartStatus restart = restartStatus(now.pending());
        if (now.current() != null) {
            return now.current().snapshot(restart);
        }
        SessionStats none = SessionStats.of(0, 0, this.options.periodNanos(), new long[0]);
        return new SessionSnapshot(SessionState.NEW, none, 0, 0, null, false, null, restart);
    }

    private @Nullable RestartStatus restartStatus(@Nullable PendingRestart pending) {
        RestartPolicy policy = this.restartPolicy;
        if (policy == null) {
            return null;
        }
        Duration startsIn =
                pending == null
                        ? null
                        : Duration.ofNanos(Math.max(pending.due() - this.clock.nanoTime(), 0));
        try {
            return new RestartStatus(policy.attempts(), policy.maxAttempts(), startsIn);
        } catch (RuntimeException ex) {
            // The policy is the application's code: whether a restart is pending is known anyway.
            return pending == null
                    ? null
                    : new RestartStatus(
                            pending.status().attempts(), pending.status().maxAttempts(), startsIn);
        }
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
        return new IterationReader(() -> this.runs.get().current());
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
     * Returns what the robot tells about itself.
     *
     * @return {@link Robot#readings()}
     */
    public List<RobotReading> readings() {
        return this.robot.readings();
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

    /**
     * The run in progress or the last one, and what the ones before it add up to. One value, so
     * that a reader of the totals never sees a run neither here nor there, and that of a restart
     * and a stop one is first.
     *
     * @param current the run
     * @param before what the ones before it add up to
     * @param dismissed whether somebody told the run to end
     * @param pending the restart that is waited for after it
     */
    private record Runs(
            @Nullable SessionRun current,
            SessionTotals before,
            boolean dismissed,
            @Nullable PendingRestart pending) {

        static final Runs NONE = new Runs(null, SessionTotals.ZERO, false, null);

        /** Called when the current run is over: nothing is added to its totals any more. */
        Runs then(SessionRun next, SessionTotals totals) {
            return new Runs(next, totals, false, null);
        }

        Runs dismiss() {
            return new Runs(this.current, this.before, true, null);
        }

        Runs await(SessionRun failed, PendingRestart restart) {
            return this.current == failed && !this.dismissed
                    ? new Runs(failed, this.before, false, restart)
                    : this;
        }

        Runs abandon(PendingRestart restart) {
            return this.pending == restart
                    ? new Runs(this.current, this.before, this.dismissed, null)
                    : this;
        }

        void cancelRestart() {
            if (this.pending != null) {
                this.pending.cancel();
            }
        }

        SessionTotals totals() {
            return this.current == null ? this.before : this.before.plus(this.current.totals());
        }
    }

    /** A restart that is waited for. Its identity is what the waiting task looks for. */
    private static final class PendingRestart {

        private final SessionException failure;
        private final long due;
        private final RestartStatus status;
        private volatile boolean cancelled;
        private volatile @Nullable Runnable scheduled;

        PendingRestart(SessionException failure, long due, RestartStatus status) {
            this.failure = failure;
            this.due = due;
            this.status = status;
        }

        RestartStatus status() {
            return this.status;
        }

        SessionException failure() {
            return this.failure;
        }

        long due() {
            return this.due;
        }

        /** Frees the timer early if the restart is not waited for any more. */
        void schedule(Runnable ender) {
            this.scheduled = ender;
            if (this.cancelled) {
                ender.run();
            }
        }

        void cancel() {
            this.cancelled = true;
            Runnable ender = this.scheduled;
            if (ender != null) {
                ender.run();
            }
        }
    }
}
