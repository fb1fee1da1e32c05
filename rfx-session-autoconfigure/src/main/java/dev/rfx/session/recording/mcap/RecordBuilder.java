package dev.rfx.session.recording.mcap;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;

/** Builds records in memory, in a buffer that grows and is reused. */
final class RecordBuilder {

    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);

    private byte[] bytes;
    private int length;

    RecordBuilder(int capacity) {
        this.bytes = new byte[capacity];
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return the buffer, whose first {@link #length()} bytes are the records} */
    byte[] bytes() {
        return this.bytes;
    }

    int length() {
        return this.length;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(this.bytes, this.length);
    }

    /** Removes what was added after a position. */
    void truncate(int length) {
        this.length = length;
    }

    /**
     * Begins a record.
     *
     * @return what {@link #end} wants
     */
    int begin(int opcode) {
        putByte(opcode);
        putLong(0);
        return this.length;
    }

    /** Ends a record: sets its length. */
    void end(int begin) {
        setLong(begin - Long.BYTES, this.length - begin);
    }

    RecordBuilder putByte(int value) {
        reserve(1);
        this.bytes[this.length++] = (byte) value;
        return this;
    }

    RecordBuilder putShort(int value) {
        reserve(Short.BYTES);
        SHORT.set(this.bytes, this.length, (short) value);
        this.length += Short.BYTES;
        return this;
    }

    RecordBuilder putInt(int value) {
        reserve(Integer.BYTES);
        this.length += Integer.BYTES;
        setInt(this.length - Integer.BYTES, value);
        return this;
    }

    RecordBuilder putLong(long value) {
        reserve(Long.BYTES);
        this.length += Long.BYTES;
        setLong(this.length - Long.BYTES, value);
        return this;
    }

    RecordBuilder putBytes(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, this.bytes, this.length, count);
        this.length += count;
        return this;
    }

    /** Adds bytes with their length before them. */
    RecordBuilder putPrefixed(byte[] source) {
        return putInt(source.length).putBytes(source, 0, source.length);
    }

    RecordBuilder putString(String value) {
        return putPrefixed(value.getBytes(UTF_8));
    }

    RecordBuilder putMap(Map<String, String> map) {
        int begin = putInt(0).length;
        map.forEach((key, value) -> putString(key).putString(value));
        setInt(begin - Integer.BYTES, this.length - begin);
        return this;
    }

    RecordBuilder putMagic() {
        return putBytes(Magic.bytes(), 0, Magic.LENGTH);
    }

    RecordBuilder putAll(RecordBuilder other) {
        return putBytes(other.bytes, 0, other.length);
    }

    void setInt(int index, int value) {
        INT.set(this.bytes, index, value);
    }

    void setLong(int index, long value) {
        LONG.set(this.bytes, index, value);
    }

    /** Makes room, so that the next bytes are added without growth. */
    void reserve(int count) {
        int needed = Math.addExact(this.length, count);
        if (needed > this.bytes.length) {
            this.bytes = Arrays.copyOf(this.bytes, Math.max(needed, 2 * this.bytes.length));
        }
    }
}
