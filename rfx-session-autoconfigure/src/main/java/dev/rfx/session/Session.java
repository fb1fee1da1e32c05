package dev.rfx.session;

import dev.rfx.session.thread.ThreadStatus;
import dev.rfx.session.timing.IterationReader;
import dev.rfx.session.timing.IterationRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final RunRegister register;

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
     * @param options rate, name and the other options
     * @param <O> the type of an observation
     * @param <A> the type of an action
     */
    public <O, A> Session(
            Robot<O, A> robot, Policy<? super O, ? extends A> policy, SessionOptions options) {
        this(robot, policy, options, JvmPlatform.INSTANCE);
    }

    /**
     * Creates a session on another platform than the JVM. Internal to {@code dev.rfx.session}: use
     * {@link dev.rfx.session.test.VirtualClock#session}.
     *
     * @param robot the robot to drive
     * @param policy the policy that drives it
     * @param options rate, name and the other options
     * @param platform time and threads
     * @param <O> the type of an observation
     * @param <A> the type of an action
     */
    public <O, A> Session(
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            SessionPlatform platform) {
        this.context = SessionContext.of(this, robot, policy, options, platform);
        this.register = new RunRegister(this.context);
    }

    /**
     * Connects a policy to a robot for one run, and returns at its end.
     *
     * @param robot the robot to drive
     * @param policy the policy that drives it
     * @param options rate, name and the other options
     * @param duration the limit of the run, or null to run until the JVM ends, the calling thread
     *     is interrupted, or the robot or the policy throws
     * @param <O> the type of an observation
     * @param <A> the type of an action
     * @return the statistics of the run
     * @throws SessionException if the robot or the policy failed
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
     * Starts a run and returns when its loop has begun. Does nothing while the session runs; while
     * another caller starts it, waits with that caller. Also returns, with the session stopped,
     * when {@link #stop()} is called or the calling thread is interrupted. If the reset does not
     * return, this method waits until another thread calls {@link #stop()}.
     *
     * <p>If the start fails, this method throws, and a {@link RestartPolicy} may start the session
     * again later. A caller that then gives up uses {@link #startOnce()}.
     *
     * @throws SessionException if the robot or the policy could not be reset
     * @throws SessionUnresponsiveException if the control thread of the last run is stuck
     * @throws RobotInUseException if another session drives the same robot
     * @throws IllegalStateException if called from within a run that is ending, or while the JVM
     *     ends
     */
    public void start() {
        start(Runs.Restartable.ALWAYS);
    }

    /**
     * As {@link #start()}, for a caller that handles a failed start itself: if this method throws,
     * for the same reasons, no {@link RestartPolicy} starts the session later. The policy applies
     * to failures after the loop has begun.
     */
    public void startOnce() {
        start(Runs.Restartable.ONCE_BEGUN);
    }

    private void start(Runs.Restartable restartable) {
        RunRegister.Claim claim = this.register.claim(options().duration(), restartable);
        claim.begin();
        awaitStart(claim.run());
    }

    private void awaitStart(SessionRun run) {
        try {
            run.control().awaitStart();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            this.register.dismiss(run);
            run.control().awaitEnd();
        }
        if (!run.loopBegan()) {
            run.reports().throwProblem();
        }
    }

    /**
     * Ends the run. Returns when no method of the robot will be called any more, and the listeners
     * have returned or have had a second since the end. An action that was not yet sent is not
     * sent. Called from within the robot or the policy, this method returns at once, and the run
     * ends with that call. Does nothing if the session does not run.
     *
     * <p>A call in flight has half of the stop timeout to return; then it is interrupted. A reset
     * is interrupted at once. An exception that the interrupted call throws is logged and is no
     * failure.
     *
     * @throws SessionUnresponsiveException if the call in flight ignores the interrupt. {@link
     *     Robot#stop()} has then been called by another thread, and the session cannot be started
     *     until the call has returned
     */
    public void stop() {
        SessionRun current = this.register.dismissCurrent();
        if (current != null) {
            current.control().awaitEnd();
        }
    }

    /**
     * Asks the run to end, as {@link #stop()} does, and returns at once. To stop several sessions
     * together, call this method for all, then {@link #stop()} for each.
     */
    public void requestStop() {
        this.register.dismissCurrent();
    }

    /**
     * Sets the policy that starts the session again after a failure. A stop cancels a pending
     * restart. No restart follows a run that a caller attends with {@link #run()}.
     *
     * @param policy decides whether and when, from the next failure on; null for no restarts
     */
    public void setRestartPolicy(@Nullable RestartPolicy policy) {
        this.register.restarts().setPolicy(policy);
    }

    /**
     * Runs until the session is stopped, its duration is over, the calling thread is interrupted or
     * the JVM ends. Starts the session if needed. When this method returns or throws anything, the
     * run has ended, and no {@link RestartPolicy} starts the session again.
     *
     * @throws SessionException if the session could not be started or failed
     * @throws SessionUnresponsiveException if the run cannot end, because a call does not return
     * @throws RobotInUseException if another session drives the same robot
     * @throws IllegalStateException if called from within the robot or the policy
     */
    public void run() {
        run(options().duration());
    }

    /**
     * As {@link #run()}, for a limited time. It counts from the first iteration, or from now if the
     * session already runs. A run that has a shorter limit keeps it.
     *
     * @param duration the limit, more than 0, or null for no further limit
     * @throws IllegalArgumentException if the duration is zero or negative
     * @throws SessionException if the session could not be started or failed
     * @throws SessionUnresponsiveException if the time is over and a call does not return; {@link
     *     Robot#stop()} has then been called by another thread
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
        RunRegister.Claim claim = this.register.claim(duration, Runs.Restartable.NEVER);
        SessionRun run = claim.run();
        try {
            claim.begin();
            awaitStart(run);
            if (!claim.own() && duration != null) {
                run.control().limitFromNow(duration);
            }
            run.control().awaitEndedOrOverdue();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        } finally {
            // On every exit: the robot moves only while this caller waits. No restart is pending,
            // because the claim has forbidden it.
            run.control().requestStop();
            run.control().awaitEnd();
        }
        run.reports().throwFailure();
    }

    /**
     * Waits for the end of the run.
     *
     * @param timeout how long to wait at most
     * @return whether the session no longer runs, or never ran
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if called from within the robot or the policy
     */
    public boolean awaitStopped(Duration timeout) throws InterruptedException {
        SessionRun current = current();
        return current == null || current.control().awaitEnded(timeout);
    }

    /**
     * Throws if the last run failed, or if the session is stalled or stuck.
     *
     * @throws SessionException the failure of the current or last run
     * @throws SessionUnresponsiveException if no iteration was completed within the watchdog's
     *     timeout, or the run has not ended within the stop timeout
     */
    public void checkHealth() {
        SessionRun current = current();
        if (current != null) {
            current.reports().throwProblem();
        }
    }

    /**
     * Stops the session.
     *
     * @throws SessionException if the last run failed, and no call of {@link #start()}, {@link
     *     #run()}, {@link #checkHealth()} or {@link #failure()} has reported it yet
     */
    @Override
    public void close() {
        stop();
        SessionRun current = current();
        if (current != null) {
            current.reports().throwUnreportedFailure();
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
        SessionRun current = current();
        return current == null ? SessionStats.none(options()) : current.reports().stats();
    }

    @Override
    public SessionSnapshot snapshot() {
        Runs now = this.register.runs();
        SessionRun current = now.current();
        RestartStatus restart = this.register.restarts().status(now.pending());
        return current == null
                ? SessionSnapshot.beforeTheFirstRun(options(), restart)
                : current.reports().snapshot(restart);
    }

    @Override
    public boolean isActiveOrAwaitsRestart() {
        return this.register.isActiveOrAwaitsRestart();
    }

    @Override
    public boolean awaitsRestart() {
        return this.register.runs().pending() != null;
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
        return new IterationReader(this.register::currentRecorder);
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
    public Map<String, String> policyDetails() {
        SessionRun current = current();
        return current == null ? Map.of() : current.policyDetails();
    }

    @Override
    public @Nullable RecordingStatus recordingStatus() {
        SessionRecorder recorder = this.context.recorder();
        return recorder == null ? null : recorder.status();
    }

    /**
     * Lets a recorder that keeps the last iterations in memory write them to a file, and what
     * follows. Returns at once. Does nothing if every iteration is written anyway.
     *
     * @throws IllegalStateException if the session is not recorded
     */
    public void saveRecording() {
        SessionRecorder recorder = this.context.recorder();
        if (recorder == null) {
            throw new IllegalStateException(
                    "Session '%s' is not recorded: its options have no recording"
                            .formatted(name()));
        }
        recorder.save();
    }

    @Override
    public List<String> joints() {
        return this.context.robot().joints();
    }

    @Override
    public List<RobotReading> readings() {
        return this.context.readings().get();
    }

    @Override
    public SessionTotals totals() {
        return this.register.runs().totals();
    }

    @Override
    public SessionOptions options() {
        return this.context.options();
    }

    private @Nullable SessionRun current() {
        return this.register.current();
    }

    /**
     * Lets {@link #stats()} count from now on, as if the run began here. {@link #stepCount()} and
     * {@link #totals()} keep their values.
     */
    public void resetStatistics() {
        SessionRun current = current();
        if (current != null) {
            current.reports().resetStatistics();
        }
    }

    /**
     * Adds a listener, which receives the events from now on.
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

    /** {@return name, rate and state, for logs} */
    @Override
    public String toString() {
        return "Session '" + name() + "' at " + options().rateHz() + " Hz, " + state();
    }
}
