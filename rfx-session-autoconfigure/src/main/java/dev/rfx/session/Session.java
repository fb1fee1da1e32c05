package dev.rfx.session;

import dev.rfx.session.thread.ThreadStatus;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.IterationReader;
import dev.rfx.session.timing.IterationRecord;
import dev.rfx.session.timing.Scheduler;
import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Connects a policy to a robot and keeps the connection on time and safe.
 *
 * <p>A run begins with {@link #start()}: on a thread of its own the session resets the robot and
 * the policy, waits for the warm-up, and then observes, selects and acts at a fixed rate. The run
 * ends with {@link #stop()}, after its duration, or when the robot or the policy throws anything.
 * Whatever ends it, {@link Robot#stop()} is then called exactly once. When the JVM ends (Ctrl-C,
 * SIGTERM, {@code System.exit}, the last non-daemon thread), a shutdown hook stops the session
 * first. A session can be started again; its statistics then begin again.
 *
 * <pre>{@code
 * try (Session session = new Session(robot, policy)) {
 *     session.run(Duration.ofSeconds(10));
 *     System.out.println(session.stats());
 * }
 * }</pre>
 *
 * <p><b>Threading.</b> Every method may be called from any thread, also from within the robot, the
 * policy or a listener. Only the robot and the policy cannot wait for the end of their own run.
 * Reading never makes the control thread wait.
 *
 * @since 0.1
 */
public final class Session implements SessionView, AutoCloseable {

    private final SessionContext context;
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

    /** Here the types meet. The compiler has checked that they fit; they are not checked again. */
    @SuppressWarnings("unchecked")
    <O, A> Session(
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            Clock clock,
            Scheduler scheduler,
            SessionThreads threads) {
        this.context =
                new SessionContext(
                        this,
                        (Robot<Object, Object>) Objects.requireNonNull(robot, "robot"),
                        (Policy<Object, Object>) Objects.requireNonNull(policy, "policy"),
                        Objects.requireNonNull(options, "options"),
                        clock,
                        scheduler,
                        threads,
                        new Notifier(threads),
                        new RobotReadings(robot, threads));
        this.restarts = new Restarts(this.context, this.runs, this::restart);
        addListener(new FlightRecorderListener(options.name()));
        addListener(new SessionLog(robot, policy));
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
        Claim claim = claim(options().duration(), restartable);
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
                if (!current.control().hasEnded() && current.control().isRobotThread()) {
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
                current.control().awaitEnd();
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
        SessionRun next = newRun(options().duration());
        SessionTotals totals = before.totals().plus(SessionTotals.ONE_RESTART);
        if (install(before, next, totals, Runs.Restartable.ALWAYS)) {
            next.begin();
        }
    }

    private SessionRun newRun(@Nullable Duration duration) {
        return new SessionRun(
                this.context, device(), duration, this.restarts::plan, this::requestStop);
    }

    /**
     * Asked for at the first start, not by the constructor: the robot may be a proxy of a bean that
     * is created later. A restart comes after a start, so the watchdog never asks.
     */
    private Object device() {
        Object known = this.device;
        Robot<?, ?> robot = this.context.robot();
        if (known == null) {
            // Null only from a mock, and nullness is not checked there.
            known = Objects.requireNonNullElse(robot.device(), robot);
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
            run.control().awaitStart();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            dismiss(run);
            run.control().awaitEnd();
        }
        if (!run.loopBegan()) {
            SessionException failed = run.reports().reportFailure();
            if (failed == null) {
                failed = run.reports().unresponsive();
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
            current.control().awaitEnd();
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
                current.control().requestStop();
            }
            if (this.runs.compareAndSet(seen, seen.dismissed())) {
                seen.cancelRestart();
                return current;
            }
        }
    }

    /** As {@link #dismissCurrent()}, for one run: a later one belongs to another caller. */
    private void dismiss(SessionRun run) {
        run.control().requestStop();
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
        run(options().duration());
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
            options().withDuration(duration); // checks it
        }
        SessionRun current = current();
        if (current != null) {
            current.control().requireThatThisThreadCanWait();
        }
        Claim claim = claim(duration, Runs.Restartable.NEVER);
        SessionRun run = claim.run();
        try {
            claim.begin();
            awaitStart(run);
            if (!claim.own() && duration != null) {
                run.limitFromNow(duration);
            }
            run.control().awaitEndedOrOverdue();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        } finally {
            // On every way out: the robot moves only while this caller is here. No restart is
            // pending, for the claim has forbidden it.
            run.control().requestStop();
            run.control().awaitEnd();
        }
        SessionException failed = run.reports().reportFailure();
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
        SessionRun current = current();
        return current == null || current.control().awaitEnded(timeout);
    }

    /**
     * Throws if the last run failed or the control thread hangs.
     *
     * @throws SessionException the failure of the current or last run
     * @throws SessionUnresponsiveException if no iteration has been completed for the time of the
     *     watchdog, or the run has not ended within the stop timeout
     */
    public void checkHealth() {
        SessionRun current = current();
        if (current == null) {
            return;
        }
        SessionException failed = current.reports().reportFailure();
        if (failed == null) {
            failed = current.reports().unresponsive();
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
        SessionRun current = current();
        if (current != null && !current.reports().isFailureReported()) {
            SessionException failed = current.reports().reportFailure();
            if (failed != null) {
                throw failed;
            }
        }
    }

    @Override
    public long stepCount() {
        SessionRun current = current();
        return current == null ? 0 : current.recorder().count();
    }

    @Override
    public SessionState state() {
        SessionRun current = current();
        return current == null ? SessionState.NEW : current.state();
    }

    @Override
    public @Nullable SessionException failure() {
        SessionRun current = current();
        return current == null ? null : current.reports().reportFailure();
    }

    @Override
    public SessionStats stats() {
        return snapshot(current(), null).stats();
    }

    @Override
    public SessionSnapshot snapshot() {
        Runs now = this.runs.get();
        return snapshot(now.current(), this.restarts.status(now.pending()));
    }

    private SessionSnapshot snapshot(
            @Nullable SessionRun current, @Nullable RestartStatus restart) {
        if (current != null) {
            return current.reports().snapshot(restart);
        }
        SessionStats none = SessionStats.of(0, 0, options().periodNanos(), new long[0]);
        return new SessionSnapshot(SessionState.NEW, none, 0, 0, null, false, null, restart);
    }

    @Override
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

    @Override
    public boolean awaitsRestart() {
        return this.runs.get().pending() != null;
    }

    @Override
    public List<IterationRecord> recentIterations() {
        SessionRun current = current();
        return current == null ? List.of() : current.reports().recentIterations();
    }

    @Override
    public long[] periodNanos() {
        SessionRun current = current();
        return current == null ? new long[0] : current.reports().periodNanos();
    }

    @Override
    public Duration elapsed() {
        SessionRun current = current();
        return current == null ? Duration.ZERO : current.elapsed();
    }

    @Override
    public IterationReader iterationReader() {
        return new IterationReader(this::currentRecorder);
    }

    private @Nullable TimingRecorder currentRecorder() {
        SessionRun current = current();
        return current == null ? null : current.recorder();
    }

    @Override
    public @Nullable Object latestObservation() {
        SessionRun current = current();
        return current == null ? null : current.latestObservation();
    }

    @Override
    public @Nullable Object latestAction() {
        SessionRun current = current();
        return current == null ? null : current.latestAction();
    }

    @Override
    public @Nullable ThreadStatus threadStatus() {
        SessionRun current = current();
        return current == null ? null : current.threadStatus();
    }

    @Override
    public List<RobotReading> readings() {
        return this.context.readings().get();
    }

    @Override
    public SessionTotals totals() {
        return this.runs.get().totals();
    }

    @Override
    public SessionOptions options() {
        return this.context.options();
    }

    @Override
    public String name() {
        return this.context.name();
    }

    private @Nullable SessionRun current() {
        return this.runs.get().current();
    }

    /**
     * Lets {@link #stats()} count from now on, as if the run began here. {@link #stepCount()} and
     * {@link #totals()} do not change.
     */
    public void resetStatistics() {
        SessionRun current = current();
        if (current != null) {
            current.reports().resetStatistics();
        }
    }

    /**
     * Adds a listener. It is told of what happens from now on.
     *
     * @param listener the listener
     */
    public void addListener(SessionListener listener) {
        this.context.notifier().add(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Removes a listener.
     *
     * @param listener the listener
     */
    public void removeListener(SessionListener listener) {
        this.context.notifier().remove(listener);
    }

    /**
     * Returns the name, rate and state.
     *
     * @return a line for logs
     */
    @Override
    public String toString() {
        return "Session '" + name() + "' at " + options().rateHz() + " Hz, " + state();
    }
}
