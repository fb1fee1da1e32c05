package dev.rfx.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a robot observed: named tensors, as {@code state} or {@code images}. The names are fixed; a
 * robot may put new values into the tensors, and stamp them anew, at its next {@link
 * Robot#observe()}. Two observations are equal if their tensors are, whenever they were measured.
 */
public final class Observation implements Timestamped {

    /** The name under which a robot puts its joint positions and velocities. */
    public static final String STATE = "state";

    private final Map<String, Tensor> tensors;
    private boolean timestamped;
    private long timestampNanos;

    private Observation(Map<String, Tensor> tensors) {
        this.tensors = tensors;
    }

    /**
     * Creates an observation with one tensor.
     *
     * @param name its name
     * @param tensor the tensor, which is not copied
     * @return a new observation
     */
    public static Observation of(String name, Tensor tensor) {
        return new Observation(Map.of(name, tensor));
    }

    /**
     * Creates an observation that has one more tensor, or another one under a name it had.
     *
     * @param name the name
     * @param tensor the tensor, which is not copied
     * @return a new observation
     */
    public Observation with(String name, Tensor tensor) {
        Map<String, Tensor> more = new LinkedHashMap<>(this.tensors);
        more.put(name, tensor);
        Observation result = new Observation(Collections.unmodifiableMap(more));
        result.timestamped = this.timestamped;
        result.timestampNanos = this.timestampNanos;
        return result;
    }

    /**
     * Returns a tensor.
     *
     * @param name its name
     * @return the tensor
     * @throws NoSuchElementException if there is none of that name; the message has the names
     */
    public Tensor get(String name) {
        Tensor tensor = this.tensors.get(name);
        if (tensor == null) {
            throw new NoSuchElementException(
                    "The observation has no '" + name + "', only " + this.tensors.keySet());
        }
        return tensor;
    }

    /**
     * Returns a tensor that may not be there.
     *
     * @param name its name
     * @return the tensor, or null if there is none of that name
     */
    public @Nullable Tensor find(String name) {
        return this.tensors.get(name);
    }

    /**
     * Says when the values were measured. For the robot, before it returns the observation.
     *
     * @param timestampNanos a reading of {@link System#nanoTime()}
     * @return this observation
     */
    public Observation stamp(long timestampNanos) {
        this.timestampNanos = timestampNanos;
        this.timestamped = true;
        return this;
    }

    @Override
    public boolean hasTimestamp() {
        return this.timestamped;
    }

    @Override
    public long timestampNanos() {
        return this.timestampNanos;
    }

    /**
     * Returns the names of the tensors.
     *
     * @return an unmodifiable set
     */
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
