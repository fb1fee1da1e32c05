package dev.rfx.session.recording;

import dev.rfx.session.Tensor;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The name, type and shape of a part of a value. Immutable. */
final class Field {

    private final String name;
    private final FieldType type;
    private final int @Nullable [] shape;
    private final int count;

    /**
     * @param shape the length of each dimension; null for one number or a text
     */
    Field(String name, FieldType type, int @Nullable [] shape) {
        this.name = name;
        this.type = type;
        this.shape = shape == null ? null : shape.clone();
        this.count = shape == null ? 1 : Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    String name() {
        return this.name;
    }

    FieldType type() {
        return this.type;
    }

    boolean isScalar() {
        return this.shape == null;
    }

    int[] shape() {
        return this.shape == null ? new int[0] : this.shape.clone();
    }

    /** {@return the number of values} */
    int count() {
        return this.count;
    }

    /** {@return whether this is such a number or text} Allocates nothing. */
    boolean isScalar(String name, FieldType type) {
        return this.shape == null && this.type == type && this.name.equals(name);
    }

    /** {@return whether this is such a list of numbers} Allocates nothing. */
    boolean isVector(String name, FieldType type, int count) {
        return this.shape != null
                && this.shape.length == 1
                && this.count == count
                && this.type == type
                && this.name.equals(name);
    }

    /** {@return whether this is such a tensor} Allocates nothing. */
    boolean isTensor(String name, Tensor tensor) {
        return this.shape != null
                && this.type == FieldType.FLOAT32
                && tensor.hasShape(this.shape)
                && this.name.equals(name);
    }

    /** {@return such as {@code float32[2,3]}} */
    String typeAndShape() {
        if (this.shape == null) {
            return this.type.label();
        }
        return IntStream.of(this.shape)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(",", this.type.label() + "[", "]"));
    }

    /**
     * {@return the field that {@link #typeAndShape()} describes}
     *
     * @throws IllegalArgumentException if the text is something else
     */
    static Field of(String name, String typeAndShape) {
        int bracket = typeAndShape.indexOf('[');
        if (bracket < 0) {
            return new Field(name, FieldType.of(typeAndShape), null);
        }
        try {
            return of(name, typeAndShape, bracket);
        } catch (ArithmeticException | IndexOutOfBoundsException ex) {
            throw new IllegalArgumentException(
                    "Unknown shape of field '%s': %s".formatted(name, typeAndShape), ex);
        }
    }

    private static Field of(String name, String typeAndShape, int bracket) {
        String lengths = typeAndShape.substring(bracket + 1, typeAndShape.length() - 1);
        return new Field(
                name,
                FieldType.of(typeAndShape.substring(0, bracket)),
                lengths.isEmpty()
                        ? new int[0]
                        : Arrays.stream(lengths.split(",")).mapToInt(Integer::parseInt).toArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Field field
                && this.name.equals(field.name)
                && this.type == field.type
                && Arrays.equals(this.shape, field.shape);
    }

    @Override
    public int hashCode() {
        return this.name.hashCode();
    }

    @Override
    public String toString() {
        return this.name + ": " + typeAndShape();
    }
}
