package dev.rfx.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The observation of a robot: named tensors, such as {@code state} or {@code images}. The names are
 * fixed. At its next {@link Robot#observe()}, a robot may put new values into the same tensors and
 * set a new timestamp. Two observations are equal if their tensors are; the timestamps are not
 * compared. Not safe for use by several threads.
 *
 * @since 0.1
 */
public final class Observation implements Timestamped {

    /** The name under which a robot puts its joint positions and velocities. */
    public static final String STATE = "state";

    private final Map<String, Tensor> tensors;

    /** The content of the map, which can be read without garbage. */
    private final String[] names;

    private final Tensor[] values;
    private boolean timestamped;
    private long timestampNanos;

    private Observation(Map<String, Tensor> tensors) {
        this.tensors = tensors;
        this.names = tensors.keySet().toArray(String[]::new);
        this.values = tensors.values().toArray(Tensor[]::new);
    }

    /**
     * {@return a new observation with one tensor}
     *
     * @param name the name of the tensor
     * @param tensor the tensor, which is not copied
     */
    public static Observation of(String name, Tensor tensor) {
        return new Observation(Map.of(name, tensor));
    }

    /**
     * {@return a new observation with one more tensor} If the name exists, the tensor replaces the
     * one of that name. The timestamp is kept.
     *
     * @param name the name of the tensor
     * @param tensor the tensor, which is not copied
     */
    public Observation with(String name, Tensor tensor) {
        Map<String, Tensor> more = new LinkedHashMap<>(this.tensors);
        more.put(name, tensor);
        return withTensors(more);
    }

    /**
     * {@return the tensor of a name}
     *
     * @param name the name
     * @throws NoSuchElementException if the observation has no such tensor; the message lists the
     *     names
     */
    public Tensor get(String name) {
        Tensor tensor = this.tensors.get(name);
        if (tensor == null) {
            throw new NoSuchElementException(
                    "The observation has no tensor '%s', only %s"
                            .formatted(name, this.tensors.keySet()));
        }
        return tensor;
    }

    /**
     * {@return the tensor of a name, or null if the observation has no such tensor}
     *
     * @param name the name
     */
    public @Nullable Tensor find(String name) {
        return this.tensors.get(name);
    }

    /**
     * Sets the timestamp, the time at which the values were measured. The robot calls this method
     * before it returns the observation.
     *
     * @param timestampNanos a reading of {@link System#nanoTime()}
     * @return this observation
     */
    public Observation stamp(long timestampNanos) {
        this.timestampNanos = timestampNanos;
        this.timestamped = true;
        return this;
    }

    /** {@return a new observation with copies of the tensors, and the timestamp} */
    public Observation copy() {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        this.tensors.forEach((name, tensor) -> copies.put(name, tensor.copy()));
        return withTensors(copies);
    }

    private Observation withTensors(Map<String, Tensor> others) {
        Observation result = new Observation(Collections.unmodifiableMap(others));
        result.timestamped = this.timestamped;
        result.timestampNanos = this.timestampNanos;
        return result;
    }

    @Override
    public boolean hasTimestamp() {
        return this.timestamped;
    }

    @Override
    public long timestampNanos() {
        return this.timestampNanos;
    }

    /** {@return the number of tensors} */
    public int size() {
        return this.names.length;
    }

    /**
     * {@return the name of a tensor} A loop over the tensors by their indexes allocates nothing.
     *
     * @param index the index, from 0; the order never changes
     */
    public String name(int index) {
        return this.names[index];
    }

    /**
     * {@return a tensor}
     *
     * @param index the index, from 0
     */
    public Tensor get(int index) {
        return this.values[index];
    }

    /** {@return the names of the tensors, as an unmodifiable set} */
    public Set<String> names() {
        return this.tensors.keySet();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Observation observation && this.tensors.equals(observation.tensors);
    }

    @Override
    public int hashCode() {
        return this.tensors.hashCode();
    }

    @Override
    public String toString() {
        return this.tensors.toString();
    }
}
