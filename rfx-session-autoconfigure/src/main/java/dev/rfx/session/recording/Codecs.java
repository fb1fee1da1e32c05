package dev.rfx.session.recording;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The codecs by type: the one of exactly this type, of the user or built in; else the user's codec
 * of the nearest supertype; else the one of a record. Any thread.
 */
final class Codecs {

    /** The one field of a value that has no names. */
    static final String VALUES = "values";

    private static final Map<Class<?>, Codec<?>> BUILT_IN =
            Map.of(
                    Tensor.class, new TensorCodec(),
                    Observation.class, new ObservationCodec(),
                    float[].class, new FloatsCodec(),
                    double[].class, new DoublesCodec());

    private final Map<Class<?>, Codec<?>> own;
    private final Map<Class<?>, Codec<?>> known = new ConcurrentHashMap<>();

    Codecs(Map<Class<?>, Codec<?>> own) {
        this.own = Map.copyOf(own);
    }

    /**
     * {@return the codec of a type, or null if there is none}
     *
     * @throws IllegalArgumentException if two codecs of the user are for supertypes that are
     *     equally near
     */
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
        Codec<?> exact = this.own.getOrDefault(type, BUILT_IN.get(type));
        if (exact != null) {
            return exact;
        }
        List<Class<?>> nearest = nearestSupertypes(type);
        if (nearest.size() > 1) {
            throw new IllegalArgumentException(
                    "the codecs of %s apply equally: add a codec of %s"
                            .formatted(
                                    nearest.stream()
                                            .map(Class::getName)
                                            .sorted()
                                            .collect(Collectors.joining(" and ")),
                                    type.getName()));
        }
        if (nearest.size() == 1) {
            return this.own.get(nearest.get(0));
        }
        return type.isRecord() ? RecordCodec.of(type) : null;
    }

    /** {@return those supertypes with a codec that have no subtype among them} */
    private List<Class<?>> nearestSupertypes(Class<?> type) {
        List<Class<?>> supertypes =
                this.own.keySet().stream().filter(one -> one.isAssignableFrom(type)).toList();
        return supertypes.stream()
                .<Class<?>>filter(
                        one ->
                                supertypes.stream()
                                        .noneMatch(
                                                other ->
                                                        other != one
                                                                && one.isAssignableFrom(other)))
                .toList();
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
