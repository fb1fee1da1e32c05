package dev.rfx.session.robot;

import dev.rfx.session.CommandLimits;
import dev.rfx.session.Robot;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.SafetyLimits.OnViolation;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * The settings of {@link SafetyLimits} as a value, for {@link
 * dev.rfx.session.SessionOptions#withLimits}. Immutable; begin with {@link #none()}. Each limit is
 * a list of one value for all joints, of one value per joint, or empty for no limit. All values are
 * finite, in the units of the robot's actions. The actions have to be {@link Tensor tensors}.
 *
 * @param min smallest command
 * @param max largest command
 * @param maxSpeed how fast commands may change, per second; more than 0
 * @param onViolation what happens to a command beyond a limit
 * @since 0.1
 */
public record LimitOptions(
        List<Float> min, List<Float> max, List<Float> maxSpeed, OnViolation onViolation)
        implements CommandLimits {

    private static final LimitOptions NONE =
            new LimitOptions(List.of(), List.of(), List.of(), OnViolation.CLAMP);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if a value is outside its range, if the limits are for
     *     different numbers of joints, or if a minimum is larger than the maximum
     */
    public LimitOptions {
        min = List.copyOf(min);
        max = List.copyOf(max);
        maxSpeed = List.copyOf(maxSpeed);
        Objects.requireNonNull(onViolation, "onViolation");
        new JointLimits(
                limit("min", min, Float.NEGATIVE_INFINITY),
                limit("max", max, Float.POSITIVE_INFINITY),
                limit("maxSpeed", maxSpeed, Float.POSITIVE_INFINITY).requirePositive("maxSpeed"),
                Limit.ANY_NUMBER);
    }

    private static Limit limit(String name, List<Float> values, float none) {
        Limit limit = Limit.none(none);
        return values.isEmpty() ? limit : limit.with(name, toArray(values));
    }

    /** {@return options without any limit, which clamp} */
    public static LimitOptions none() {
        return NONE;
    }

    /**
     * {@return options with another smallest command}
     *
     * @param min one value, one value per joint, or empty
     */
    public LimitOptions withMin(List<Float> min) {
        return new LimitOptions(min, this.max, this.maxSpeed, this.onViolation);
    }

    /**
     * {@return options with another largest command}
     *
     * @param max one value, one value per joint, or empty
     */
    public LimitOptions withMax(List<Float> max) {
        return new LimitOptions(this.min, max, this.maxSpeed, this.onViolation);
    }

    /**
     * {@return options with another largest speed}
     *
     * @param maxSpeed one value, one value per joint, or empty; per second
     */
    public LimitOptions withMaxSpeed(List<Float> maxSpeed) {
        return new LimitOptions(this.min, this.max, maxSpeed, this.onViolation);
    }

    /**
     * {@return options with another consequence of a violation}
     *
     * @param onViolation what happens to a command beyond a limit
     */
    public LimitOptions withOnViolation(OnViolation onViolation) {
        return new LimitOptions(this.min, this.max, this.maxSpeed, onViolation);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Robot<?, ?> around(Robot<?, ?> robot, LongSupplier nanoTime) {
        SafetyLimits.Builder<Object> limits =
                SafetyLimits.around((Robot<Object, Tensor>) robot)
                        .onViolation(this.onViolation)
                        .nanoTime(nanoTime);
        if (!this.min.isEmpty()) {
            limits.min(toArray(this.min));
        }
        if (!this.max.isEmpty()) {
            limits.max(toArray(this.max));
        }
        if (!this.maxSpeed.isEmpty()) {
            limits.maxSpeed(toArray(this.maxSpeed));
        }
        return limits.build();
    }

    /** {@return the limits, and what happens to a command beyond them} */
    @Override
    public String toString() {
        return "min %s, max %s, max speed %s (%s)"
                .formatted(
                        describe(this.min),
                        describe(this.max),
                        describe(this.maxSpeed),
                        this.onViolation);
    }

    private static String describe(List<Float> values) {
        return values.isEmpty() ? "none" : values.toString();
    }

    private static float[] toArray(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }
}
