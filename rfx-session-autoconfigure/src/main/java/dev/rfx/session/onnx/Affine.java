package dev.rfx.session.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happens to values: first a normalization, then an offset, a factor and a range. Each of
 * these is empty, or has one value for all, or one for each. An offset may be the default pose
 * instead.
 */
record Affine(
        @Nullable Normalization normalization,
        List<Float> offset,
        boolean offsetIsDefaultPose,
        List<Float> factor,
        List<Float> lowest,
        List<Float> highest) {

    static final Affine NONE = new Affine(null, List.of(), false, List.of(), List.of(), List.of());

    Affine normalization(Normalization normalization) {
        return new Affine(
                Objects.requireNonNull(normalization, "normalization"),
                this.offset,
                this.offsetIsDefaultPose,
                this.factor,
                this.lowest,
                this.highest);
    }

    Affine offset(float... offset) {
        return new Affine(
                this.normalization,
                list("offset", offset),
                false,
                this.factor,
                this.lowest,
                this.highest);
    }

    Affine offsetDefaultPose() {
        return new Affine(
                this.normalization, List.of(), true, this.factor, this.lowest, this.highest);
    }

    Affine scale(float... factor) {
        return new Affine(
                this.normalization,
                this.offset,
                this.offsetIsDefaultPose,
                list("scale", factor),
                this.lowest,
                this.highest);
    }

    Affine clip(float[] lowest, float[] highest) {
        boolean valid = lowest.length == highest.length && lowest.length > 0;
        for (int i = 0; valid && i < lowest.length; i++) {
            valid = lowest[i] <= highest[i]; // NaN is invalid
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    "clip is %s to %s, but must be ranges from lowest to highest"
                            .formatted(boxed(lowest), boxed(highest)));
        }
        return new Affine(
                this.normalization,
                this.offset,
                this.offsetIsDefaultPose,
                this.factor,
                boxed(lowest),
                boxed(highest));
    }

    /** {@return finite values as a list} */
    static List<Float> list(String option, float... values) {
        List<Float> list = boxed(values);
        if (list.isEmpty() || !list.stream().allMatch(Float::isFinite)) {
            throw new IllegalArgumentException(
                    option + " is " + list + ", but must be finite values, at least one");
        }
        return list;
    }

    private static List<Float> boxed(float... values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return Collections.unmodifiableList(list);
    }

    /**
     * {@return this for a number of values}
     *
     * @param what whose values these are, for the message
     * @param other the normalization if this has none, or null
     * @param defaultPose the default pose of the values, asked for if it is needed
     * @throws IllegalArgumentException if the numbers differ
     */
    Compiled compile(
            String what, int width, @Nullable Normalization other, Supplier<float[]> defaultPose) {
        Normalization first = this.normalization == null ? other : this.normalization;
        if (first != null && first.size() != width) {
            throw new IllegalArgumentException(
                    "The normalization of '%s' has %d values, but must have %d"
                            .formatted(what, first.size(), width));
        }
        return new Compiled(
                first,
                this.offsetIsDefaultPose
                        ? defaultPose.get()
                        : expand(what, "offset", this.offset, width),
                expand(what, "scale", this.factor, width),
                expand(what, "clip", this.lowest, width),
                expand(what, "clip", this.highest, width));
    }

    private static float @Nullable [] expand(
            String what, String option, List<Float> values, int width) {
        if (values.isEmpty()) {
            return null;
        }
        if (values.size() != 1 && values.size() != width) {
            throw new IllegalArgumentException(
                    "The %s of '%s' has %d values, but must have 1 or %d"
                            .formatted(option, what, values.size(), width));
        }
        float[] expanded = new float[width];
        for (int i = 0; i < width; i++) {
            expanded[i] = values.get(values.size() == 1 ? 0 : i);
        }
        return expanded;
    }

    /** The same with an array for each part, or null. Allocates nothing. */
    record Compiled(
            @Nullable Normalization normalization,
            float @Nullable [] offset,
            float @Nullable [] factor,
            float @Nullable [] lowest,
            float @Nullable [] highest) {

        /** Normalizes values, which come from the first index on. */
        void normalize(float[] values, int from) {
            if (this.normalization != null) {
                this.normalization.normalize(values, from);
            }
        }

        /** Maps normalized values back, which come from the first index on. */
        void denormalize(float[] values, int from) {
            if (this.normalization != null) {
                this.normalization.denormalize(values, from);
            }
        }

        /** {@return a value of an input: less the offset, times the factor, within the range} */
        float input(int i, float value) {
            float less = this.offset == null ? value : value - this.offset[i];
            return clip(i, this.factor == null ? less : less * this.factor[i]);
        }

        /** {@return a value of an output: times the factor, plus the offset; in no range yet} */
        float output(int i, float value) {
            float scaled = this.factor == null ? value : value * this.factor[i];
            return this.offset == null ? scaled : this.offset[i] + scaled;
        }

        /** {@return a value within the range; NaN stays NaN} */
        float clip(int i, float value) {
            return this.lowest == null || this.highest == null
                    ? value
                    : Math.min(Math.max(value, this.lowest[i]), this.highest[i]);
        }
    }
}
