package dev.rfx.session.recording;

/**
 * Records and replays the observations or the actions of one type. {@code Observation}, {@code
 * Tensor}, arrays of float and double, and records of numbers, texts and such arrays need no codec.
 *
 * <pre>{@code
 * Codec<ArmState> codec = new Codec<>() {
 *     public void write(ArmState state, ValueWriter out) {
 *         out.numbers("angles", state.angles);
 *         out.number("gripper", state.gripper);
 *     }
 *     public ArmState read(ValueReader in) {
 *         return new ArmState(in.floats("angles"), (float) in.number("gripper"));
 *     }
 * };
 * }</pre>
 *
 * <p>A value is recorded by the codec of exactly its type. If there is none, the codec of its
 * nearest supertype applies. Two codecs that are equally near are refused: the value is not
 * recorded, and the status of the recording names both.
 *
 * @param <T> the type
 * @since 0.1
 */
public interface Codec<T> {

    /**
     * Writes the fields of a value, in the same order each time. Called by the control thread once
     * per iteration: it neither allocates nor waits.
     *
     * @param value the value
     * @param out takes the fields
     */
    void write(T value, ValueWriter out);

    /**
     * {@return a new value with recorded fields}
     *
     * @param in has the fields
     */
    T read(ValueReader in);
}
