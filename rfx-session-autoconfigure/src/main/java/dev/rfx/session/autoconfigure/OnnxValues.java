package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;

import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Applies the properties of a group to what is built from them. A property that is not set changes
 * nothing.
 *
 * @param group the name of the group, below {@code rfx.session}
 */
record OnnxValues(String group) {

    private static final String DEFAULT_POSE = "default-pose";

    /** Sets an option for a range of each value. */
    @FunctionalInterface
    interface Ranges<B> {

        B set(B builder, float[] lowest, float[] highest);
    }

    <B, V> B ifSet(String name, @Nullable V value, B builder, BiFunction<B, V, B> option) {
        if (value == null || (value instanceof Collection<?> values && values.isEmpty())) {
            return builder;
        }
        return checked(this.group + "." + name, value, set -> option.apply(builder, set));
    }

    <B> B floats(String name, List<Float> values, B builder, BiFunction<B, float[], B> option) {
        return ifSet(name, values, builder, (target, set) -> option.apply(target, array(set)));
    }

    /** Numbers, or the default pose. */
    <B> B offset(
            String name,
            List<String> values,
            B builder,
            BiFunction<B, float[], B> numbers,
            UnaryOperator<B> defaultPose) {
        if (isDefaultPose(values)) {
            return ifSet(name, values, builder, (target, set) -> defaultPose.apply(target));
        }
        return ifSet(
                name, values, builder, (target, set) -> numbers.apply(target, parsed(name, set)));
    }

    static boolean isDefaultPose(List<String> values) {
        return values.equals(List.of(DEFAULT_POSE));
    }

    /** One range, or one for each value. A range is a pair; Spring binds one pair as two lists. */
    <B> B ranges(String name, List<List<Float>> values, B builder, Ranges<B> option) {
        return ifSet(
                name,
                values,
                builder,
                (target, set) -> {
                    List<List<Float>> pairs =
                            set.size() == 2 && set.stream().allMatch(ends -> ends.size() == 1)
                                    ? List.of(List.of(set.get(0).get(0), set.get(1).get(0)))
                                    : set;
                    if (!pairs.stream().allMatch(pair -> pair.size() == 2)) {
                        throw new IllegalArgumentException(
                                "%s is %s, but must be the lowest and the highest value, or such a pair for each value"
                                        .formatted(name, set));
                    }
                    return option.set(
                            target,
                            array(pairs.stream().map(pair -> pair.get(0)).toList()),
                            array(pairs.stream().map(pair -> pair.get(1)).toList()));
                });
    }

    /**
     * {@return the values as an array}
     *
     * @throws IllegalArgumentException if there is nothing between two commas
     */
    static float[] array(List<@Nullable Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            Float value = values.get(i);
            if (value == null) {
                throw new IllegalArgumentException("Value %d of %s is empty".formatted(i, values));
            }
            array[i] = value;
        }
        return array;
    }

    private static float[] parsed(String name, List<String> values) {
        float[] array = new float[values.size()];
        try {
            for (int i = 0; i < array.length; i++) {
                array[i] = Float.parseFloat(values.get(i));
            }
        } catch (NumberFormatException ex) {
            throw new IllegalArgumentException(
                    "%s is %s, but must be %s, one number, or one for each value"
                            .formatted(name, values, DEFAULT_POSE));
        }
        return array;
    }
}
