package dev.rfx.session.test;

import dev.rfx.session.Observation;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A scripted fault of a robot or a policy: which call fails, in which iterations, and how.
 *
 * <pre>{@code
 * Fault.in(SessionPhase.OBSERVE).at(50).throwing(() -> new IOException("unplugged"))
 * Fault.in(SessionPhase.POLICY).every(10).taking(Duration.ofMillis(30))
 * Fault.in(SessionPhase.ACT).atRandom(0.01, 42).stallingForGood()
 * }</pre>
 *
 * <p>The phases are {@code OBSERVE}, {@code POLICY} and {@code ACT}, and the calls outside the
 * iterations, {@code RESET} and {@code STOP} of the robot. Iterations are counted from 0 over all
 * runs of a session, and so are resets and stops. A fault comes before the call of the user's
 * object, which is not made if the fault throws; only a fault that changes a value comes after it.
 * Several sessions may have the same fault.
 *
 * @since 0.1
 * @see VirtualSession#with
 */
public final class Fault {

    private final SessionPhase phase;
    private final String when;
    private final LongPredicate iterations;
    private final String effect;
    private final @Nullable Interruption before;
    private final @Nullable Supplier<UnaryOperator<@Nullable Object>> change;

    /** What comes before a call, and may take its place. */
    @FunctionalInterface
    interface Interruption {
        void apply(VirtualClock clock) throws Exception;
    }

    private Fault(
            When when,
            String effect,
            @Nullable Interruption before,
            @Nullable Supplier<UnaryOperator<@Nullable Object>> change) {
        this.phase = when.phase;
        this.when = when.text;
        this.iterations = when.iterations;
        this.effect = effect;
        this.before = before;
        this.change = change;
    }

    /**
     * Begins a fault.
     *
     * @param phase the call that fails
     * @return where the fault is
     * @throws IllegalArgumentException if the phase is no call
     */
    public static Place in(SessionPhase phase) {
        if (phase == SessionPhase.WARMUP || phase == SessionPhase.WAIT) {
            throw new IllegalArgumentException(
                    "phase is %s, but a fault is in reset, observe, policy, act or stop"
                            .formatted(phase));
        }
        return new Place(phase);
    }

    /**
     * Each kind of fault in each call of an iteration that can have it, for a test that a robot
     * comes to rest whatever happens. The values are those of {@link Observation} and {@link
     * Tensor}.
     *
     * @param iteration the iteration in which each of them begins
     * @return the faults
     */
    public static List<Fault> all(long iteration) {
        List<Fault> all = new ArrayList<>();
        for (SessionPhase phase :
                List.of(SessionPhase.OBSERVE, SessionPhase.POLICY, SessionPhase.ACT)) {
            When when = in(phase).from(iteration);
            all.add(when.throwing(() -> new Exception("scripted")));
            all.add(when.throwing(() -> new StackOverflowError("scripted")));
            all.add(when.taking(Duration.ofSeconds(3)));
            all.add(when.stalling());
            all.add(when.stallingForGood());
            if (phase != SessionPhase.ACT) {
                all.add(when.returningNull());
                all.add(when.returningNaN());
                all.add(when.returningAnotherShape());
            }
        }
        all.add(in(SessionPhase.OBSERVE).from(iteration).freezingTheTimestamp());
        return all;
    }

    SessionPhase phase() {
        return this.phase;
    }

    boolean isIn(long iteration) {
        return this.iterations.test(iteration);
    }

    /** Applies what comes before the call. */
    void before(VirtualClock clock) throws Exception {
        if (this.before != null) {
            this.before.apply(clock);
        }
    }

    /** {@return what changes the results of the calls of one session} */
    UnaryOperator<@Nullable Object> change() {
        return this.change == null ? UnaryOperator.identity() : this.change.get();
    }

    @Override
    public String toString() {
        return this.phase + " " + this.when + " " + this.effect;
    }

    /** The call that fails. */
    public static final class Place {

        private final SessionPhase phase;

        private Place(SessionPhase phase) {
            this.phase = phase;
        }

        /**
         * {@return a fault in one iteration}
         *
         * @param iteration its number, at least 0
         */
        public When at(long iteration) {
            requireIteration(iteration);
            return new When(this.phase, "in iteration " + iteration, k -> k == iteration);
        }

        /**
         * {@return a fault in an iteration and all later ones}
         *
         * @param iteration the number of the first one, at least 0
         */
        public When from(long iteration) {
            requireIteration(iteration);
            return new When(this.phase, "from iteration " + iteration, k -> k >= iteration);
        }

        private static void requireIteration(long iteration) {
            if (iteration < 0) {
                throw new IllegalArgumentException(
                        "iteration is " + iteration + ", but must be at least 0");
            }
        }

