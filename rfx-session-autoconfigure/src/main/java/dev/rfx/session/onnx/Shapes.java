package dev.rfx.session.onnx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The shapes of inputs and outputs. A model may leave dimensions open. */
final class Shapes {

    private Shapes() {}

    /** {@return the number of values} */
    static long size(long[] shape) {
        long size = 1;
        for (long length : shape) {
            size *= length;
        }
        return size;
    }

    /** {@return the number of values with each open dimension 1} */
    static long smallestSize(List<Long> shape) {
        return shape.stream().mapToLong(length -> Math.max(length, 1)).reduce(1, (a, b) -> a * b);
    }

    /** {@return whether the number of values depends on more than the batch} */
    static boolean isOpen(List<Long> shape) {
        return shape.size() > 1 && shape.subList(1, shape.size()).contains(-1L);
    }

    /**
     * {@return the shape of a number of values, or null if there is none} Every open dimension is
     * 1, or all but the last one, if this is not the batch.
     *
     * @param shape the shape of the model
     * @param size the number of values
     */
    static long @Nullable [] resolve(List<Long> shape, long size) {
        long[] resolved = shape.stream().mapToLong(length -> Math.max(length, 1)).toArray();
        long smallest = smallestSize(shape);
        if (smallest == size) {
            return resolved;
        }
        int last = shape.lastIndexOf(-1L);
        if (last < 1 || size % smallest != 0) {
            return null;
        }
        resolved[last] = size / smallest;
        return resolved;
    }
}
