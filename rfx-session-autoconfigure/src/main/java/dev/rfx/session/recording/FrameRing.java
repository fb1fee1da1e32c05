package dev.rfx.session.recording;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A ring of frames of different lengths, from the control thread to the writer thread. Neither
 * waits for the other: a frame that finds no room is dropped and counted.
 *
 * <p>A frame is continuous. One that does not fit before the end of the buffer begins at its start,
 * and a frame of length 0 marks the rest as unused. Positions only grow; a position modulo the
 * capacity is an index. The producer publishes what it has written by setting {@code head} with
 * release semantics, and the consumer returns what it has read by setting {@code tail} likewise. So
 * each of them sees the bytes that the other one has left to it.
 */
final class FrameRing {

    /** Frames begin at multiples of this. */
    static final int ALIGNMENT = 8;

    private final ByteBuffer buffer;
    private final int capacity;
    private final AtomicLong head = new AtomicLong();
    private final AtomicLong tail = new AtomicLong();

    // Confined to the producer.
    private long written;
    private long begin;

    /**
     * Creates a ring.
     *
     * @param capacity the number of bytes, a power of two
     */
    FrameRing(int capacity) {
        this.capacity = capacity;
        this.buffer = ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder());
    }

    ByteBuffer buffer() {
        return this.buffer;
    }

    // ---- the producer

    /**
     * Begins a frame at the next position. It may take the bytes from {@link #beginIndex()} to
     * {@link #limitIndex()}.
     */
    void begin() {
        this.begin = this.written;
    }

    /** As {@link #begin()}, but at the start of the buffer, where a longer frame may find room. */
    boolean beginAtStart() {
        int index = index(this.written);
        if (index == 0) {
            return false;
        }
        this.begin = this.written + this.capacity - index;
        return this.begin - this.tail.getAcquire() < this.capacity;
    }

    int beginIndex() {
        return index(this.begin);
    }

    int limitIndex() {
        long free = this.tail.getAcquire() + this.capacity - this.begin;
        return (int) Math.min(index(this.begin) + Math.max(free, 0), this.capacity);
    }

    /** Publishes the frame, whose length is in its first four bytes. */
    void publish(int length) {
        if (this.begin != this.written) {
            this.buffer.putInt(index(this.written), 0); // the rest of the buffer is unused
        }
        this.written = this.begin + length;
        this.head.setRelease(this.written);
    }

    /**
     * {@return whether all frames are with the consumer} A frame that does not fit now, never will.
     */
    boolean isEmpty() {
        return this.tail.getAcquire() == this.written;
    }

    // ---- the consumer

    /** {@return the index of the next frame, or -1 if there is none} */
    int nextIndex() {
        long position = this.tail.getPlain();
        if (position == this.head.getAcquire()) {
            return -1;
        }
        int index = index(position);
        if (this.buffer.getInt(index) != 0) {
            return index;
        }
        release(this.capacity - index);
        return 0; // a mark is always followed by a frame
    }

    /** Returns the bytes of the frame at {@link #nextIndex()} to the producer. */
    void release(int length) {
        this.tail.setRelease(this.tail.getPlain() + length);
    }

    private int index(long position) {
        return (int) position & (this.capacity - 1);
    }
}
