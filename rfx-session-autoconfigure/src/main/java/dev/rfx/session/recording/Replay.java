package dev.rfx.session.recording;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.test.VirtualClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Replays a recording.
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

    private Replay(Path file, Map<Class<?>, Codec<?>> codecs, double tolerance) {
        this.file = file;
        this.codecs = Map.copyOf(codecs);
        this.tolerance = tolerance;
    }

    /**
     * {@return a replay of a file}
     *
     * @param file a file that a recorder has written
     */
    public static Replay of(Path file) {
        return new Replay(file, Map.of(), 0);
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
        return new Replay(this.file, more, this.tolerance);
    }

    /**
     * {@return a replay that accepts small differences} Other machines and other JDKs may compute
     * functions such as {@code Math.sin} with another last digit.
     *
     * @param tolerance the largest difference of a number; 0, the default, compares bit by bit
     */
    public Replay withTolerance(double tolerance) {
        if (!(tolerance >= 0)) {
            throw new IllegalArgumentException(
                    "tolerance is " + tolerance + ", but must be at least 0");
        }
        return new Replay(this.file, this.codecs, tolerance);
    }

    /**
     * Passes the recorded observations through a policy, and compares its actions with those that
     * were recorded. The session is the real one, on a clock that shows each instant of the
     * recording, and takes no longer than the policy computes.
     *
     * @param policy the policy; it is reset first, as at the start of a run
     * @return how the actions compare
     * @throws IOException if the file cannot be read, or has no observations
     * @throws SessionException if the policy fails
     */
    @SuppressWarnings("unchecked")
    public ReplayResult through(Policy<?, ?> policy) throws IOException {
        long realBegin = System.nanoTime();
        try (RecordingReader reader = RecordingReader.open(this.file);
                VirtualClock clock = new VirtualClock()) {
            Tape tape = new Tape(reader, clock);
            if (!tape.advance()) {
                throw new IOException(this.file + " has no iterations with observations");
            }
            Comparison comparison = new Comparison(new Codecs(this.codecs), this.tolerance);
            ReplayedRobot robot = new ReplayedRobot(tape, comparison);
            clock.oversleeping(tape::latenessOfNext);
            Session session =
                    clock.session(
                            robot,
                            new ComparedPolicy((Policy<Object, Object>) policy, tape, comparison),
                            options(reader.metadata()));
            robot.session = session;
            session.run();
            return comparison.result(
                    Duration.ofNanos(tape.duration()),
                    Duration.ofNanos(System.nanoTime() - realBegin));
        }
    }

    private static SessionOptions options(Map<String, String> metadata) throws IOException {
        String rate = metadata.get("rate_hz");
        if (rate == null) {
            throw new IOException("The file has no rate_hz in its metadata");
        }
        return SessionOptions.defaults()
                .withName("replay")
                .withRateHz(Double.parseDouble(rate))
                .withWarmup(Duration.ZERO)
                .withSpinWindow(Duration.ZERO)
                .withWatchdogTimeout(Duration.ZERO);
    }

    /** Gives the recorded observations, at their instants. */
    private static final class ReplayedRobot implements Robot<Object, Object> {

        private final Tape tape;
        private final Comparison comparison;
        private @Nullable Session session;

        ReplayedRobot(Tape tape, Comparison comparison) {
            this.tape = tape;
            this.comparison = comparison;
        }

        @Override
        public Object reset() {
            return "";
        }

        @Override
        public Object observe() throws IOException {
            this.tape.play();
            RecordedIteration current = this.tape.current();
            this.tape.waitUntil(current.observed());
            Object observation = this.comparison.decode(current.observation());
            if (observation instanceof Observation stamped && current.timestamp() != null) {
                stamped.stamp(this.tape.clockAt(current.timestamp()));
            }
            return observation;
        }

        @Override
        public void act(Object action) throws IOException {
            this.tape.waitUntil(this.tape.current().end());
            Session running = this.session;
            if (!this.tape.advance() && running != null) {
                running.requestStop();
            }
        }
    }

    /** Compares what a policy selects. */
    private static final class ComparedPolicy implements Policy<Object, Object> {

        private final Policy<Object, Object> policy;
        private final Tape tape;
        private final Comparison comparison;

        ComparedPolicy(Policy<Object, Object> policy, Tape tape, Comparison comparison) {
            this.policy = policy;
            this.tape = tape;
            this.comparison = comparison;
        }

        @Override
        public Object selectAction(Object observation) throws Exception {
            Object action = this.policy.selectAction(observation);
            this.comparison.compare(this.tape.current(), action);
            this.tape.waitUntil(this.tape.current().selectedAt());
            return action;
        }

        @Override
        public void reset() {
            this.policy.reset();
        }
    }
}
