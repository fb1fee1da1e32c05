package dev.rfx.session.onnx;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the values of an output of a model mean for some joints. Several outputs with the same name
 * share the values of that output in their order: first the legs, then the wheels. Immutable.
 *
 * @since 0.1
 */
public final class Output {

    /**
     * What a value commands.
     *
     * @since 0.1
     */
    public enum Kind {
        /** A position: offset + scale · value. */
        POSITION,
        /**
         * A change of the position: last target + scale · value. The first target of a run counts
         * from the observed position, and every further one from the target before, so that a joint
         * that lags behind its targets does not slow them down.
         */
        DELTA,
        /** A velocity: offset + scale · value. The robot takes velocities for these joints. */
        VELOCITY
    }

    private final Kind kind;
    private final @Nullable String name;
    private final List<String> joints;
    private final Affine affine;

    private Output(Kind kind, @Nullable String name, List<String> joints, Affine affine) {
        this.kind = kind;
        this.name = name;
        this.joints = joints;
        this.affine = affine;
    }

    /**
     * {@return an output of a kind, for all joints of the model} The robot's positions are those at
     * the beginning of {@code state}, in the units of its actions.
     *
     * @param kind what a value commands
     */
    public static Output of(Kind kind) {
        return new Output(Objects.requireNonNull(kind, "kind"), null, List.of(), Affine.NONE);
    }

    /**
     * {@return this output with a name} Needed if the model has several outputs that are not
     * recurrent.
     *
     * @param name the name of the output in the model
     */
    public Output named(String name) {
        return new Output(this.kind, name, this.joints, this.affine);
    }

    /**
     * {@return this output for some joints}
     *
     * @param joints names of joints, in the order of the values, each once
     * @throws IllegalArgumentException if there is no name, or a name occurs twice
     */
    public Output joints(List<String> joints) {
        Term.requireDistinct(joints);
        return new Output(this.kind, this.name, List.copyOf(joints), this.affine);
    }

    /**
     * {@return this output, mapped back from normalized values before factor and offset}
     *
     * @param normalization a normalization with a value for each joint
     */
    public Output denormalize(Normalization normalization) {
        return with(this.affine.normalization(normalization));
    }

    /**
     * {@return this output times a factor}
     *
     * @param scale one value, or one for each joint; finite
     * @throws IllegalArgumentException if there is no value, or one is not finite
     */
    public Output scale(float... scale) {
        return with(this.affine.scale(scale));
    }

    /**
     * {@return this output plus an offset, after the factor}
     *
     * @param offset one value, or one for each joint; finite
     * @throws IllegalArgumentException if there is no value, or one is not finite
     * @throws IllegalStateException if a value is a change, which has no offset
     */
    public Output offset(float... offset) {
        requireAbsolute();
        return with(this.affine.offset(offset));
    }

    /**
     * {@return this output plus the default pose of its joints, after the factor}
     *
     * @throws IllegalStateException if a value is a change, which has no offset
     */
    public Output offsetDefaultPose() {
        requireAbsolute();
        return with(this.affine.offsetDefaultPose());
    }

    /**
     * {@return this output within a range} It limits what the robot receives: the target of a
     * change, not the change.
     *
     * @param lowest the lowest value
     * @param highest the highest value
     * @throws IllegalArgumentException if the lowest is higher than the highest
     */
    public Output clip(float lowest, float highest) {
        return with(this.affine.clip(new float[] {lowest}, new float[] {highest}));
    }

    /**
     * {@return this output within a range for each joint} As {@link #clip(float, float)}.
     *
     * @param lowest the lowest value of each
     * @param highest the highest value of each
     * @throws IllegalArgumentException if the ranges differ in number, or one is empty
     */
    public Output clip(float[] lowest, float[] highest) {
        return with(this.affine.clip(lowest, highest));
    }

    private Output with(Affine affine) {
        return new Output(this.kind, this.name, this.joints, affine);
    }

    private void requireAbsolute() {
        if (this.kind == Kind.DELTA) {
            throw new IllegalStateException("A change of the position has no offset");
        }
    }

    Kind kind() {
        return this.kind;
    }

    /** {@return the name, or null for the only output} */
    @Nullable String name() {
        return this.name;
    }

    /** {@return the joints, or empty for all} */
    List<String> joints() {
        return this.joints;
    }

    Affine affine() {
        return this.affine;
    }

    /** {@return the kind} */
    @Override
    public String toString() {
        return this.kind.name().toLowerCase(Locale.ROOT);
    }
}
