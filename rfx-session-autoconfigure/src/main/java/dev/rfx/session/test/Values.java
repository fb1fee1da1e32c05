package dev.rfx.session.test;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Damages the values of robots and policies. The originals stay as they are. */
final class Values {

    private Values() {}

    static Object withNaN(@Nullable Object value) {
        if (value instanceof Observation observation && !observation.names().isEmpty()) {
            return withFirst(observation, (Tensor) withNaN(first(observation)));
        }
        Object damaged = value == null ? null : Copies.of(value);
        if (damaged instanceof Tensor tensor && tensor.size() > 0) {
            tensor.set(0, Float.NaN);
        } else if (damaged instanceof float[] floats && floats.length > 0) {
            floats[0] = Float.NaN;
        } else if (damaged instanceof double[] doubles && doubles.length > 0) {
            doubles[0] = Double.NaN;
        } else {
            throw unknown(value);
        }
        return damaged;
    }

    static Object withOneMore(@Nullable Object value) {
        if (value instanceof Observation observation && !observation.names().isEmpty()) {
            return withFirst(observation, (Tensor) withOneMore(first(observation)));
        }
        if (value instanceof Tensor tensor) {
            return Tensor.of(Arrays.copyOf(tensor.toArray(), tensor.size() + 1));
        }
        if (value instanceof float[] floats) {
            return Arrays.copyOf(floats, floats.length + 1);
        }
        if (value instanceof double[] doubles) {
            return Arrays.copyOf(doubles, doubles.length + 1);
        }
        throw unknown(value);
    }

    private static Tensor first(Observation observation) {
        return observation.get(observation.names().iterator().next());
    }

    private static Observation withFirst(Observation observation, Tensor tensor) {
        return observation.with(observation.names().iterator().next(), tensor);
    }

    private static IllegalArgumentException unknown(@Nullable Object value) {
        return new IllegalArgumentException(
                "The fault changes an Observation, a Tensor or an array of float or double, but the value is %s. Describe the change with returning(…)"
                        .formatted(value == null ? "null" : "a " + value.getClass().getName()));
    }

    /** Keeps the first timestamp that it sees. */
    static final class FrozenTimestamp implements UnaryOperator<@Nullable Object> {

        private boolean frozen;
        private long timestampNanos;

        @Override
        public Object apply(@Nullable Object value) {
            if (!(value instanceof Observation observation) || !observation.hasTimestamp()) {
                throw new IllegalArgumentException(
                        "The fault freezes the timestamp of an Observation, but the value is %s"
                                .formatted(value));
            }
            if (!this.frozen) {
                this.frozen = true;
                this.timestampNanos = observation.timestampNanos();
            }
            return observation.copy().stamp(this.timestampNanos);
        }
    }
}
