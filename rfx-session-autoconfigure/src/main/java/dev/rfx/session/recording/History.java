package dev.rfx.session.recording;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;

/** The frames of the last seconds, in blocks that are reused. Confined to the writer thread. */
final class History {

    private static final int BLOCK_BYTES = 64 * 1024;

    private final long spanNanos;
    private final Deque<Block> blocks = new ArrayDeque<>();

    /**
     * @param spanNanos how long a frame is kept at least
     */
    History(long spanNanos) {
        this.spanNanos = spanNanos;
    }

    /** Copies a frame, and drops the blocks whose last frame is too old. */
    void add(ByteBuffer frames, int begin, int length) {
        long time = frames.getLong(begin + IterationFrame.START);
        Block last = this.blocks.peekLast();
        if (last == null || last.buffer.capacity() - last.end < length) {
            last = nextBlock(time, length);
            this.blocks.addLast(last);
        }
        last.buffer.put(last.end, frames, begin, length);
        last.end += length;
        last.lastTime = time;
    }

    private Block nextBlock(long time, int length) {
        Block free = null;
        Block first = this.blocks.peekFirst();
        while (first != null && time - first.lastTime > this.spanNanos) {
            free = this.blocks.removeFirst();
            first = this.blocks.peekFirst();
        }
        if (free == null || free.buffer.capacity() < length) {
            return new Block(Math.max(BLOCK_BYTES, length));
        }
        free.end = 0;
        return free;
    }

    /** Passes on the frames that are not older than the span, and forgets all. */
    void drainTo(long now, FrameConsumer consumer) throws IOException {
        while (!this.blocks.isEmpty()) {
            Block block = this.blocks.removeFirst();
            int position = 0;
            while (position < block.end) {
                if (now - block.buffer.getLong(position + IterationFrame.START) <= this.spanNanos) {
                    consumer.accept(block.buffer, position);
                }
                position += block.buffer.getInt(position + IterationFrame.LENGTH);
            }
        }
    }

    /** Takes a frame. */
    @FunctionalInterface
    interface FrameConsumer {
        void accept(ByteBuffer buffer, int begin) throws IOException;
    }

    private static final class Block {

        private final ByteBuffer buffer;
        private int end;
        private long lastTime;

        Block(int capacity) {
            this.buffer = ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder());
        }
    }
}
