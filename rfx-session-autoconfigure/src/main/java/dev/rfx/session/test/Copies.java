package dev.rfx.session.test;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.lang.reflect.Array;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Copies the values that robots and policies reuse. */
final class Copies {

    private Copies() {}

    /**
     * {@return a copy of an observation, a tensor or an array of them or of numbers; else the
     * object}
     */
    @SuppressWarnings("unchecked")
    static <T> T of(T value) {
        return (T) copy(value);
    }

    private static @Nullable Object copy(@Nullable Object value) {
        if (value instanceof Tensor tensor) {
            return tensor.copy();
        }
        if (value instanceof Observation observation) {
            return observation.copy();
        }
        if (value != null && value.getClass().isArray()) {
            return copyOfArray(value);
        }
        return value;
    }

    private static Object copyOfArray(Object array) {
        Class<?> type = array.getClass().getComponentType();
        int length = Array.getLength(array);
        Object copy = Array.newInstance(type, length);
        System.arraycopy(array, 0, copy, 0, length);
        if (!type.isPrimitive()) {
            Object[] elements = (Object[]) copy;
            Arrays.setAll(elements, i -> copy(elements[i]));
        }
        return copy;
    }
}