        /**
         * {@return a fault in each n-th iteration, for the first time in iteration n - 1}
         *
         * @param n how many, at least 1
         */
        public When every(long n) {
            if (n < 1) {
                throw new IllegalArgumentException("n is " + n + ", but must be at least 1");
            }
            return new When(this.phase, "every %d iterations".formatted(n), k -> k % n == n - 1);
        }

        /**
         * {@return a fault in random iterations, which are the same for the same seed} The seed is
         * part of the text of the fault.
         *
         * @param probability the share of the iterations, 0 to 1
         * @param seed the seed
         */
        public When atRandom(double probability, long seed) {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException(
                        "probability is " + probability + ", but must be between 0 and 1");
            }
            String text =
                    String.format(
                            Locale.ROOT, "in %s of the iterations (seed %d)", probability, seed);
            // Mixed, so that the iterations of one seed are not those of the next one, shifted.
            long origin = new SplittableRandom(seed).nextLong();
            return new When(
                    this.phase,
                    text,
                    k -> new SplittableRandom(origin + k).nextDouble() < probability);
        }

        /**
         * {@return a fault in random iterations, each time others} The seed is printed.
         *
         * @param probability the share of the iterations, 0 to 1
         */
        public When atRandom(double probability) {
            When when = atRandom(probability, new SplittableRandom().nextInt());
            System.out.println("Fault of " + this.phase + " " + when.text);
            return when;
        }
    }

    /** The iterations in which a call fails. Each method ends the description of a fault. */
    public static final class When {

        private final SessionPhase phase;
        private final String text;
        private final LongPredicate iterations;

        private When(SessionPhase phase, String text, LongPredicate iterations) {
            this.phase = phase;
            this.text = text;
            this.iterations = iterations;
        }

        /**
         * The call throws.
         *
         * @param thrown supplies what, for each call, and once for the text of the fault
         * @return the fault
         */
        public Fault throwing(Supplier<? extends Throwable> thrown) {
            return new Fault(
                    this,
                    "throws " + thrown.get().getClass().getSimpleName(),
                    clock -> {
                        throw FaultScript.sneaky(thrown.get());
                    },
                    null);
        }

        /**
         * The call takes a time, then goes on. An interrupt does not shorten it. If the robot was
         * stopped in this time, its call is not made.
         *
         * @param duration how long
         * @return the fault
         */
        public Fault taking(Duration duration) {
            return new Fault(
                    this,
                    "takes %s ms".formatted(duration.toMillis()),
                    clock -> clock.advance(duration),
                    null);
        }

        /**
         * The call does not return until it is interrupted. Then it throws InterruptedException.
         *
         * @return the fault
         */
        public Fault stalling() {
            return new Fault(
                    this,
                    "stalls until it is interrupted",
                    clock -> clock.sleep(FaultScript.FOR_EVER),
                    null);
        }

        /**
         * The call does not return, and ignores every interrupt.
         *
         * @return the fault
         */
        public Fault stallingForGood() {
            return new Fault(this, "stalls for good", VirtualClock::stallForGood, null);
        }

        /**
         * The call returns null.
         *
         * @return the fault
         */
        public Fault returningNull() {
            return changing("returns null", () -> value -> null);
        }

        /**
         * The first number of the result is NaN: of a tensor, of the first tensor of an
         * observation, or of an array of float or double.
         *
         * @return the fault
         */
        public Fault returningNaN() {
            return changing("returns NaN", () -> Values::withNaN);
        }

        /**
         * The result has one number more: a tensor, the first tensor of an observation, or an array
         * of float or double.
         *
         * @return the fault
         */
        public Fault returningAnotherShape() {
            return changing("returns another shape", () -> Values::withOneMore);
        }

        /**
         * The observation has the timestamp of the first call that fails. Its type is {@link
         * Observation}.
         *
         * @return the fault
         */
        public Fault freezingTheTimestamp() {
            return changing("freezes the timestamp", Values.FrozenTimestamp::new);
        }

        /**
         * The call returns another value.
         *
         * @param change receives the result of the user's object
         * @return the fault
         */
        public Fault returning(UnaryOperator<@Nullable Object> change) {
            return changing("returns another value", () -> change);
        }

        private Fault changing(String effect, Supplier<UnaryOperator<@Nullable Object>> change) {
            if (this.phase != SessionPhase.OBSERVE && this.phase != SessionPhase.POLICY) {
                throw new IllegalArgumentException(
                        "%s has no result that a fault could change; observe and policy have"
                                .formatted(this.phase));
            }
            return new Fault(this, effect, null, change);
        }
    }
}
