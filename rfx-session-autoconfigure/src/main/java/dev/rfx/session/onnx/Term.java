package dev.rfx.session.onnx;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part of an input of a model: some values with a source, such as a tensor of the observation or
 * a command. Each value, normalized if the term says so, becomes {@code clip((value − minus) ·
 * scale)}. Immutable.
 *
 * <pre>{@code
 * Term.of("gyro").size(3).scale(0.25f)
 * Term.of("state").perJoint().minusDefaultPose()
 * Term.command("velocity", 3)
 * }</pre>
 *
 * @since 0.1
 */
public final class Term {

    /**
     * The order of the values of a {@link Term#phase phase}.
     *
     * @since 0.1
     */
    public enum PhaseOrder {
        /** The sines of all offsets, then their cosines. */
        SIN_COS,
        /** The cosines of all offsets, then their sines. */
        COS_SIN
    }

    /** Where the values come from. */
    sealed interface Source {}

    /** Values of a tensor; a size of 0 is what is left of the input. */
    record TensorValues(String tensor, int from, int size, boolean perJoint, List<String> joints)
            implements Source {

        boolean byJoint() {
            return this.perJoint || !this.joints.isEmpty();
        }

        @Override
        public String toString() {
            String slice = this.from == 0 ? "" : "[" + this.from + "…]";
            return this.tensor + slice + (byJoint() ? " by joint" : "");
        }
    }

    /** The output of the last decision. */
    record LastAction() implements Source {

        @Override
        public String toString() {
            return "last action";
        }
    }

    /** A command; a size of 0 is what is left of the input. */
    record CommandValues(String name, int size) implements Source {

        @Override
        public String toString() {
            return "command " + this.name;
        }
    }

    /** A phase that counts decisions. */
    record Phase(
            double periodSeconds, List<Double> offsets, PhaseOrder order, boolean beforeFirstUse)
            implements Source {

        @Override
        public String toString() {
            return "phase";
        }
    }

    /** Fixed values. */
    record Constant(List<Float> values) implements Source {

        float[] toArray() {
            float[] array = new float[this.values.size()];
            for (int i = 0; i < array.length; i++) {
                array[i] = this.values.get(i);
            }
            return array;
        }

        @Override
        public String toString() {
            return "constant";
        }
    }

    private final Source source;
    private final Affine affine;
    private final int history;

    private Term(Source source, Affine affine, int history) {
        this.source = source;
        this.affine = affine;
        this.history = history;
    }

    private static Term of(Source source) {
        return new Term(source, Affine.NONE, 0);
    }

    /**
     * {@return a term with the values of a tensor of the observation} Without {@link #size} or
     * {@link #perJoint}, it is the whole tensor. One term of an input may be such a term; it has
     * what the model's input leaves to it.
     *
     * @param tensor the name of the tensor
     */
    public static Term of(String tensor) {
        return of(
                new TensorValues(Objects.requireNonNull(tensor, "tensor"), 0, 0, false, List.of()));
    }

    /**
     * {@return a term with the output of the model at the last decision, without scale and offset}
     * It is zero at the first decision of a run.
     */
    public static Term lastAction() {
        return of(new LastAction());
    }

    /**
     * {@return a term with a command, which any thread sets} See {@link OnnxPolicy#command}.
     *
     * @param name the name of the command
     * @param size the number of values, at least 1
     * @throws IllegalArgumentException if the size is less than 1
     */
    public static Term command(String name, int size) {
        requirePositive("size", size);
        return of(new CommandValues(Objects.requireNonNull(name, "name"), size));
    }

    /**
     * {@return a term with a command that has what the model's input leaves to it, or as many
     * values as {@link OnnxPolicy.Builder#command} sets} One term of an input may be such a term.
     *
     * @param name the name of the command
     */
    public static Term command(String name) {
        return of(new CommandValues(Objects.requireNonNull(name, "name"), 0));
    }

    /**
     * {@return a term with the phase of a gait, as a sine and a cosine for each offset} The phase
     * counts decisions, not time: a run that is late goes on where it was. The first decision of a
     * run has phase 0.
     *
     * @param period the duration of a cycle, more than 0
     * @param order the order of the values
     * @param offsets the offsets, in cycles, such as 0 and 0.5 for two legs; without any, 0
     * @throws IllegalArgumentException if the period is not positive, or an offset is not finite
     */
    public static Term phase(Duration period, PhaseOrder order, double... offsets) {
        if (period.isZero() || period.isNegative()) {
            throw new IllegalArgumentException("period is " + period + ", but must be more than 0");
        }
        for (double offset : offsets) {
            if (!Double.isFinite(offset)) {
                throw new IllegalArgumentException(
                        "offsets is " + Arrays.toString(offsets) + ", but must be finite");
            }
        }
        return of(
                new Phase(
                        period.toNanos() / 1e9,
                        offsets.length == 0
                                ? List.of(0.0)
                                : Arrays.stream(offsets).boxed().toList(),
                        Objects.requireNonNull(order, "order"),
                        false));
    }

