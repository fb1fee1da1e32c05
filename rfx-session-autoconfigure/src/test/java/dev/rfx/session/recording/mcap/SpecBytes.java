package dev.rfx.session.recording.mcap;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Bytes by the letter of the specification, with no code and no constant of production. */
final class SpecBytes {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** The begin of a file: magic, and a Header without profile and library. */
    static SpecBytes file() {
        return new SpecBytes().magic().record(0x01, new SpecBytes().string("").string(""));
    }

    SpecBytes magic() {
        return u8(0x89).raw("MCAP0\r\n".getBytes(UTF_8));
    }

    SpecBytes record(int opcode, SpecBytes content) {
        return u8(opcode).u64(content.size()).add(content);
    }

    SpecBytes u8(int value) {
        this.bytes.write(value);
        return this;
    }

    SpecBytes u16(int value) {
        return u8(value).u8(value >> 8);
    }

    SpecBytes u32(long value) {
        return u16((int) value).u16((int) (value >> 16));
    }

    SpecBytes u64(long value) {
        return u32(value).u32(value >> 32);
    }

    SpecBytes raw(byte[] value) {
        this.bytes.writeBytes(value);
        return this;
    }

    SpecBytes add(SpecBytes other) {
        return raw(other.toByteArray());
    }

    /** A string, or bytes of UTF-8, with its length as uint32. */
    SpecBytes string(String value) {
        byte[] utf8 = value.getBytes(UTF_8);
        return u32(utf8.length).raw(utf8);
    }

    /** A map or an array, with the length of its elements as uint32. */
    SpecBytes sized(SpecBytes elements) {
        return u32(elements.size()).add(elements);
    }

    SpecBytes schema(int id, String name) {
        return record(0x03, new SpecBytes().u16(id).string(name).string("jsonschema").string("{}"));
    }

    SpecBytes channel(int id, int schema, String topic) {
        return record(
                0x04,
                new SpecBytes()
                        .u16(id)
                        .u16(schema)
                        .string(topic)
                        .string("json")
                        .sized(new SpecBytes()));
    }

    SpecBytes message(int channel, long sequence, long time, String data) {
        return record(
                0x05,
                new SpecBytes()
                        .u16(channel)
                        .u32(sequence)
                        .u64(time)
                        .u64(time)
                        .raw(data.getBytes(UTF_8)));
    }

    /** A Chunk record without times. */
    SpecBytes chunk(String compression, long crc, SpecBytes records) {
        return record(
                0x06,
                new SpecBytes()
                        .u64(0)
                        .u64(0)
                        .u64(records.size())
                        .u32(crc)
                        .string(compression)
                        .u64(records.size())
                        .add(records));
    }

    SpecBytes chunk(SpecBytes records) {
        return chunk("", records.crc(), records);
    }

    SpecBytes metadata(String name, String key, String value) {
        return record(
                0x0C,
                new SpecBytes().string(name).sized(new SpecBytes().string(key).string(value)));
    }

    /** The end of a file without a summary. */
    SpecBytes end() {
        record(0x0F, new SpecBytes().u32(crc()));
        SpecBytes footer = new SpecBytes().u8(0x02).u64(20).u64(0).u64(0);
        return add(footer).u32(footer.crc()).magic();
    }

    /** Their CRC32, bit by bit. */
    long crc() {
        int crc = ~0;
        for (byte next : toByteArray()) {
            crc ^= next & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ (0xEDB8_8320 & -(crc & 1));
            }
        }
        return ~crc & 0xFFFF_FFFFL;
    }

    int size() {
        return this.bytes.size();
    }

    byte[] toByteArray() {
        return this.bytes.toByteArray();
    }
}
