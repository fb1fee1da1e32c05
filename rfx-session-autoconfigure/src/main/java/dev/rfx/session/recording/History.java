package dev.rfx.session.recording;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;

/** The frames of the last seconds, in blocks that are reused. Confined to the writer thread. */
final class History {

    private static final int BLOCK_BYTES = 64 * 1024;

    private final long spanNanos;
    private final long maxBytes;
    private final Deque<Block> blocks = new ArrayDeque<>();
    private int forgotten;
    private long bytes;
    private boolean tooLarge;

    /**
     * @param spanNanos how long a frame is kept at least
     * @param maxBytes how many bytes are kept at most: then the oldest are forgotten before
     */
    History(long spanNanos, long maxBytes) {
        this.spanNanos = spanNanos;
        this.maxBytes = maxBytes;
    }

    long maxBytes() {
        return this.maxBytes;
    }

    /** {@return whether frames were forgotten before their time} */
    boolean isTooLarge() {
        return this.tooLarge;
    }

    long spanNanos() {
        return this.spanNanos;
    }

    /**
     * Copies a frame, and forgets the blocks whose last frame is too old.
     *
     * @return the number of frames that are forgotten
     */
    int add(ByteBuffer frames, int begin, int length) {
        long time = frames.getLong(begin + IterationFrame.START);
        int before = this.forgotten;
        Block last = this.blocks.peekLast();
        if (last == null || last.buffer.capacity() - last.end < length) {
            last = nextBlock(time, length);
            this.blocks.addLast(last);
        }
        last.buffer.put(last.end, frames, begin, length);
        last.end += length;
        last.frames++;
        last.lastTime = time;
        return this.forgotten - before;
    }

    /** {@return the time of the latest frame, or another one if there is no frame} */
    long latestTime(long otherwise) {
        Block last = this.blocks.peekLast();
        return last == null ? otherwise : last.lastTime;
    }

    private Block nextBlock(long time, int length) {
        Block free = null;
        Block first = this.blocks.peekFirst();
        int capacity = Math.max(BLOCK_BYTES, length);
        while (first != null && isToBeForgotten(first, time, capacity)) {
            free = removeFirst();
            this.forgotten += free.frames;
            first = this.blocks.peekFirst();
        }
        if (free == null || free.buffer.capacity() < length) {
            free = new Block(capacity);
        }
        free.clear();
        this.bytes += free.buffer.capacity();
        return free;
    }

    private boolean isToBeForgotten(Block block, long time, int further) {
        if (time - block.lastTime > this.spanNanos) {
            return true;
        }
        boolean full = this.bytes + further > this.maxBytes;
        this.tooLarge |= full;
        return full;
    }

    private Block removeFirst() {
        Block first = this.blocks.removeFirst();
        this.bytes -= first.buffer.capacity();
        return first;
    }

    /** {@return whether there is a frame that is not younger than a time} */
    boolean hasFramesUntil(long time) {
        Block first = this.blocks.peekFirst();
        return first != null && first.nextTime() - time <= 0;
    }

    /**
     * Passes on the frames of a time span, the oldest first, and forgets them with those before.
     *
     * @return whether all were taken
     */
    boolean drain(long from, long until, FrameConsumer consumer) {
        while (hasFramesUntil(until)) {
            Block block = this.blocks.getFirst();
            if (block.nextTime() - from >= 0 && !consumer.accept(block.buffer, block.begin)) {
                return false;
            }
            block.begin += block.buffer.getInt(block.begin + IterationFrame.LENGTH);
            block.frames--;
            if (block.begin == block.end) {
                removeFirst();
            }
        }
        return true;
    }

    /** Takes a frame. */
    @FunctionalInterface
    interface FrameConsumer {
        /** {@return false if the frame cannot be taken now} */
        boolean accept(ByteBuffer buffer, int begin);
    }

    private static final class Block {

        private final ByteBuffer buffer;
        private int begin;
        private int end;
        private int frames;
        private long lastTime;

        Block(int capacity) {
            this.buffer = ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder());
        }

        long nextTime() {
            return this.buffer.getLong(this.begin + IterationFrame.START);
        }

        void clear() {
            this.begin = 0;
            this.end = 0;
            this.frames = 0;
        }
    }
}
