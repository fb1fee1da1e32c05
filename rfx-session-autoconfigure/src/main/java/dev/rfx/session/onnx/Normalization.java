package dev.rfx.session.onnx;

import java.util.Arrays;

/**
 * Maps the values of a feature, such as joint positions, to the numbers that a model was trained
 * with, and back. Immutable. All arithmetic is float32, in the order of LeRobot, so that the
 * results have the same bits. Allocates nothing.
 *
 * @since 0.1
 */
public final class Normalization {

    /** What LeRobot adds to a standard deviation, and uses for an empty range. */
    static final float DEFAULT_EPSILON = 1e-8f;

    private enum Formula {
        IDENTITY,
        MEAN_STD,
        RANGE
    }

    private final Formula formula;

    /** The mean, or the lower end. */
    private final float[] origin;

    /** The standard deviation, or the width of the range. */
    private final float[] scale;

    /** What normalizing divides by. */
    private final float[] divisor;

    private Normalization(Formula formula, float[] origin, float[] scale, float[] divisor) {
        this.formula = formula;
        this.origin = origin;
        this.scale = scale;
        this.divisor = divisor;
    }

    /**
     * {@return a normalization that changes nothing}
     *
     * @param size the number of values of the feature
     */
    public static Normalization identity(int size) {
        float[] unused = new float[size];
        return new Normalization(Formula.IDENTITY, unused, unused, unused);
    }

    /**
     * {@return a normalization to mean 0 and standard deviation 1} Normalizing adds 1e-8 to each
     * standard deviation.
     *
     * @param mean the mean of each value
     * @param std the standard deviation of each value
     * @throws IllegalArgumentException if the lengths differ, a value is not finite, or a standard
     *     deviation is negative
     */
    public static Normalization meanStd(float[] mean, float[] std) {
        return meanStd(mean, std, DEFAULT_EPSILON);
    }

    static Normalization meanStd(float[] mean, float[] std, float epsilon) {
        requireFinite("mean", mean, mean.length);
        requireFinite("std", std, mean.length);
        float[] divisor = new float[std.length];
        for (int i = 0; i < std.length; i++) {
            if (std[i] < 0) {
                throw new IllegalArgumentException(
                        "std of value %d is %s, but must not be negative".formatted(i, std[i]));
            }
            divisor[i] = std[i] + epsilon;
        }
        return new Normalization(Formula.MEAN_STD, mean.clone(), std.clone(), divisor);
    }

    /**
     * {@return a normalization of a range to −1 … 1} The ends are minimum and maximum, or two
     * quantiles such as q01 and q99. Values outside of the range are not clipped. An empty range
     * counts as one of width 1e-8.
     *
     * @param low the lower end of each value
     * @param high the upper end of each value
     * @throws IllegalArgumentException if the lengths differ, a value is not finite, or an upper
     *     end is below its lower end
     */
    public static Normalization range(float[] low, float[] high) {
        return range(low, high, DEFAULT_EPSILON);
    }

    static Normalization range(float[] low, float[] high, float epsilon) {
        requireFinite("low", low, low.length);
        requireFinite("high", high, low.length);
        float[] width = new float[low.length];
        for (int i = 0; i < low.length; i++) {
            if (low[i] > high[i]) {
                throw new IllegalArgumentException(
                        "low of value %d is %s, more than high, %s".formatted(i, low[i], high[i]));
            }
            width[i] = high[i] == low[i] ? epsilon : high[i] - low[i];
        }
        requireFinite("high - low", width, width.length);
        return new Normalization(Formula.RANGE, low.clone(), width, width);
    }

    private static void requireFinite(String name, float[] values, int count) {
        if (values.length != count) {
            throw new IllegalArgumentException(
                    "%s has %d values, not %d".formatted(name, values.length, count));
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(
                        "%s of value %d is %s, but must be finite".formatted(name, i, values[i]));
            }
        }
    }

    /**
     * {@return the normalization of some values of the feature}
     *
     * @param what whose values these are, for the message
     * @param indexes the indexes of these values
     * @throws IllegalArgumentException if the feature has too few values
     */
    Normalization select(String what, int[] indexes) {
        for (int index : indexes) {
            if (index >= size()) {
                throw new IllegalArgumentException(
                        "The normalization of %s has %d values, but value %d is needed"
                                .formatted(what, size(), index));
            }
        }
        return new Normalization(
                this.formula,
                select(this.origin, indexes),
                select(this.scale, indexes),
                select(this.divisor, indexes));
    }

    private static float[] select(float[] values, int[] indexes) {
        float[] selected = new float[indexes.length];
        for (int i = 0; i < indexes.length; i++) {
            selected[i] = values[indexes[i]];
        }
        return selected;
    }

    /** {@return whether this changes nothing} */
    boolean isIdentity() {
        return this.formula == Formula.IDENTITY;
    }

    /** {@return the number of values of the feature} */
    public int size() {
        return this.origin.length;
    }

    /**
     * Normalizes values in place.
     *
     * @param values an array with the values
     * @param from the index of the first of {@link #size()} values
     */
    public void normalize(float[] values, int from) {
        switch (this.formula) {
            case IDENTITY -> {}
            case MEAN_STD -> {
                for (int i = 0; i < this.origin.length; i++) {
                    values[from + i] = (values[from + i] - this.origin[i]) / this.divisor[i];
                }
            }
            case RANGE -> {
                for (int i = 0; i < this.origin.length; i++) {
                    values[from + i] =
                            2 * (values[from + i] - this.origin[i]) / this.divisor[i] - 1;
                }
            }
        }
    }

    /**
     * Maps normalized values back, in place. The inverse of {@link #normalize}, but for the 1e-8.
     *
     * @param values an array with the values
     * @param from the index of the first of {@link #size()} values
     */
    public void denormalize(float[] values, int from) {
        switch (this.formula) {
            case IDENTITY -> {}
            case MEAN_STD -> {
                for (int i = 0; i < this.origin.length; i++) {
                    values[from + i] = values[from + i] * this.scale[i] + this.origin[i];
                }
            }
            case RANGE -> {
                for (int i = 0; i < this.origin.length; i++) {
                    values[from + i] = (values[from + i] + 1) / 2 * this.scale[i] + this.origin[i];
                }
            }
        }
    }

    @Override
    public String toString() {
        return switch (this.formula) {
            case IDENTITY -> "identity of " + size();
            case MEAN_STD ->
                    "mean %s, std %s"
                            .formatted(Arrays.toString(this.origin), Arrays.toString(this.scale));
            case RANGE ->
                    "from %s, width %s"
                            .formatted(Arrays.toString(this.origin), Arrays.toString(this.scale));
        };
    }
}
