package dev.rfx.session.recording;

import dev.rfx.session.Tensor;
import java.util.Set;

/**
 * The recorded fields of one observation or action, for a {@link Codec}. Each method throws an
 * {@link IllegalArgumentException} if the recording has no such field; the message names those that
 * it has. Numbers are exactly those that were recorded.
 *
 * @since 0.1
 */
public interface ValueReader {

    /** {@return the names of the fields, in the order in which they were written} */
    Set<String> names();

    /**
     * {@return a number that was written as float or double}
     *
     * @param name the name of the field
     */
    double number(String name);

    /**
     * {@return a whole number}
     *
     * @param name the name of the field
     */
    long integer(String name);

    /**
     * {@return a truth value}
     *
     * @param name the name of the field
     */
    boolean flag(String name);

    /**
     * {@return numbers that were written as float, or those of a tensor}
     *
     * @param name the name of the field
     */
    float[] floats(String name);

    /**
     * {@return numbers that were written as double}
     *
     * @param name the name of the field
     */
    double[] doubles(String name);

    /**
     * {@return whole numbers}
     *
     * @param name the name of the field
     */
    long[] integers(String name);

    /**
     * {@return a tensor, or numbers that were written as float}
     *
     * @param name the name of the field
     */
    Tensor tensor(String name);

    /**
     * {@return a text}
     *
     * @param name the name of the field
     */
    String text(String name);
}
