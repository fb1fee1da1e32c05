package dev.rfx.session;

import java.util.Arrays;

/**
 * A mutable array of float32 values with a shape, in row-major order: the last index runs fastest.
 *
 * <p>A control loop reuses its tensors from iteration to iteration, so that it allocates nothing.
 * Who keeps one beyond the iteration keeps a {@link #copy()}. Not safe for use by several threads.
 */
public final class Tensor {

    private final int[] shape;
    private final float[] values;

    private Tensor(int[] shape, float[] values) {
        this.shape = shape;
        this.values = values;
    }

    /**
     * Creates a vector.
     *
     * @param values its values, which are copied
     * @return a tensor of shape {@code [values.length]}
     */
    public static Tensor of(float... values) {
        return new Tensor(new int[] {values.length}, values.clone());
    }

    /**
     * Creates a tensor of zeros.
     *
     * @param shape the length of each dimension
     * @return a new tensor
     * @throws IllegalArgumentException if a length is negative
     * @throws ArithmeticException if there are more values than an array can hold
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

    /**
     * Returns the length of each dimension.
     *
     * @return a copy
     */
    public int[] shape() {
        return this.shape.clone();
    }

    /**
     * Returns how many values there are.
     *
     * @return the product of the shape
     */
    public int size() {
        return this.values.length;
    }

    /**
     * Returns a value.
     *
     * @param index its position in row-major order
     * @return the value
     * @throws ArrayIndexOutOfBoundsException if there is no such position
     */
    public float get(int index) {
        return this.values[index];
    }

    /**
     * Replaces a value.
     *
     * @param index its position in row-major order
     * @param value the new value
     * @throws ArrayIndexOutOfBoundsException if there is no such position
     */
    public void set(int index, float value) {
        this.values[index] = value;
    }

    /**
     * Tells whether another tensor has the same shape.
     *
     * @param other the other tensor
     * @return whether every dimension has the same length
     */
    public boolean hasShapeOf(Tensor other) {
        return hasShape(other.shape);
    }

    /**
     * Tells whether this tensor has a shape.
     *
     * @param shape the length of each dimension
     * @return whether every dimension has that length
     */
    public boolean hasShape(int... shape) {
        return Arrays.equals(this.shape, shape);
    }

    /**
     * Looks for a value that is NaN or infinite.
     *
     * @return the position of the first one, or -1 if all are finite
     */
    public int indexOfNonFinite() {
        for (int i = 0; i < this.values.length; i++) {
            if (!Float.isFinite(this.values[i])) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Returns a tensor of its own with the same shape and values.
     *
     * @return a copy
     */
    public Tensor copy() {
        return new Tensor(this.shape, this.values.clone());
    }

    /**
     * Returns the values in row-major order.
     *
     * @return a copy
     */
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
