package dev.rfx.session.recording;

import dev.rfx.session.EndOfRunException;
import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.test.VirtualClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Replays a recording: exactly and on virtual time with {@link #through}, or as it was, in real
 * time, with {@link #asRobot()} and {@link #asPolicy()}.
 *
 * <pre>{@code
 * ReplayResult result = Replay.of(Path.of("arm-20261126T101500.000Z-1.mcap")).through(policy);
 * System.out.println(result);
 * }</pre>
 *
 * @since 0.1
 */
public final class Replay {

    private final Path file;
    private final Map<Class<?>, Codec<?>> codecs;
    private final double tolerance;
    private final LongSupplier nanoTime;
    private final boolean repeats;

    private Replay(
            Path file,
            Map<Class<?>, Codec<?>> codecs,
            double tolerance,
            LongSupplier nanoTime,
            boolean repeats) {
        this.file = file;
        this.codecs = Map.copyOf(codecs);
        this.tolerance = tolerance;
        this.nanoTime = nanoTime;
        this.repeats = repeats;
    }

    /**
     * {@return a replay of a file}
     *
     * @param file a file that a recorder has written
     */
    public static Replay of(Path file) {
        return new Replay(file, Map.of(), 0, System::nanoTime, false);
    }

    /**
     * {@return a replay with one more codec}
     *
     * @param type the type of the values
     * @param codec the codec that recorded them
     * @param <T> the type
     */
    public <T> Replay withCodec(Class<T> type, Codec<T> codec) {
        Map<Class<?>, Codec<?>> more = new HashMap<>(this.codecs);
        more.put(type, codec);
        return new Replay(this.file, more, this.tolerance, this.nanoTime, this.repeats);
    }

    /**
     * {@return a replay that accepts small differences} Other machines and other JDKs may compute
     * functions such as {@code Math.sin} with another last digit. For {@link #through}.
     *
     * @param tolerance the largest difference of a number; 0, the default, compares bit by bit
     */
    public Replay withTolerance(double tolerance) {
        if (!(tolerance >= 0)) {
            throw new IllegalArgumentException(
                    "tolerance is " + tolerance + ", but must be at least 0");
        }
        return new Replay(this.file, this.codecs, tolerance, this.nanoTime, this.repeats);
    }

    /**
     * {@return a replay in a session with another clock} For {@link #asRobot()} and {@link
     * #asPolicy()}, in a test on virtual time.
     *
     * @param nanoTime the clock of the session, in ns; {@code System::nanoTime}, the default,
     *     outside tests
     */
    public Replay withClock(LongSupplier nanoTime) {
        return new Replay(this.file, this.codecs, this.tolerance, nanoTime, this.repeats);
    }

    /**
     * {@return a replay that begins again after its end} For {@link #asRobot()} and {@link
     * #asPolicy()}. An arm then moves from its last pose to the first one at once, or as fast as
     * the limits allow.
     */
    public Replay withRepeat() {
        return new Replay(this.file, this.codecs, this.tolerance, this.nanoTime, true);
    }

    /**
     * Passes the recorded observations through a policy, and compares its actions with those that
     * were recorded. The session is the real one, on a clock that shows each instant of the
     * recording, and takes no longer than the policy computes. The last observation of a run that
     * failed is passed as well, so that a policy which has failed fails again.
     *
     * @param policy the policy; it is reset first, as at the start of a run
     * @return how the actions compare
     * @throws IOException if the file cannot be read, has no observations, or has values of another
     *     type; the message says where
     * @throws SessionException if the policy fails
     */
    public ReplayResult through(Policy<?, ?> policy) throws IOException {
        try (VirtualClock clock = new VirtualClock()) {
            return through(policy, clock);
        }
    }

    @SuppressWarnings("unchecked")
    ReplayResult through(Policy<?, ?> policy, VirtualClock clock) throws IOException {
        long realBegin = System.nanoTime();
        try (RecordingReader reader = RecordingReader.open(this.file)) {
            Tape tape = new Tape(reader, clock);
            if (!tape.advance()) {
                throw new IOException(this.file + " has no iterations with observations");
            }
            long firstIteration = tape.current().number();
            Problem problem = new Problem();
            Codecs known = new Codecs(this.codecs);
            Comparison comparison = new Comparison(known, this.tolerance);
            ReplayedRobot robot =
                    new ReplayedRobot(
                            tape,
                            new ValueDecoder(this.file, known),
                            RecordingFormat.clock(this.file, reader.metadata()),
                            problem);
            clock.oversleeping(tape::latenessOfNext);
            Session session =
                    clock.session(
                            robot,
                            new ComparedPolicy(
                                    (Policy<Object, Object>) policy, tape, comparison, problem),
                            options(reader.metadata()));
            session.run();
            problem.rethrow();
            return comparison.result(
                    firstIteration,
                    tape.missing(),
                    Duration.ofNanos(tape.duration()),
                    Duration.ofNanos(System.nanoTime() - realBegin));
        }
    }

    /**
     * {@return a robot that gives the recorded observations} As {@link #asRobot(Class, Class)}, for
     * the types of {@code MockRobot} and the SO-101.
     *
     * @throws IOException as {@link #asRobot(Class, Class)}
     */
    public Robot<Observation, Tensor> asRobot() throws IOException {
        return asRobot(Observation.class, Tensor.class);
    }

    /**
     * Reads the recording as a robot, for any session. It gives each observation at its time,
     * counted from the first iteration, and ignores the actions.
     *
     * <ul>
     *   <li>At another rate than that of the recording, observations are repeated or left out.
     *   <li>In a gap of the recording the last observation remains, and grows older.
     *   <li>Timestamps of {@code Observation}s are moved to the clock of the session, and keep
     *       their differences. A type of your own keeps the recorded timestamp: use it without a
     *       {@code maxObservationAge}.
     *   <li>After the last observation the run ends, with an {@link EndOfRunException}, unless the
     *       replay {@linkplain #withRepeat() repeats}. Each run begins with the first observation.
     *   <li>Actions must have the type and the shape of the recorded ones.
     * </ul>
     *
     * @param observationType the type of the recorded observations
     * @param actionType the type of the recorded actions
     * @param <O> the type of an observation
     * @param <A> the type of an action
     * @return the robot, with the whole recording in memory
     * @throws IOException if the file cannot be read, has no observations, or has values of another
     *     type; the message says where
     */
    public <O, A> Robot<O, A> asRobot(Class<O> observationType, Class<A> actionType)
            throws IOException {
        return playback().robot(observationType, actionType);
    }

    /**
     * {@return a policy that selects the recorded actions} As {@link #asPolicy(Class)}, for the
     * actions of {@code MockRobot} and the SO-101.
     *
     * @throws IOException as {@link #asPolicy(Class)}
     */
    public Policy<Object, Tensor> asPolicy() throws IOException {
        return asPolicy(Tensor.class);
    }

    /**
     * Reads the recorded actions as a policy, for any robot. It selects each action at its time,
     * counted from its first call: an action as the robot received it, within the limits of that
     * time.
     *
     * <p><b>It moves the arm wherever the recording says, without regard to what is there now.</b>
     * The first action may be far from the present pose, and so may be the action after a gap. The
     * limits of the session apply as to any policy: set {@code limits.max-speed}, so that the arm
     * moves there slowly, or bring it to the pose where the recording began.
     *
     * <ul>
     *   <li>At another rate than that of the recording, actions are repeated or left out.
     *   <li>In a gap of the recording, and where no action was sent, the last action remains.
     *   <li>The time is the timestamp of the observations. Without one, it is the clock.
     *   <li>After the last action the run ends, with an {@link EndOfRunException}, unless the
     *       replay {@linkplain #withRepeat() repeats}. Each run begins with the first action.
     * </ul>
     *
     * @param actionType the type of the recorded actions
     * @param <A> the type of an action
     * @return the policy, with all actions in memory
     * @throws IOException if the file cannot be read, has no actions, actions of another type, or
     *     tensors that differ in shape or are not finite; the message says where
     */
    public <A> Policy<Object, A> asPolicy(Class<A> actionType) throws IOException {
        return playback().policy(actionType);
    }

    /**
     * {@return a policy that selects actions of another source} As {@link #asPolicy(Class)} does,
     * with the same checks.
     *
     * @param actions the actions by their times; the time of the first is that of the first call
     * @param <A> the type of an action
     * @throws IllegalArgumentException if there is no action, or tensors differ in shape or are not
     *     finite
     */
    public static <A> Policy<Object, A> policyOf(SortedMap<Duration, A> actions) {
        if (actions.isEmpty()) {
            throw new IllegalArgumentException("There is no action");
        }
        String name = "The recording";
        List<Long> times = actions.keySet().stream().map(Duration::toNanos).toList();
        return new PlaybackPolicy<>(
                name,
                new Playhead(name, times, false),
                List.copyOf(actions.values()),
                System::nanoTime);
    }

    private PlaybackReader playback() {
        return new PlaybackReader(this.file, new Codecs(this.codecs), this.nanoTime, this.repeats);
    }

    private SessionOptions options(Map<String, String> metadata) throws IOException {
        double rate = RecordingFormat.rateHz(this.file, metadata);
        return SessionOptions.defaults()
                .withName("replay")
                .withRateHz(rate)
                .withWarmup(Duration.ZERO)
                .withEngage(EngageOptions.defaults().withEnabled(false))
                .withSpinWindow(Duration.ZERO)
                .withWatchdogTimeout(Duration.ZERO);
    }

    /** What is wrong with the file. It ends the run, which has not failed by that. */
    private static final class Problem {

        private @Nullable IOException found;

        EndOfRunException endRun(IOException problem) {
            this.found = problem;
            return new EndOfRunException("The recording cannot be read on");
        }

        void rethrow() throws IOException {
            if (this.found != null) {
                throw this.found;
            }
        }
    }

    /** Gives the recorded observations, at their instants. */
    private static final class ReplayedRobot implements Robot<Object, Object> {

        private final Tape tape;
        private final ValueDecoder decoder;
        private final long recordedBegin;
        private final Problem problem;
        private boolean ended;

        ReplayedRobot(Tape tape, ValueDecoder decoder, long recordedBegin, Problem problem) {
            this.tape = tape;
            this.decoder = decoder;
            this.recordedBegin = recordedBegin;
            this.problem = problem;
        }

        @Override
        public Object reset() {
            return "";
        }

        @Override
        public Object observe() {
            if (this.ended) {
                throw new EndOfRunException("The recording is over");
            }
            this.tape.play();
            RecordedIteration current = this.tape.current();
            this.tape.waitUntil(current.observed());
            Object observation = decode(Objects.requireNonNull(current.observation()));
            if (observation instanceof Observation stamped && current.timestamp() != null) {
                // the recorded one, not one of this clock: a policy may compute with it
                stamped.stamp(this.recordedBegin + current.timestamp());
            }
            return observation;
        }

        private Object decode(RecordedValue observation) {
            try {
                return this.decoder.decode(observation);
            } catch (IOException ex) {
                throw this.problem.endRun(ex);
            }
        }

        @Override
        public void act(Object action) {
            this.tape.waitUntil(this.tape.current().end());
            try {
                this.ended = !this.tape.advance();
            } catch (IOException ex) {
                throw this.problem.endRun(ex);
            }
        }
    }

    /** Compares what a policy selects. */
    private static final class ComparedPolicy extends PolicyDecorator<Object, Object> {

        private final Tape tape;
        private final Comparison comparison;
        private final Problem problem;

        ComparedPolicy(
                Policy<Object, Object> policy, Tape tape, Comparison comparison, Problem problem) {
            super(policy);
            this.tape = tape;
            this.comparison = comparison;
            this.problem = problem;
        }

        @Override
        public Object selectAction(Object observation) throws Exception {
            Object action = select(observation);
            if (action == null) {
                return action; // the session refuses it
            }
            try {
                this.comparison.compare(this.tape.current(), action);
            } catch (IOException ex) {
                throw this.problem.endRun(ex);
            }
            this.tape.waitUntil(this.tape.current().selectedAt());
            return action;
        }

        private Object select(Object observation) throws Exception {
            try {
                return super.selectAction(observation);
            } catch (EndOfRunException ex) {
                if (this.tape.current().complete()) {
                    this.comparison.endedEarly(this.tape.current(), ex);
                }
                throw ex;
            }
        }
    }
}