    /**
     * {@return a term with fixed values}
     *
     * @param values the values, at least one
     * @throws IllegalArgumentException if there is no value, or one is not finite
     */
    public static Term constant(float... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("A constant needs a value");
        }
        return of(new Constant(Affine.list("constant", values)));
    }

    /**
     * {@return this term from another position of its tensor on}
     *
     * @param from the position of the first value, from 0
     * @throws IllegalArgumentException if the position is negative
     * @throws IllegalStateException if the term has no tensor
     */
    public Term from(int from) {
        if (from < 0) {
            throw new IllegalArgumentException("from is " + from + ", but must be at least 0");
        }
        TensorValues values = tensorValues();
        return with(
                new TensorValues(values.tensor, from, values.size, values.perJoint, values.joints));
    }

    /**
     * {@return this term with a number of values of its tensor}
     *
     * @param size the number of values, at least 1
     * @throws IllegalArgumentException if the size is less than 1
     * @throws IllegalStateException if the term has no tensor, or its values are by joint
     */
    public Term size(int size) {
        requirePositive("size", size);
        TensorValues values = tensorValues();
        if (values.byJoint()) {
            throw new IllegalStateException("The joints are the size of this term");
        }
        return with(new TensorValues(values.tensor, values.from, size, false, List.of()));
    }

    /**
     * {@return this term with a value for each joint of the model, in the order of the model} The
     * tensor has a value for each joint of the robot, in the order of the robot. See {@link
     * OnnxPolicy.Builder#joints}.
     *
     * @throws IllegalStateException if the term has no tensor, or a size
     */
    public Term perJoint() {
        TensorValues values = tensorValuesWithoutSize();
        return with(new TensorValues(values.tensor, values.from, 0, true, List.of()));
    }

    /**
     * {@return this term with a value for each of some joints} The tensor has a value for each
     * joint of the robot, in the order of the robot.
     *
     * @param joints names of joints, in the order of the model, each once
     * @throws IllegalArgumentException if there is no name, or a name occurs twice
     * @throws IllegalStateException if the term has no tensor, or a size
     */
    public Term joints(List<String> joints) {
        requireDistinct(joints);
        TensorValues values = tensorValuesWithoutSize();
        return with(new TensorValues(values.tensor, values.from, 0, false, List.copyOf(joints)));
    }

    /**
     * {@return this term with another phase at the first decision: that of the second one} Some
     * trainers advance the phase before they use it.
     *
     * @throws IllegalStateException if the term has no phase
     */
    public Term advancedBeforeFirstUse() {
        if (!(this.source instanceof Phase phase)) {
            throw new IllegalStateException("The term '" + this.source + "' has no phase");
        }
        return with(new Phase(phase.periodSeconds, phase.offsets, phase.order, true));
    }

    /**
     * {@return this term, normalized before offset and scale}
     *
     * @param normalization a normalization with as many values as the term
     */
    public Term normalize(Normalization normalization) {
        return with(this.affine.normalization(normalization));
    }

    /**
     * {@return this term less an offset}
     *
     * @param minus one value, or one for each value of the term; finite
     * @throws IllegalArgumentException if there is no value, or one is not finite
     */
    public Term minus(float... minus) {
        return with(this.affine.offset(minus));
    }

    /**
     * {@return this term less the default pose of its joints}
     *
     * @throws IllegalStateException if the values of the term are not by joint
     */
    public Term minusDefaultPose() {
        if (!(this.source instanceof TensorValues values && values.byJoint())) {
            throw new IllegalStateException(
                    "The term '" + this.source + "' has no joints that have a default pose");
        }
        return with(this.affine.offsetDefaultPose());
    }

    /**
     * {@return this term times a factor}
     *
     * @param scale one value, or one for each value of the term; finite
     * @throws IllegalArgumentException if there is no value, or one is not finite
     */
    public Term scale(float... scale) {
        return with(this.affine.scale(scale));
    }

    /**
     * {@return this term within a range, after offset and scale}
     *
     * @param lowest the lowest value
     * @param highest the highest value
     * @throws IllegalArgumentException if the lowest is higher than the highest
     */
    public Term clip(float lowest, float highest) {
        return with(this.affine.clip(new float[] {lowest}, new float[] {highest}));
    }

    /**
     * {@return this term within a range for each value, after offset and scale}
     *
     * @param lowest the lowest value of each
     * @param highest the highest value of each
     * @throws IllegalArgumentException if the ranges differ in number, or one is empty
     */
    public Term clip(float[] lowest, float[] highest) {
        return with(this.affine.clip(lowest, highest));
    }

    /**
     * {@return this term with the values of the last decisions} The first observation of a run
     * fills all of them. Overrides {@link Input#history} for this term.
     *
     * @param frames the number of decisions, at least 1
     * @throws IllegalArgumentException if the number is less than 1
     */
    public Term history(int frames) {
        requirePositive("history", frames);
        return new Term(this.source, this.affine, frames);
    }

    private Term with(Source source) {
        return new Term(source, this.affine, this.history);
    }

    private Term with(Affine affine) {
        return new Term(this.source, affine, this.history);
    }

    private TensorValues tensorValues() {
        if (!(this.source instanceof TensorValues values)) {
            throw new IllegalStateException("The term '" + this.source + "' has no tensor");
        }
        return values;
    }

    private TensorValues tensorValuesWithoutSize() {
        TensorValues values = tensorValues();
        if (values.size > 0) {
            throw new IllegalStateException("The joints are the size of this term");
        }
        return values;
    }

    static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    option + " is " + value + ", but must be at least 1");
        }
    }

    static void requireDistinct(List<String> joints) {
        if (joints.isEmpty() || new HashSet<>(joints).size() < joints.size()) {
            throw new IllegalArgumentException(
                    "joints is " + joints + ", but must be names, each once");
        }
    }

    /** {@return where the values come from} */
    Source source() {
        return this.source;
    }

    /** {@return what happens to the values} */
    Affine affine() {
        return this.affine;
    }

    /** {@return the number of decisions, or null if the input decides} */
    @Nullable Integer history() {
        return this.history == 0 ? null : this.history;
    }

    /** {@return the source of the values} */
    @Override
    public String toString() {
        return this.source.toString();
    }
}
