package dev.rfx.session.onnx;

import java.util.Arrays;
import java.util.Map;

/**
 * A vector that any thread sets and that a model reads: a velocity command, a goal. The control
 * thread reads it once for each decision, so that a decision never sees half of a change. Neither
 * side waits for the other.
 *
 * <p>A command keeps its values when a run ends. A recording does not contain it: a recording with
 * changing commands replays differently. Robots that need this put the goal into their observation.
 *
 * @since 0.1
 */
public final class Command {

    private final String name;

    /** An array that never changes. */
    private volatile float[] values;

    /** The values of the current decision; confined to the control thread. */
    private float[] read;

    Command(String name, float[] initial) {
        this.name = name;
        this.values = checked(initial, initial.length);
        this.read = this.values;
    }

    /**
     * Adds a command of zeros, unless there is one of this name.
     *
     * @throws IllegalArgumentException if there is one with another size
     */
    static void add(String name, int size, Map<String, Command> commands) {
        Command command = commands.computeIfAbsent(name, any -> new Command(name, new float[size]));
        if (command.size() != size) {
            throw new IllegalArgumentException(
                    "Command '%s' has %d values, but a term has %d"
                            .formatted(name, command.size(), size));
        }
    }

    /** {@return the name} */
    public String name() {
        return this.name;
    }

    /** {@return the number of values} */
    public int size() {
        return this.values.length;
    }

    /**
     * Sets the values, which the next decision reads.
     *
     * @param values the values, which are copied
     * @throws IllegalArgumentException if the number of values is not {@link #size()}, or a value
     *     is not finite; the former values then remain
     */
    public void set(float... values) {
        this.values = checked(values, size());
    }

    /** {@return the values, as a copy} */
    public float[] get() {
        return this.values.clone();
    }

    private float[] checked(float[] values, int size) {
        if (values.length != size) {
            throw new IllegalArgumentException(
                    "Command '%s' has %d values, but %s has %d"
                            .formatted(this.name, size, Arrays.toString(values), values.length));
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(
                        "Command '%s' is %s, but must be finite"
                                .formatted(this.name, Arrays.toString(values)));
            }
        }
        return values.clone();
    }

    /** Takes the values for a decision. Called on the control thread. */
    void take() {
        this.read = this.values;
    }

    /** {@return the values of the current decision, which never change} */
    float[] taken() {
        return this.read;
    }

    /** {@return the name and the values} */
    @Override
    public String toString() {
        return this.name + Arrays.toString(this.values);
    }
}
