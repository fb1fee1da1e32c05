package dev.rfx.session.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Builds a safetensors file, as its specification says. */
public final class SafetensorsFile {

    private final StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    private final ByteBuffer data = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    public SafetensorsFile f32(String name, float... values) {
        int begin = this.data.position();
        for (float value : values) {
            this.data.putFloat(value);
        }
        return entry(name, "F32", "[%d]".formatted(values.length), begin);
    }

    SafetensorsFile f64(String name, double... values) {
        int begin = this.data.position();
        for (double value : values) {
            this.data.putDouble(value);
        }
        return entry(name, "F64", "[%d,1]".formatted(values.length), begin);
    }

    /** One number. */
    SafetensorsFile i64(String name, long value) {
        int begin = this.data.position();
        this.data.putLong(value);
        return entry(name, "I64", "[]", begin);
    }

    SafetensorsFile bytes(String name, String type, String shape, int count) {
        int begin = this.data.position();
        this.data.put(new byte[count]);
        return entry(name, type, shape, begin);
    }

    private SafetensorsFile entry(String name, String type, String shape, int begin) {
        this.header.append(
                ",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                        .formatted(name, type, shape, begin, this.data.position()));
        return this;
    }

    /** The header is padded with spaces to a multiple of eight bytes. */
    byte[] toByteArray() {
        String json = this.header + "}";
        byte[] padded = (json + " ".repeat((8 - json.length() % 8) % 8)).getBytes(UTF_8);
        return withHeader(padded, Arrays.copyOf(this.data.array(), this.data.position()));
    }

    static byte[] withHeader(byte[] header, byte[] data) {
        return ByteBuffer.allocate(8 + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data)
                .array();
    }

    public void write(Path file) {
        try {
            Files.write(file, toByteArray());
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
