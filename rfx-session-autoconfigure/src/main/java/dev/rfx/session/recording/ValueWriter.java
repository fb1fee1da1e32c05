package dev.rfx.session.recording;

import dev.rfx.session.Tensor;

/**
 * Takes the fields of one observation or action. A {@link Codec} writes the same fields in the same
 * order each time. Numbers are copied; nothing that is passed is kept.
 *
 * <p>Confined to the control thread. No method allocates, waits or throws, as long as the fields
 * are those of the value before.
 *
 * @since 0.1
 */
public interface ValueWriter {

    /**
     * Writes a number.
     *
     * @param name the name of the field
     * @param value the number
     */
    void number(String name, float value);

    /**
     * Writes a number.
     *
     * @param name the name of the field
     * @param value the number
     */
    void number(String name, double value);

    /**
     * Writes a whole number.
     *
     * @param name the name of the field
     * @param value the number
     */
    void integer(String name, long value);

    /**
     * Writes a truth value.
     *
     * @param name the name of the field
     * @param value the truth value
     */
    void flag(String name, boolean value);

    /**
     * Writes numbers.
     *
     * @param name the name of the field
     * @param values the numbers
     */
    void numbers(String name, float[] values);

    /**
     * Writes numbers.
     *
     * @param name the name of the field
     * @param values the numbers
     */
    void numbers(String name, double[] values);

    /**
     * Writes whole numbers.
     *
     * @param name the name of the field
     * @param values the numbers
     */
    void integers(String name, long[] values);

    /**
     * Writes a tensor.
     *
     * @param name the name of the field
     * @param value the tensor
     */
    void tensor(String name, Tensor value);

    /**
     * Writes a text.
     *
     * @param name the name of the field
     * @param value the text
     */
    void text(String name, String value);
}
