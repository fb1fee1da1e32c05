package dev.rfx.session.recording;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The codecs by type: those of the user, then the ones that are built in. Any thread. */
final class Codecs {

    /** The one field of a value that has no names. */
    static final String VALUES = "values";

    private final Map<Class<?>, Codec<?>> own;
    private final Map<Class<?>, Codec<?>> known = new ConcurrentHashMap<>();

    Codecs(Map<Class<?>, Codec<?>> own) {
        this.own = Map.copyOf(own);
    }

    /** {@return the codec of a type, or null if there is none} */
    @SuppressWarnings("unchecked")
    <T> @Nullable Codec<T> find(Class<T> type) {
        Codec<?> codec = this.known.get(type);
        if (codec == null) {
            codec = create(type);
            if (codec != null) {
                this.known.put(type, codec);
            }
        }
        return (Codec<T>) codec;
    }

    private @Nullable Codec<?> create(Class<?> type) {
        for (Map.Entry<Class<?>, Codec<?>> entry : this.own.entrySet()) {
            if (entry.getKey().isAssignableFrom(type)) {
                return entry.getValue();
            }
        }
        if (type == Tensor.class) {
            return new TensorCodec();
        }
        if (type == Observation.class) {
            return new ObservationCodec();
        }
        if (type == float[].class) {
            return new FloatsCodec();
        }
        if (type == double[].class) {
            return new DoublesCodec();
        }
        return type.isRecord() ? RecordCodec.of(type) : null;
    }

    private static final class TensorCodec implements Codec<Tensor> {

        @Override
        public void write(Tensor value, ValueWriter out) {
            out.tensor(VALUES, value);
        }

        @Override
        public Tensor read(ValueReader in) {
            return in.tensor(VALUES);
        }
    }

    private static final class ObservationCodec implements Codec<Observation> {

        @Override
        public void write(Observation value, ValueWriter out) {
            for (int i = 0; i < value.size(); i++) {
                out.tensor(value.name(i), value.get(i));
            }
        }

        @Override
        public Observation read(ValueReader in) {
            Observation observation = null;
            for (String name : in.names()) {
                Tensor tensor = in.tensor(name);
                observation =
                        observation == null
                                ? Observation.of(name, tensor)
                                : observation.with(name, tensor);
            }
            if (observation == null) {
                throw new IllegalArgumentException("The recorded observation has no tensor");
            }
            return observation;
        }
    }

    private static final class FloatsCodec implements Codec<float[]> {

        @Override
        public void write(float[] value, ValueWriter out) {
            out.numbers(VALUES, value);
        }

        @Override
        public float[] read(ValueReader in) {
            return in.floats(VALUES);
        }
    }

    private static final class DoublesCodec implements Codec<double[]> {

        @Override
        public void write(double[] value, ValueWriter out) {
            out.numbers(VALUES, value);
        }

        @Override
        public double[] read(ValueReader in) {
            return in.doubles(VALUES);
        }
    }
}
