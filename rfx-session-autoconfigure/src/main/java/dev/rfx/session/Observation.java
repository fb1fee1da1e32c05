package dev.rfx.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * What a robot observed: named tensors, as {@code state} or {@code images}. The names are fixed; a
 * robot may put new values into the tensors at its next {@link Robot#observe()}.
 */
public final class Observation {

    /** The name under which a robot puts its joint positions and velocities. */
    public static final String STATE = "state";

    private final Map<String, Tensor> tensors;

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
        return new Observation(Collections.unmodifiableMap(more));
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
