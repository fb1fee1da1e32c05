package dev.rfx.session.recording.mcap;

import dev.rfx.session.recording.mcap.ChannelState.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The open chunk of a file: its messages, and before the first message of a channel the definition
 * of that channel.
 */
final class ChunkBuilder {

    /** Offsets of the fields before the records. The compression, between them, is empty. */
    private static final int START_TIME = Opcode.HEAD;

    private static final int END_TIME = START_TIME + Long.BYTES;
    private static final int UNCOMPRESSED_SIZE = END_TIME + Long.BYTES;
    private static final int CRC = UNCOMPRESSED_SIZE + Long.BYTES;
    private static final int SIZE = CRC + Integer.BYTES + Integer.BYTES;
    private static final int RECORDS = SIZE + Long.BYTES;

    /** Number of bytes of a Message record without its data. */
    private static final int MESSAGE = Opcode.HEAD + Short.BYTES + Integer.BYTES + 2 * Long.BYTES;

    private final RecordBuilder bytes = new RecordBuilder(64 * 1024);
    private final List<ChannelState> channels = new ArrayList<>();
    private final CRC32 crc = new CRC32();

    private long startTime;
    private long endTime;
    private int endOfRecords;

    ChunkBuilder() {
        clear();
    }

    /** Begins an empty chunk. {@link #complete()} sets the fields that are zero here. */
    private void clear() {
        this.bytes.truncate(0);
        this.bytes.begin(Opcode.CHUNK);
        this.bytes.putLong(0).putLong(0); // times
        this.bytes.putLong(0).putInt(0).putString("").putLong(0); // size, CRC, compression, size
        this.channels.clear();
    }

    boolean isEmpty() {
        return this.channels.isEmpty();
    }

    /** {@return the number of bytes of all records with a further message} */
    long sizeWith(ChannelState channel, int length) {
        return (long) this.bytes.length() - RECORDS + size(channel, length);
    }

    private static int size(ChannelState channel, int length) {
        int size = MESSAGE + length;
        if (!channel.definition.isDefined) {
            size += channel.definition.record.length;
            if (channel.schema != null && !channel.schema.isDefined) {
                size += channel.schema.record.length;
            }
        }
        return size;
    }

    void add(
            ChannelState channel,
            long sequence,
            long logTime,
            long publishTime,
            byte[] data,
            int offset,
            int length) {
        // First what may fail for want of memory, so that a message is added as a whole or not.
        this.bytes.reserve(size(channel, length));
        channel.reserve();
        if (channel.schema != null) {
            define(channel.schema);
        }
        define(channel.definition);
        this.startTime = isEmpty() ? logTime : Math.min(this.startTime, logTime);
        this.endTime = isEmpty() ? logTime : Math.max(this.endTime, logTime);
        if (!channel.isInChunk()) {
            this.channels.add(channel);
        }
        channel.add(logTime, this.bytes.length() - RECORDS);
        int begin = this.bytes.begin(Opcode.MESSAGE);
        this.bytes.putShort(channel.id).putInt((int) sequence);
        this.bytes.putLong(logTime).putLong(publishTime).putBytes(data, offset, length);
        this.bytes.end(begin);
    }

    private void define(Definition definition) {
        if (!definition.isDefined) {
            this.bytes.putBytes(definition.record, 0, definition.record.length);
            definition.isDefined = true;
        }
    }

    /**
     * Completes the chunk.
     *
     * @param summary makes room for the chunk, so that {@link #summarize} cannot fail
     * @return the Chunk record, and the Message Index records that follow it
     */
    RecordBuilder complete(SummaryBuilder summary) {
        this.endOfRecords = this.bytes.length();
        int size = this.endOfRecords - RECORDS;
        this.crc.reset();
        this.crc.update(this.bytes.bytes(), RECORDS, size);
        this.bytes.end(Opcode.HEAD);
        this.bytes.setLong(START_TIME, this.startTime);
        this.bytes.setLong(END_TIME, this.endTime);
        this.bytes.setLong(UNCOMPRESSED_SIZE, size);
        this.bytes.setInt(CRC, (int) this.crc.getValue());
        this.bytes.setLong(SIZE, size);
        for (ChannelState channel : this.channels) {
            channel.putIndex(this.bytes);
        }
        summary.reserve(this.channels);
        return this.bytes;
    }

    /** Continues a completed chunk that could not be written. */
    void reopen() {
        this.bytes.truncate(this.endOfRecords);
    }

    /**
     * Adds the completed chunk to the summary, and begins the next one.
     *
     * @param offset the position of the chunk in the file
     */
    void summarize(SummaryBuilder summary, long offset) {
        summary.addChunk(
                this.channels,
                this.startTime,
                this.endTime,
                offset,
                this.endOfRecords,
                this.bytes.length() - this.endOfRecords,
                this.endOfRecords - RECORDS);
        this.channels.forEach(ChannelState::nextChunk);
        clear();
    }
}
