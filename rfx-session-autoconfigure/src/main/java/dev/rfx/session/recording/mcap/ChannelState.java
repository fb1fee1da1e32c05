package dev.rfx.session.recording.mcap;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A channel while its file is written: its definition, and its messages in the open chunk. */
final class ChannelState {

    final int id;
    final Definition definition;
    final @Nullable Definition schema;

    /** Number of messages in the file, without the open chunk. */
    long messages;

    /** The log time and the offset of each message in the open chunk. */
    private long[] index = new long[2 * 64];

    private int indexed;
    private int indexPosition;

    ChannelState(int id, Definition definition, @Nullable Definition schema) {
        this.id = id;
        this.definition = definition;
        this.schema = schema;
    }

    /** Makes room for a message. */
    void reserve() {
        if (this.indexed == this.index.length) {
            this.index = Arrays.copyOf(this.index, 2 * this.index.length);
        }
    }

    /** Adds a message of the open chunk. */
    void add(long logTime, long offset) {
        this.index[this.indexed++] = logTime;
        this.index[this.indexed++] = offset;
    }

    boolean isInChunk() {
        return this.indexed > 0;
    }

    /** Appends the Message Index record for the open chunk. */
    void putIndex(RecordBuilder records) {
        this.indexPosition = records.length();
        int begin = records.begin(Opcode.MESSAGE_INDEX);
        records.putShort(this.id).putInt(this.indexed * Long.BYTES);
        for (int i = 0; i < this.indexed; i++) {
            records.putLong(this.index[i]);
        }
        records.end(begin);
    }

    /** {@return the position of the Message Index record, from the begin of the chunk} */
    int indexPosition() {
        return this.indexPosition;
    }

    /** Begins the next chunk, after the open one was written. */
    void nextChunk() {
        this.messages += this.indexed / 2;
        this.indexed = 0;
    }

    /** A Schema or Channel record. The file has it in a chunk, and again in the summary. */
    static final class Definition {

        final byte[] record;

        /** Whether it is in the file or in the open chunk. */
        boolean isDefined;

        /** Whether it is in the summary, because its chunk was written. */
        boolean isSummarized;

        Definition(byte[] record) {
            this.record = record;
        }
    }
}
