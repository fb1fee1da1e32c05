package dev.rfx.session.recording.mcap;

import dev.rfx.session.recording.mcap.ChannelState.Definition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes an MCAP file: uncompressed chunks with checksum and index, metadata, and a summary at the
 * end.
 *
 * <p><b>What a crash leaves.</b> Messages gather in a chunk in memory. A full chunk, {@link
 * #flush()} and {@link #close()} write it, with its index, in one call of the operating system. The
 * definition of a channel is in the chunk of its first message. So a file that ends anywhere is
 * readable up to its last complete chunk. A caller that flushes once a second loses at most the
 * last second when the process is killed.
 *
 * <p>The writer does not force the bytes to the disk. They survive the end of the process without
 * that, and a call that does it can take seconds. After a power failure the bytes of the last half
 * a minute may be missing, because Linux writes them back within that time.
 *
 * <p><b>Errors.</b> When a write fails (disk full, for example) the method throws, and the file
 * loses what was written in part: it ends with a complete chunk. The messages of the open chunk
 * remain in memory, and the next flush tries again. While that fails, a message that does not fit
 * into the open chunk is refused with the same exception. {@link #close()} then drops the open
 * chunk, and still writes the summary if there is room for it.
 *
 * <p><b>Memory.</b> One chunk of about {@value #CHUNK_BYTES} bytes, or of a longer message, and its
 * index; about 100 bytes for each chunk written. A message allocates nothing. Not safe for use by
 * several threads. Internal to {@code dev.rfx.session.recording}.
 *
 * @since 0.1
 */
public final class McapWriter implements AutoCloseable {

    /** Size of a full chunk. */
    public static final int CHUNK_BYTES = 1024 * 1024;

    /** Maximum number of bytes of a message. */
    public static final int MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

    private static final int MAX_ID = 0xFFFF;

    private final RecordFile file;
    private final int chunkBytes;
    private final ChunkBuilder chunk = new ChunkBuilder();
    private final SummaryBuilder summary = new SummaryBuilder();

    /** By their id, which begins with 1. */
    private final List<Definition> schemas = new ArrayList<>();

    private final List<ChannelState> channels = new ArrayList<>();

    private int definitionBytes;
    private boolean closed;

    private McapWriter(RecordFile file, int chunkBytes) {
        this.file = file;
        this.chunkBytes = chunkBytes;
    }

    /**
     * Creates a file.
     *
     * @param path the file, which must not exist, in the default file system
     * @param profile the profile of the file; empty for none
     * @param library name and version of the program that writes
     * @return the writer
     * @throws IOException if the file exists or cannot be created or written; then it is not left
     *     behind
     */
    public static McapWriter create(Path path, String profile, String library) throws IOException {
        Files.createFile(path);
        try {
            return begin(OutputFile.open(path), CHUNK_BYTES, profile, library);
        } catch (IOException ex) {
            Files.deleteIfExists(path);
            throw ex;
        }
    }

    /** Begins a file, and closes it if that fails. */
    static McapWriter begin(OutputFile file, int chunkBytes, String profile, String library)
            throws IOException {
        RecordFile appended = new RecordFile(file);
        RecordBuilder records = new RecordBuilder(256);
        records.putMagic();
        int begin = records.begin(Opcode.HEADER);
        records.putString(profile).putString(library);
        records.end(begin);
        try {
            appended.append(records);
        } catch (IOException ex) {
            file.close();
            throw ex;
        }
        return new McapWriter(appended, chunkBytes);
    }

    /**
     * Adds a schema. The file has it as soon as it has a message of a channel with this schema.
     *
     * @param name the name of the schema
     * @param encoding the format of the schema, such as {@code jsonschema}
     * @param data the schema
     * @return its id
     */
    public int addSchema(String name, String encoding, byte[] data) {
        RecordBuilder record = new RecordBuilder(64 + data.length);
        int begin = record.begin(Opcode.SCHEMA);
        int id = nextId(this.schemas);
        record.putShort(id).putString(name).putString(encoding).putPrefixed(data);
        record.end(begin);
        this.schemas.add(definition(record));
        return id;
    }

    /**
     * Adds a channel. The file has it as soon as it has a message of this channel.
     *
     * @param schema the id of its schema; 0 for none
     * @param topic the topic
     * @param messageEncoding the format of the messages, such as {@code json}
     * @param metadata further properties of the channel
     * @return its id
     */
    public int addChannel(
            int schema, String topic, String messageEncoding, Map<String, String> metadata) {
        Objects.checkIndex(schema, this.schemas.size() + 1);
        RecordBuilder record = new RecordBuilder(256);
        int begin = record.begin(Opcode.CHANNEL);
        int id = nextId(this.channels);
        record.putShort(id).putShort(schema);
        record.putString(topic).putString(messageEncoding).putMap(metadata);
        record.end(begin);
        this.channels.add(
                new ChannelState(
                        id, definition(record), schema == 0 ? null : this.schemas.get(schema - 1)));
        return id;
    }

    private static int nextId(List<?> used) {
        if (used.size() == MAX_ID) {
            throw new IllegalStateException("All %d ids are used".formatted(MAX_ID));
        }
        return used.size() + 1;
    }

    private Definition definition(RecordBuilder record) {
        int bytes = Math.addExact(this.definitionBytes, record.length());
        requireAtMost(McapReader.MAX_DEFINITION_BYTES, bytes, "Schemas and channels");
        this.definitionBytes = bytes;
        return new Definition(record.toByteArray());
    }

    private static void requireAtMost(int limit, int length, String what) {
        if (length > limit) {
            throw new IllegalArgumentException(
                    "%s: %d bytes, but at most %d are possible".formatted(what, length, limit));
        }
    }

    /**
     * Adds a message to the open chunk. A full chunk is written first.
     *
     * @param channel the id of the channel
     * @param sequence the number of the message; its lower 32 bits are stored
     * @param logTime when the message was recorded, in ns; not negative
     * @param publishTime when the message was sent, in ns; not negative
     * @param data contains the message, which is copied
     * @param offset the index of the first byte
     * @param length the number of bytes, at most {@link #MAX_MESSAGE_BYTES}
     * @throws IOException if the open chunk is full and cannot be written; the message is not added
     */
    public void writeMessage(
            int channel,
            long sequence,
            long logTime,
            long publishTime,
            byte[] data,
            int offset,
            int length)
            throws IOException {
        requireOpen();
        Objects.checkFromIndexSize(offset, length, data.length);
        requireAtMost(MAX_MESSAGE_BYTES, length, "Message");
        if (logTime < 0 || publishTime < 0) {
            throw new IllegalArgumentException(
                    "A time is negative: %d, %d".formatted(logTime, publishTime));
        }
        ChannelState state = this.channels.get(channel - 1);
        if (!this.chunk.isEmpty() && this.chunk.sizeWith(state, length) > this.chunkBytes) {
            writeChunk();
        }
        this.chunk.add(state, sequence, logTime, publishTime, data, offset, length);
    }

    /**
     * Writes a Metadata record, after the messages so far.
     *
     * @param name the name of the record
     * @param metadata its content
     * @throws IOException if the open chunk or the record cannot be written
     */
    public void writeMetadata(String name, Map<String, String> metadata) throws IOException {
        requireOpen();
        RecordBuilder record = new RecordBuilder(1024);
        int begin = record.begin(Opcode.METADATA);
        record.putString(name).putMap(metadata);
        record.end(begin);
        requireAtMost(McapReader.MAX_METADATA_BYTES, record.length(), "Metadata");
        writeChunk();
        long offset = this.file.length();
        this.file.append(record);
        this.summary.addMetadata(name, offset, record.length());
    }

    /**
     * Writes the open chunk, so that its messages survive the end of the process.
     *
     * @throws IOException if the chunk cannot be written; it remains open
     */
    public void flush() throws IOException {
        requireOpen();
        writeChunk();
    }

    private void writeChunk() throws IOException {
        if (this.chunk.isEmpty()) {
            return;
        }
        long offset = this.file.length();
        boolean written = false;
        try {
            this.file.append(this.chunk.complete(this.summary));
            written = true;
        } finally {
            if (!written) {
                this.chunk.reopen();
            }
        }
        this.chunk.summarize(this.summary, offset);
    }

    private void requireOpen() {
        if (this.closed) {
            throw new IllegalStateException("The file is closed");
        }
    }

    /** {@return the length of the file, without the open chunk and the summary} */
    public long bytesWritten() {
        return this.file.length();
    }

    /**
     * Writes the open chunk and the summary, and closes the file. Further calls have no effect.
     *
     * @throws IOException if the chunk or the summary cannot be written; the file is closed all the
     *     same, and readable up to the last chunk that was written
     */
    @Override
    public void close() throws IOException {
        if (this.closed) {
            return;
        }
        this.closed = true;
        Closeable end = this::writeSummary;
        try (this.file;
                end) {
            writeChunk();
        }
    }

    private void writeSummary() throws IOException {
        this.file.append(this.summary.complete(this.file.length(), this.file.crc()));
    }
}
