package dev.rfx.session.recording;

import dev.rfx.session.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields of a recorded observation or action. */
final class RecordedValue implements ValueReader {

    private final Layout layout;
    private final Map<String, Object> members;

    RecordedValue(Layout layout, Map<String, Object> members) {
        this.layout = layout;
        this.members = members;
    }

    Layout layout() {
        return this.layout;
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        this.layout.fields().forEach(field -> names.add(field.name()));
        return names;
    }

    @Override
    public double number(String name) {
        return field(name).type() == FieldType.FLOAT32
                ? Float.parseFloat(scalar(name))
                : Double.parseDouble(scalar(name));
    }

    @Override
    public long integer(String name) {
        return Long.parseLong(scalar(name));
    }

    @Override
    public boolean flag(String name) {
        return Boolean.parseBoolean(scalar(name));
    }

    @Override
    public float[] floats(String name) {
        List<String> list = list(name);
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(list.get(i));
        }
        return values;
    }

    @Override
    public double[] doubles(String name) {
        return list(name).stream().mapToDouble(Double::parseDouble).toArray();
    }

    @Override
    public long[] integers(String name) {
        return list(name).stream().mapToLong(Long::parseLong).toArray();
    }

    @Override
    public Tensor tensor(String name) {
        float[] values = floats(name);
        if (field(name).count() != values.length) { // before memory is reserved for the shape
            throw new IllegalArgumentException(
                    "Field '%s' has %d values, but is declared as %s"
                            .formatted(name, values.length, field(name).typeAndShape()));
        }
        Tensor tensor = Tensor.zeros(field(name).shape());
        for (int i = 0; i < values.length; i++) {
            tensor.set(i, values[i]);
        }
        return tensor;
    }

    @Override
    public String text(String name) {
        return scalar(name);
    }

    /** {@return whether another value has the same fields with the same content} */
    boolean isSameAs(RecordedValue other) {
        return this.layout.equals(other.layout) && this.members.equals(other.members);
    }

    /** Takes a number with its name, such as {@code values[2]}. */
    interface NumberConsumer {
        void accept(String name, double number);
    }

    /** Visits each number, of lists as well. */
    void forEachNumber(NumberConsumer consumer) {
        for (Field field : this.layout.fields()) {
            boolean number = field.type() != FieldType.TEXT && field.type() != FieldType.BOOL;
            if (number && field.isScalar()) {
                consumer.accept(field.name(), Double.parseDouble(scalar(field.name())));
            } else if (number) {
                List<String> values = list(field.name());
                for (int i = 0; i < values.size(); i++) {
                    consumer.accept(
                            field.name() + "[" + i + "]", Double.parseDouble(values.get(i)));
                }
            }
        }
    }

    /** {@return the declaration of a field} */
    Field field(String name) {
        for (Field field : this.layout.fields()) {
            if (field.name().equals(name)) {
                return field;
            }
        }
        throw missing(name);
    }

    private String scalar(String name) {
        if (this.members.get(name) instanceof String value) {
            return value;
        }
        throw missing(name);
    }

    @SuppressWarnings("unchecked") // checked
    private List<String> list(String name) {
        if (this.members.get(name) instanceof List<?> values
                && values.stream().allMatch(String.class::isInstance)) {
            return (List<String>) values;
        }
        throw missing(name);
    }

    private IllegalArgumentException missing(String name) {
        return new IllegalArgumentException(
                "The recorded %s has no such field as '%s', only %s"
                        .formatted(this.layout.type(), name, this.layout.fields()));
    }
}
