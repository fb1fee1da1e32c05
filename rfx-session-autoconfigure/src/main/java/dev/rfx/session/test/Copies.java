package dev.rfx.session.test;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;

/** Copies the values that robots and policies reuse. */
final class Copies {

    private Copies() {}

    /** {@return a copy of an observation, a tensor or an array of numbers; else the object} */
    @SuppressWarnings("unchecked")
    static <T> T of(T value) {
        return (T) copy(value);
    }

    private static Object copy(Object value) {
        if (value instanceof Tensor tensor) {
            return tensor.copy();
        }
        if (value instanceof Observation observation) {
            return observation.copy();
        }
        if (value instanceof float[] floats) {
            return floats.clone();
        }
        if (value instanceof double[] doubles) {
            return doubles.clone();
        }
        return value;
    }
}
