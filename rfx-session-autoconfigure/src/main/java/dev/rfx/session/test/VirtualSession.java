package dev.rfx.session.test;

import dev.rfx.session.Policy;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.RestartStatus;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionStats;
import dev.rfx.session.SessionUnresponsiveException;
import dev.rfx.session.SessionView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session on virtual time, which keeps what it has seen and done. It is the real session, with
 * loop, watchdog, limits, restarts and statistics; only the time is not real. Two runs of one
 * scenario are identical.
 *
 * <pre>{@code
 * try (VirtualSession<Observation, Tensor> session = VirtualSession.of(robot, policy)) {
 *     session.run(Duration.ofSeconds(10));
 *     assertEquals(500, session.actions().size());
 *     assertNull(session.failure());
 * }
 * }</pre>
 *
 * <p>The robot, the policy and the listeners take no time, unless they let it pass by the
 * {@linkplain #clock() clock} of the session, or a {@link Fault} does. See {@link VirtualClock} for
 * the threads.
 *
 * @param <O> the type of an observation
 * @param <A> the type of an action
 * @since 0.1
 */
public final class VirtualSession<O, A> implements AutoCloseable {

    /** A session that completes no iteration in this time, and a period, never will. */
    private static final Duration LIMIT = Duration.ofHours(1);

    /** So many iterations that a test never reaches them. */
    private static final long MAX_STEP = 1L << 60;

    private final VirtualClock clock;
    private final FaultScript faults;
    private final Session session;
    private final List<O> observations = new ArrayList<>();
    private final List<A> selectedActions = new ArrayList<>();
    private final List<A> actions = new ArrayList<>();
    private final List<SessionEvent> events = new ArrayList<>();
    private @Nullable A selected;
    private @Nullable A copyOfSelected;
    private int stopsOfRobot;

    /** The number of iterations that have begun, in all runs. */
    private long begun;

    /** How many begin before the next one waits for the owner, at the end of {@link #step}. */
    private long pauseAfter = Long.MAX_VALUE;

    /** Whether the last one that has begun waits for the owner. */
    private boolean paused;

    private @Nullable RuntimeException refusal;

    private VirtualSession(
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            VirtualClock clock) {
        this.clock = clock;
        this.faults = new FaultScript(clock);
        this.session =
                clock.session(
                        new ObservedRobot(this.faults.around(robot)),
                        new ObservedPolicy(this.faults.around(policy)),
                        options);
        this.session.addListener(new Events());
    }

    /**
     * Creates a session with default options and a clock of its own.
     *
     * @param robot the robot to drive
     * @param policy the policy that drives it
     * @param <O> the type of an observation
     * @param <A> the type of an action
     * @return the session, not started
     */
    public static <O, A> VirtualSession<O, A> of(
            Robot<O, A> robot, Policy<? super O, ? extends A> policy) {
        return of(robot, policy, SessionOptions.defaults());
    }

    /**
     * Creates a session with a clock of its own.
     *
     * @param robot the robot to drive
     * @param policy the policy that drives it
     * @param options rate, limits and the other options
     * @param <O> the type of an observation
     * @param <A> the type of an action
     * @return the session, not started
     */
    public static <O, A> VirtualSession<O, A> of(
            Robot<O, A> robot, Policy<? super O, ? extends A> policy, SessionOptions options) {
        return of(robot, policy, options, new VirtualClock());
    }

    /**
     * Creates a session with the clock that the robot or the policy reads.
     *
     * @param robot the robot to drive
     * @param policy the policy that drives it
     * @param options rate, limits and the other options
     * @param clock the clock; the session closes it
     * @param <O> the type of an observation
     * @param <A> the type of an action
     * @return the session, not started
     */
    public static <O, A> VirtualSession<O, A> of(
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            VirtualClock clock) {
        return new VirtualSession<>(robot, policy, options, clock);
    }

    /**
     * Adds faults of the robot or the policy.
     *
     * @param faults the faults; of several at one call, the first comes first
     * @return this session
     */
    public VirtualSession<O, A> with(Fault... faults) {
        this.faults.add(faults);
        return this;
    }

    /**
     * Runs until further iterations are complete, or the session has ended and its listeners are
     * notified. Starts the session if it has not been started.
     *
     * @param iterations how many, at least 0
     * @return how many were completed
     * @throws IllegalArgumentException if the number is negative
     * @throws IllegalStateException if no iteration was completed in an hour and a period of
     *     virtual time, and the session does not wait for a restart
     */
    public long step(long iterations) {
        if (iterations < 0) {
            throw new IllegalArgumentException(
                    "iterations is " + iterations + ", but must be at least 0");
        }
        long before = completed();
        start();
        Duration limit = LIMIT.plusNanos((long) (1e9 / this.session.options().rateHz()));
        while (completed() - before < iterations && this.session.isActiveOrAwaitsRestart()) {
            long now = completed();
            long left = Math.min(iterations - (now - before), MAX_STEP);
            this.pauseAfter = this.begun - (this.paused ? 1 : 0) + left;
            boolean progress =
                    this.clock.await(
                            () ->
                                    this.begun > this.pauseAfter
                                            || !this.session.isActiveOrAwaitsRestart(),
                            limit);
            this.pauseAfter = Long.MAX_VALUE;
            if (!progress && completed() == now && !this.session.awaitsRestart()) {
                throw new IllegalStateException(
                        "No iteration was completed for %d min, after %d: %s"
                                .formatted(limit.toMinutes(), now, this.session));
            }
        }
        if (!this.session.isActiveOrAwaitsRestart()) {
            this.clock.advance(Duration.ofNanos(1)); // the listeners are notified
        }
        return completed() - before;
    }

    /**
     * Lets time pass. Starts the session if it has not been started. What is due at the end of the
     * time has not happened: ten seconds at 50 Hz have 500 iterations.
     *
     * @param duration how long, at least 0
     */
    public void run(Duration duration) {
        start();
        this.clock.advance(duration);
    }

    private void start() {
        if (this.session.state() == SessionState.NEW) {
            this.refusal = null;
            // On a thread of its own, which waits as long as a reset does not return.
            this.clock.platform().newThread(this::startSession, "caller of start()").start();
            this.clock.await(
                    () -> this.session.state() != SessionState.NEW || this.refusal != null, LIMIT);
        }
        if (this.refusal != null) {
            throw this.refusal;
        }
    }

    private void startSession() {
        try {
            this.session.start();
        } catch (SessionException ex) {
            // The session keeps it.
        } catch (RuntimeException ex) {
            this.refusal = ex;
        }
    }

    private long completed() {
        return this.session.totals().iterations();
    }

    /** {@return the session} */
    public Session session() {
        return this.session;
    }

    /** {@return the clock of this session} */
    public VirtualClock clock() {
        return this.clock;
    }

    /**
     * {@return the observation of each iteration, as copies} {@code Observation}, {@code Tensor}
     * and arrays of numbers or of these are copied. Objects of other types are kept as they are, so
     * that one which the robot changes later shows its last value.
     */
    public List<O> observations() {
        return Collections.unmodifiableList(this.observations);
    }

    /** {@return the actions as the policy selected them, as copies} */
    public List<A> selectedActions() {
        return Collections.unmodifiableList(this.selectedActions);
    }

    /** {@return the actions as the robot received them, within the limits, as copies} */
    public List<A> actions() {
        return Collections.unmodifiableList(this.actions);
    }

    /** {@return what the listeners were notified of, in order} */
    public List<SessionEvent> events() {
        return Collections.unmodifiableList(this.events);
    }

    /** {@return how often {@link Robot#stop()} was called: once per run} */
    public int stopsOfRobot() {
        return this.stopsOfRobot;
    }

    /** {@return the failure of the last run, or null} */
    public @Nullable SessionException failure() {
        return this.session.failure();
    }

    /** {@return the statistics of the last run} */
    public SessionStats stats() {
        return this.session.stats();
    }

    /** Stops the session, and closes its clock. Does not throw what failed before. */
    @Override
    public void close() {
        try {
            this.session.stop();
        } catch (SessionUnresponsiveException ex) {
            // The call ends with the clock.
        } finally {
            this.clock.close();
        }
    }

    /** The robot of the user with its faults, behind the limits. */
    private final class ObservedRobot extends RobotDecorator<O, A> {

        ObservedRobot(Robot<O, A> robot) {
            super(robot);
        }

        @Override
        public O observe() throws Exception {
            if (++VirtualSession.this.begun > VirtualSession.this.pauseAfter) {
                VirtualSession.this.paused = true;
                VirtualSession.this.clock.advance(Duration.ZERO); // the owner is ready, and comes
                VirtualSession.this.paused = false;
            }
            O observation = super.observe();
            VirtualSession.this.observations.add(Copies.of(observation));
            return observation;
        }

        @Override
        public void act(A action) throws Exception {
            boolean unchanged = action == VirtualSession.this.selected;
            VirtualSession.this.actions.add(
                    unchanged ? VirtualSession.this.copyOfSelected : Copies.of(action));
            super.act(action);
        }

        @Override
        public void stop() throws Exception {
            VirtualSession.this.stopsOfRobot++;
            super.stop();
        }
    }

    private final class ObservedPolicy extends PolicyDecorator<O, A> {

        ObservedPolicy(Policy<O, A> policy) {
            super(policy);
        }

        @Override
        public A selectAction(O observation) throws Exception {
            A action = super.selectAction(observation);
            VirtualSession.this.selected = action;
            VirtualSession.this.copyOfSelected = Copies.of(action);
            VirtualSession.this.selectedActions.add(VirtualSession.this.copyOfSelected);
            return action;
        }
    }

    private final class Events implements SessionListener {

        private final long begin = VirtualSession.this.clock.nanoTime();

        private void add(SessionEvent.Kind kind, @Nullable Object detail) {
            Duration time = Duration.ofNanos(VirtualSession.this.clock.nanoTime() - this.begin);
            VirtualSession.this.events.add(new SessionEvent(time, kind, detail));
        }

        @Override
        public void started(SessionView session) {
            add(SessionEvent.Kind.STARTED, null);
        }

        @Override
        public void stopped(SessionView session) {
            add(SessionEvent.Kind.STOPPED, null);
        }

        @Override
        public void failed(SessionView session, SessionException failure) {
            add(SessionEvent.Kind.FAILED, failure);
        }

        @Override
        public void stalled(SessionView session, SessionUnresponsiveException stall) {
            add(SessionEvent.Kind.STALLED, stall);
        }

        @Override
        public void stuck(SessionView session, SessionUnresponsiveException stuck) {
            add(SessionEvent.Kind.STUCK, stuck);
        }

        @Override
        public void restarting(SessionView session, RestartStatus restart) {
            add(SessionEvent.Kind.RESTARTING, restart);
        }

        @Override
        public void restartsExhausted(SessionView session, SessionException failure) {
            add(SessionEvent.Kind.RESTARTS_EXHAUSTED, failure);
        }
    }
}
