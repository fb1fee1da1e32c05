package dev.rfx.session;

import java.util.Arrays;

/**
 * A mutable array of float32 values with a shape, in row-major order: the last index runs fastest.
 *
 * <p>A robot or a policy may reuse its tensors in each iteration, so that it allocates nothing. To
 * keep a tensor beyond the iteration, keep a {@link #copy()}. Not safe for use by several threads.
 *
 * @since 0.1
 */
public final class Tensor {

    private final int[] shape;
    private final float[] values;

    private Tensor(int[] shape, float[] values) {
        this.shape = shape;
        this.values = values;
    }

    /**
     * {@return a new vector, a tensor of shape {@code [values.length]}}
     *
     * @param values the values, which are copied
     */
    public static Tensor of(float... values) {
        return new Tensor(new int[] {values.length}, values.clone());
    }

    /**
     * {@return a new tensor of zeros}
     *
     * @param shape the length of each dimension
     * @throws IllegalArgumentException if a length is negative
     * @throws ArithmeticException if the number of values exceeds that of an array
     */
    public static Tensor zeros(int... shape) {
        int size = 1;
        for (int length : shape) {
            if (length < 0) {
                throw new IllegalArgumentException(
                        "shape is " + Arrays.toString(shape) + ", but no length may be negative");
            }
            size = Math.multiplyExact(size, length);
        }
        return new Tensor(shape.clone(), new float[size]);
    }

    /** {@return the length of each dimension, as a copy} */
    public int[] shape() {
        return this.shape.clone();
    }

    /** {@return the number of values, which is the product of the shape} */
    public int size() {
        return this.values.length;
    }

    /**
     * {@return a value}
     *
     * @param index its position in row-major order
     * @throws ArrayIndexOutOfBoundsException if the position does not exist
     */
    public float get(int index) {
        return this.values[index];
    }

    /**
     * Replaces a value.
     *
     * @param index its position in row-major order
     * @param value the new value
     * @throws ArrayIndexOutOfBoundsException if the position does not exist
     */
    public void set(int index, float value) {
        this.values[index] = value;
    }

    /**
     * {@return whether another tensor has the same shape}
     *
     * @param other the other tensor
     */
    public boolean hasShapeOf(Tensor other) {
        return hasShape(other.shape);
    }

    /**
     * {@return whether this tensor has a given shape}
     *
     * @param shape the length of each dimension
     */
    public boolean hasShape(int... shape) {
        return Arrays.equals(this.shape, shape);
    }

    /** {@return the position of the first value that is NaN or infinite, or -1} */
    public int indexOfNonFinite() {
        for (int i = 0; i < this.values.length; i++) {
            if (!Float.isFinite(this.values[i])) {
                return i;
            }
        }
        return -1;
    }

    /** {@return a new tensor with the same shape and values} */
    public Tensor copy() {
        return new Tensor(this.shape, this.values.clone());
    }

    /** {@return the values in row-major order, as a copy} */
    public float[] toArray() {
        return this.values.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor tensor
                && hasShapeOf(tensor)
                && Arrays.equals(this.values, tensor.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(this.shape) + Arrays.hashCode(this.values);
    }

    @Override
    public String toString() {
        return Arrays.toString(this.shape) + Arrays.toString(this.values);
    }
}
