package dev.rfx.session.recording;

import dev.rfx.session.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies values of one kind, such as the observations, into a buffer. Remembers their fields, so
 * that only the numbers are copied; a value with other fields than the one before gets a new {@link
 * Layout}, and that is the only time when this allocates. Confined to the control thread.
 */
final class ValueEncoder implements ValueWriter {

    /** Result of {@link #encode}: the value does not fit. */
    static final int NO_ROOM = -1;

    private final Codecs codecs;
    private final LayoutTable layouts;
    private final List<Field> fields = new ArrayList<>();
    private @Nullable Class<?> type;
    private @Nullable Codec<Object> codec;
    private int layout = LayoutTable.NONE;
    private boolean changed;
    private int next;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int position;
    private int limit;
    private boolean fits;

    ValueEncoder(Codecs codecs, LayoutTable layouts) {
        this.codecs = codecs;
        this.layouts = layouts;
    }

    /**
     * Copies a value.
     *
     * @param begin where to begin in the buffer
     * @param limit where to end at most
     * @return where the value ends, or {@link #NO_ROOM}
     */
    int encode(Object value, ByteBuffer buffer, int begin, int limit) {
        if (value.getClass() != this.type) {
            this.codec = codecOf(value.getClass());
            this.type = value.getClass();
            this.changed = true;
        }
        this.buffer = buffer;
        this.position = begin;
        this.limit = limit;
        this.fits = true;
        this.next = 0;
        Codec<Object> codec = this.codec;
        if (codec != null) {
            codec.write(value, this);
        }
        if (this.changed || this.next != this.fields.size()) {
            publish();
        }
        return this.fits ? this.position : NO_ROOM;
    }

    /** {@return the codec of a type, or null: then the rest of the iteration is recorded} */
    @SuppressWarnings("unchecked")
    private @Nullable Codec<Object> codecOf(Class<?> type) {
        try {
            Codec<?> found = this.codecs.find(type);
            if (found == null) {
                this.layouts.problem(
                        "%s is not recorded: it needs a codec, see RecordingOptions.withCodec"
                                .formatted(type.getName()));
            }
            return (Codec<Object>) found;
        } catch (IllegalArgumentException ex) {
            this.layouts.problem(
                    "%s is not recorded: %s".formatted(type.getName(), ex.getMessage()));
            return null;
        }
    }

    private void publish() {
        this.fields.subList(this.next, this.fields.size()).clear();
        Class<?> type = this.type;
        this.layout = this.layouts.add(new Layout(type == null ? "" : type.getName(), this.fields));
        this.changed = false;
    }

    /** {@return the number of the layout of the last value} */
    int layout() {
        return this.layout;
    }

    /** {@return the next field, if the layout has one} */
    private @Nullable Field known() {
        return this.next < this.fields.size() ? this.fields.get(this.next) : null;
    }

    private void replaceNext(Field field) {
        this.changed = true;
        if (this.next < this.fields.size()) {
            this.fields.set(this.next, field);
        } else {
            this.fields.add(field);
        }
    }

    private boolean reserveScalar(String name, FieldType type, int bytes) {
        Field known = known();
        if (known == null || !known.isScalar(name, type)) {
            replaceNext(new Field(name, type, null));
        }
        return reserve(bytes);
    }

    private boolean reserveVector(String name, FieldType type, int count) {
        Field known = known();
        if (known == null || !known.isVector(name, type, count)) {
            replaceNext(new Field(name, type, new int[] {count}));
        }
        return reserve(count * type.bytes());
    }

    private boolean reserve(int bytes) {
        this.next++;
        this.fits &= bytes <= this.limit - this.position;
        return this.fits;
    }

    @Override
    public void number(String name, float value) {
        if (reserveScalar(name, FieldType.FLOAT32, Float.BYTES)) {
            this.buffer.putFloat(this.position, value);
            this.position += Float.BYTES;
        }
    }

    @Override
    public void number(String name, double value) {
        if (reserveScalar(name, FieldType.FLOAT64, Double.BYTES)) {
            this.buffer.putDouble(this.position, value);
            this.position += Double.BYTES;
        }
    }

    @Override
    public void integer(String name, long value) {
        if (reserveScalar(name, FieldType.INT64, Long.BYTES)) {
            this.buffer.putLong(this.position, value);
            this.position += Long.BYTES;
        }
    }

    @Override
    public void flag(String name, boolean value) {
        if (reserveScalar(name, FieldType.BOOL, 1)) {
            this.buffer.put(this.position, (byte) (value ? 1 : 0));
            this.position++;
        }
    }

    @Override
    public void numbers(String name, float[] values) {
        if (reserveVector(name, FieldType.FLOAT32, values.length)) {
            for (float value : values) {
                this.buffer.putFloat(this.position, value);
                this.position += Float.BYTES;
            }
        }
    }

    @Override
    public void numbers(String name, double[] values) {
        if (reserveVector(name, FieldType.FLOAT64, values.length)) {
            for (double value : values) {
                this.buffer.putDouble(this.position, value);
                this.position += Double.BYTES;
            }
        }
    }

    @Override
    public void integers(String name, long[] values) {
        if (reserveVector(name, FieldType.INT64, values.length)) {
            for (long value : values) {
                this.buffer.putLong(this.position, value);
                this.position += Long.BYTES;
            }
        }
    }

    @Override
    public void tensor(String name, Tensor value) {
        Field known = known();
        if (known == null || !known.isTensor(name, value)) {
            replaceNext(new Field(name, FieldType.FLOAT32, value.shape()));
        }
        int count = value.size();
        if (reserve(count * Float.BYTES)) {
            for (int i = 0; i < count; i++) {
                this.buffer.putFloat(this.position, value.get(i));
                this.position += Float.BYTES;
            }
        }
    }

    @Override
    public void text(String name, String value) {
        int length = value.length();
        if (reserveScalar(name, FieldType.TEXT, Integer.BYTES + length * Character.BYTES)) {
            this.buffer.putInt(this.position, length);
            this.position += Integer.BYTES;
            for (int i = 0; i < length; i++) {
                this.buffer.putChar(this.position, value.charAt(i));
                this.position += Character.BYTES;
            }
        }
    }
}
