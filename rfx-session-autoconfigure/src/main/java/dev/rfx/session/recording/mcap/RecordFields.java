package dev.rfx.session.recording.mcap;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the fields of a record one after the other. No field reaches beyond its record, and no
 * length is trusted before it is compared with the rest of the record.
 */
final class RecordFields {

    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);

    private final String file;

    private byte[] bytes = {};
    private int begin;
    private int position;
    private int end;
    private long origin;
    private int opcode;

    /**
     * Creates a reader without a record.
     *
     * @param file the name of the file, for messages
     */
    RecordFields(String file) {
        this.file = file;
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Begins a record.
     *
     * @param bytes contains its fields
     * @param from the index of the first byte
     * @param to the index after the last byte
     * @param origin the position of index 0 in the file
     */
    void begin(int opcode, byte[] bytes, int from, int to, long origin) {
        this.opcode = opcode;
        this.bytes = bytes;
        this.begin = from;
        this.position = from;
        this.end = to;
        this.origin = origin;
    }

    /** {@return the number of bytes of the record} */
    int length() {
        return this.end - this.begin;
    }

    /** {@return the index of the next byte} */
    int position() {
        return this.position;
    }

    /** {@return the number of bytes after the fields so far} */
    int remaining() {
        return this.end - this.position;
    }

    int uint8(String field) throws McapException {
        return this.bytes[next(1, field)] & 0xFF;
    }

    int uint16(String field) throws McapException {
        return (short) SHORT.get(this.bytes, next(Short.BYTES, field)) & 0xFFFF;
    }

    long uint32(String field) throws McapException {
        return (int) INT.get(this.bytes, next(Integer.BYTES, field)) & 0xFFFF_FFFFL;
    }

    /** {@return the field, negative from 2<sup>63</sup> on} */
    long uint64(String field) throws McapException {
        return (long) LONG.get(this.bytes, next(Long.BYTES, field));
    }

    private int next(int count, String field) throws McapException {
        if (remaining() < count) {
            throw damaged(
                    "%s needs %d bytes, but the record has only %d more"
                            .formatted(field, count, remaining()));
        }
        this.position += count;
        return this.position - count;
    }

    byte[] bytes(String field) throws McapException {
        int length = length(uint32(field), field);
        this.position += length;
        return Arrays.copyOfRange(this.bytes, this.position - length, this.position);
    }

    String string(String field) throws McapException {
        int length = length(uint32(field), field);
        this.position += length;
        return new String(this.bytes, this.position - length, length, UTF_8);
    }

    Map<String, String> map(String field) throws McapException {
        int length = length(uint32(field), field);
        int endOfRecord = this.end;
        this.end = this.position + length;
        Map<String, String> map = new LinkedHashMap<>();
        while (remaining() > 0) {
            String key = string(field);
            if (map.put(key, string(field)) != null) {
                throw damaged("%s has the key '%s' twice".formatted(field, key));
            }
        }
        this.end = endOfRecord;
        return Collections.unmodifiableMap(map);
    }

    /** {@return the length, if the record has as many bytes} */
    int length(long length, String field) throws McapException {
        if (length < 0 || length > remaining()) {
            throw damaged(
                    "%s has %s bytes, but the record has only %d more"
                            .formatted(field, Long.toUnsignedString(length), remaining()));
        }
        return (int) length;
    }

    /** {@return an exception with the present position} */
    McapException damaged(String problem) {
        return new McapException(
                this.file,
                this.origin + this.position,
                "%s record: %s".formatted(Opcode.name(this.opcode), problem));
    }
}
