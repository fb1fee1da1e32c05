package dev.rfx.session.recording.mcap;

import dev.rfx.session.recording.mcap.ChannelState.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Collects what the end of a file says about all of it: definitions, index and statistics. Its size
 * grows by about 100 bytes per chunk.
 */
final class SummaryBuilder {

    /** Number of bytes of a Chunk Index record without the positions of Message Index records. */
    private static final int CHUNK_INDEX =
            Opcode.HEAD
                    + 4 * Long.BYTES
                    + Integer.BYTES
                    + Long.BYTES
                    + Integer.BYTES
                    + 2 * Long.BYTES;

    private final RecordBuilder schemas = new RecordBuilder(1024);
    private final RecordBuilder channels = new RecordBuilder(1024);
    private final RecordBuilder chunkIndexes = new RecordBuilder(8 * 1024);
    private final RecordBuilder metadataIndexes = new RecordBuilder(256);

    private final ArrayList<ChannelState> states = new ArrayList<>();
    private int schemaCount;
    private int chunkCount;
    private int metadataCount;
    private long startTime;
    private long endTime;

    /** Makes room for a chunk. */
    void reserve(List<ChannelState> used) {
        this.chunkIndexes.reserve(CHUNK_INDEX + used.size() * (Short.BYTES + Long.BYTES));
        this.states.ensureCapacity(this.states.size() + used.size());
        int definitions = 0;
        for (ChannelState channel : used) {
            definitions += channel.definition.record.length;
            definitions += channel.schema == null ? 0 : channel.schema.record.length;
        }
        this.schemas.reserve(definitions);
        this.channels.reserve(definitions);
    }

    /**
     * Adds a chunk that was written.
     *
     * @param used the channels of its messages, which still have the positions of their indexes
     * @param offset its position in the file
     * @param length the length of the Chunk record
     * @param indexLength the length of the Message Index records
     * @param size the size of the records within
     */
    void addChunk(
            List<ChannelState> used,
            long startTime,
            long endTime,
            long offset,
            long length,
            long indexLength,
            long size) {
        int begin = this.chunkIndexes.begin(Opcode.CHUNK_INDEX);
        this.chunkIndexes.putLong(startTime).putLong(endTime).putLong(offset).putLong(length);
        this.chunkIndexes.putInt(used.size() * (Short.BYTES + Long.BYTES));
        for (ChannelState channel : used) {
            this.chunkIndexes.putShort(channel.id).putLong(offset + channel.indexPosition());
            addDefinitions(channel);
        }
        this.chunkIndexes.putLong(indexLength).putString("").putLong(size).putLong(size);
        this.chunkIndexes.end(begin);
        this.startTime = this.chunkCount == 0 ? startTime : Math.min(this.startTime, startTime);
        this.endTime = Math.max(this.endTime, endTime);
        this.chunkCount++;
    }

    private void addDefinitions(ChannelState channel) {
        if (!channel.definition.isSummarized) {
            if (channel.schema != null && !channel.schema.isSummarized) {
                add(channel.schema, this.schemas);
                this.schemaCount++;
            }
            add(channel.definition, this.channels);
            this.states.add(channel);
        }
    }

    private static void add(Definition definition, RecordBuilder group) {
        group.putBytes(definition.record, 0, definition.record.length);
        definition.isSummarized = true;
    }

    /** Adds a Metadata record that was written at a position in the file. */
    void addMetadata(String name, long offset, long length) {
        int begin = this.metadataIndexes.begin(Opcode.METADATA_INDEX);
        this.metadataIndexes.putLong(offset).putLong(length).putString(name);
        this.metadataIndexes.end(begin);
        this.metadataCount++;
    }

    /**
     * Builds the end of the file, from Data End to the last byte.
     *
     * @param offset the position in the file where it begins
     * @param crc the CRC32 of all bytes before it
     */
    RecordBuilder complete(long offset, int crc) {
        RecordBuilder end = new RecordBuilder(this.chunkIndexes.length() + 8 * 1024);
        int begin = end.begin(Opcode.DATA_END);
        end.putInt(crc);
        end.end(begin);

        int startOfSummary = end.length();
        RecordBuilder offsets = new RecordBuilder(256);
        putGroup(Opcode.SCHEMA, this.schemas, end, offset, offsets);
        putGroup(Opcode.CHANNEL, this.channels, end, offset, offsets);
        putGroup(Opcode.CHUNK_INDEX, this.chunkIndexes, end, offset, offsets);
        putGroup(Opcode.METADATA_INDEX, this.metadataIndexes, end, offset, offsets);
        putGroup(Opcode.STATISTICS, statistics(), end, offset, offsets);
        int startOfOffsets = end.length();
        end.putAll(offsets);

        end.putByte(Opcode.FOOTER).putLong(2 * Long.BYTES + Integer.BYTES);
        end.putLong(offset + startOfSummary).putLong(offset + startOfOffsets);
        CRC32 summaryCrc = new CRC32();
        summaryCrc.update(end.bytes(), startOfSummary, end.length() - startOfSummary);
        end.putInt((int) summaryCrc.getValue());
        return end.putMagic();
    }

    private static void putGroup(
            int opcode,
            RecordBuilder group,
            RecordBuilder end,
            long offset,
            RecordBuilder offsets) {
        if (group.length() > 0) {
            int begin = offsets.begin(Opcode.SUMMARY_OFFSET);
            offsets.putByte(opcode).putLong(offset + end.length()).putLong(group.length());
            offsets.end(begin);
            end.putAll(group);
        }
    }

    private RecordBuilder statistics() {
        RecordBuilder statistics = new RecordBuilder(256);
        int begin = statistics.begin(Opcode.STATISTICS);
        statistics.putLong(this.states.stream().mapToLong(state -> state.messages).sum());
        statistics.putShort(this.schemaCount).putInt(this.states.size());
        statistics.putInt(0); // attachments
        statistics.putInt(this.metadataCount).putInt(this.chunkCount);
        statistics.putLong(this.startTime).putLong(this.endTime);
        statistics.putInt(this.states.size() * (Short.BYTES + Long.BYTES));
        for (ChannelState state : this.states) {
            statistics.putShort(state.id).putLong(state.messages);
        }
        statistics.end(begin);
        return statistics;
    }
}
