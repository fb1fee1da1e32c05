package dev.rfx.session.onnx;

import dev.rfx.session.support.JsonObject;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads tensors of a safetensors file by name: eight bytes with the length of the header, the
 * header as JSON, then the values of all tensors, little-endian, without a gap.
 *
 * <p>No length is trusted. It is compared with the size of the file and with a limit before memory
 * is allocated for it. Not safe for use by several threads.
 */
final class Safetensors implements Closeable {

    /** Room for some thousand tensors. */
    static final int MAX_HEADER_BYTES = 1024 * 1024;

    /** Maximum number of values of a tensor that is read. */
    static final int MAX_VALUES = 1024 * 1024;

    private static final int LENGTH_BYTES = 8;

    private static final String METADATA = "__metadata__";

    /** The types that {@link #read} converts, with the bytes of a value. */
    private static final Map<String, Integer> WIDTHS = Map.of("F32", 4, "F64", 8, "I64", 8);

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** A tensor. The positions are those in the file. */
    private record Entry(String type, List<Integer> shape, long begin, long end) {

        long values() {
            long values = 1;
            for (int length : this.shape) {
                values = Math.multiplyExact(values, length);
            }
            return values;
        }
    }

    private Safetensors(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a file and reads its header.
     *
     * @throws ModelFileException if the file is unreadable or damaged
     */
    static Safetensors open(Path file) {
        try {
            Safetensors safetensors = new Safetensors(file, FileChannel.open(file));
            try {
                safetensors.readHeader();
            } catch (IOException | RuntimeException ex) {
                safetensors.close();
                throw ex;
            }
            return safetensors;
        } catch (IOException ex) {
            throw ModelFileException.unreadable(file, ex);
        }
    }

    /** {@return the names of the tensors, in the order of the header} */
    Set<String> names() {
        return Collections.unmodifiableSet(this.entries.keySet());
    }

    /**
     * {@return the values of a tensor in row-major order, as float32}
     *
     * @param name one of {@link #names()}
     * @throws ModelFileException if the values are of a type other than F32, F64 and I64, are too
     *     many, or the file is unreadable
     */
    float[] read(String name) {
        Entry entry = this.entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("There is no tensor " + name);
        }
        Integer width = WIDTHS.get(entry.type);
        if (width == null) {
            throw damaged(entry.begin, "%s is %s, not F32, F64 or I64", name, entry.type);
        }
        long count = (entry.end - entry.begin) / width;
        if (count > MAX_VALUES) {
            throw damaged(entry.begin, "%s has %d values, too many", name, count);
        }
        try {
            ByteBuffer bytes = bytes(entry.begin, (int) (entry.end - entry.begin));
            float[] values = new float[(int) count];
            for (int i = 0; i < values.length; i++) {
                values[i] =
                        switch (entry.type) {
                            case "F32" -> bytes.getFloat();
                            case "F64" -> (float) bytes.getDouble();
                            default -> bytes.getLong();
                        };
            }
            return values;
        } catch (IOException ex) {
            throw ModelFileException.unreadable(this.file, ex);
        }
    }

    private void readHeader() throws IOException {
        long size = this.channel.size();
        if (size < LENGTH_BYTES) {
            throw damaged(0, "the length of the header is missing");
        }
        long length = bytes(0, LENGTH_BYTES).getLong();
        long most = Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES);
        if (length < 0 || length > most) {
            throw damaged(
                    0,
                    "the header has %s bytes, more than %d",
                    Long.toUnsignedString(length),
                    most);
        }
        long data = LENGTH_BYTES + length;
        String header = StandardCharsets.UTF_8.decode(bytes(LENGTH_BYTES, (int) length)).toString();
        try {
            JsonObject.parse(header)
                    .forEach(
                            (name, value) -> {
                                if (!name.equals(METADATA)) {
                                    this.entries.put(name, entry(name, value, data));
                                }
                            });
        } catch (IllegalArgumentException | ArithmeticException ex) {
            throw damaged(LENGTH_BYTES, "the header is not valid: %s", ex.getMessage());
        }
        requireWithoutGap(data, size);
    }

    private static Entry entry(String name, Object value, long data) {
        if (value instanceof Map<?, ?> members
                && members.get("dtype") instanceof String type
                && members.get("shape") instanceof List<?> lengths
                && members.get("data_offsets") instanceof List<?> offsets
                && offsets.size() == 2) {
            List<Integer> shape = lengths.stream().map(Safetensors::length).toList();
            long begin = Math.addExact(data, Long.parseLong(offsets.get(0).toString()));
            long end = Math.addExact(data, Long.parseLong(offsets.get(1).toString()));
            Entry entry = new Entry(type, shape, begin, end);
            Integer width = WIDTHS.get(type);
            if (width != null && Math.multiplyExact(entry.values(), width) != end - begin) {
                throw new IllegalArgumentException(
                        "%s is %s of shape %s, but has %d bytes"
                                .formatted(name, type, shape, end - begin));
            }
            return entry;
        }
        throw new IllegalArgumentException(name + " has no dtype, shape and data_offsets");
    }

    private static int length(Object text) {
        int length = Integer.parseInt(text.toString());
        if (length < 0) {
            throw new IllegalArgumentException("A length is " + length);
        }
        return length;
    }

    /** A byte that belongs to no tensor, or to two, is damage: the format forbids it. */
    private void requireWithoutGap(long data, long size) {
        long end = data;
        for (String name :
                this.entries.keySet().stream()
                        .sorted(
                                Comparator.comparingLong(
                                                (String key) -> this.entries.get(key).begin)
                                        .thenComparingLong(key -> this.entries.get(key).end))
                        .toList()) {
            Entry entry = this.entries.get(name);
            if (entry.begin != end || entry.end < entry.begin) {
                throw damaged(
                        end, "%s is at bytes %d to %d of the file", name, entry.begin, entry.end);
            }
            end = entry.end;
        }
        if (end != size) {
            throw damaged(
                    Math.min(end, size),
                    "the tensors end at byte %d, but the file has %d bytes",
                    end,
                    size);
        }
    }

    private ByteBuffer bytes(long position, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (this.channel.read(bytes, position + bytes.position()) < 0) {
                throw damaged(position + bytes.position(), "the file ends");
            }
        }
        return bytes.flip();
    }

    private ModelFileException damaged(long position, String problem, Object... values) {
        return ModelFileException.damaged(
                this.file, "at byte %d, ".formatted(position) + problem.formatted(values));
    }

    @Override
    public void close() throws IOException {
        this.channel.close();
    }
}
