package dev.rfx.session.recording;

import dev.rfx.session.Timestamped;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Copies each iteration into the ring. Confined to the control thread; allocates nothing, unless
 * the fields of a value change, and never waits.
 */
final class IterationCapture {

    private static final int NOTHING = -1;

    private final FrameRing ring;
    private final ValueEncoder observations;
    private final ValueEncoder actions;
    private final ValueEncoder sent;
    private final LayoutTable layouts;
    private final RecordingCounts counts;
    private volatile @Nullable Throwable failureOfCodec;
    private long droppedBefore;

    IterationCapture(FrameRing ring, Codecs codecs, LayoutTable layouts, RecordingCounts counts) {
        this.ring = ring;
        this.layouts = layouts;
        this.counts = counts;
        this.droppedBefore = counts.dropped();
        this.observations = new ValueEncoder(codecs, layouts);
        this.actions = new ValueEncoder(codecs, layouts);
        this.sent = new ValueEncoder(codecs, layouts);
    }

    /** {@return what a codec or a value of the user has thrown, or null} Any thread. */
    @Nullable Throwable failureOfCodec() {
        return this.failureOfCodec;
    }

    /**
     * Copies an iteration.
     *
     * @param sent the action that the robot received; null if it received none
     */
    void iteration(
            long number,
            long due,
            long start,
            long observed,
            long selected,
            long end,
            int flags,
            @Nullable Object observation,
            @Nullable Object action,
            @Nullable Object sent) {
        boolean asSelected = sent != null && sent == action;
        Object other = asSelected ? null : sent;
        this.ring.begin();
        int length = NOTHING;
        boolean stamped = false;
        long timestamp = 0;
        try {
            if (observation instanceof Timestamped value && value.hasTimestamp()) {
                stamped = true;
                timestamp = value.timestampNanos();
            }
            length = encode(observation, action, other);
            if (length < 0 && this.ring.beginAtStart()) {
                length = encode(observation, action, other);
            }
        } catch (Throwable ex) { // of a codec or a value of the user: the run goes on
            this.failureOfCodec = ex;
        }
        if (length < 0) {
            if (this.failureOfCodec == null && this.ring.isEmpty()) {
                this.layouts.problem(
                        "An iteration takes more than half of the ring: set a larger ring-size");
            }
            this.counts.drop();
            return;
        }
        ByteBuffer buffer = this.ring.buffer();
        int begin = this.ring.beginIndex();
        buffer.putInt(begin + IterationFrame.LENGTH, length);
        buffer.putInt(
                begin + IterationFrame.FLAGS,
                flags
                        | (stamped ? IterationFrame.HAS_TIMESTAMP : 0)
                        | (asSelected ? IterationFrame.SENT_AS_SELECTED : 0));
        buffer.putLong(begin + IterationFrame.TIMESTAMP, timestamp);
        buffer.putLong(begin + IterationFrame.NUMBER, number);
        buffer.putLong(begin + IterationFrame.DUE, due);
        buffer.putLong(begin + IterationFrame.START, start);
        buffer.putLong(begin + IterationFrame.OBSERVED, observed);
        buffer.putLong(begin + IterationFrame.SELECTED, selected);
        buffer.putLong(begin + IterationFrame.END, end);
        long dropped = this.counts.dropped();
        buffer.putLong(begin + IterationFrame.DROPPED, dropped - this.droppedBefore);
        this.droppedBefore = dropped;
        this.ring.publish(length);
    }

    /** {@return the length of the frame, or a negative number if it does not fit} */
    private int encode(
            @Nullable Object observation, @Nullable Object action, @Nullable Object sent) {
        ByteBuffer buffer = this.ring.buffer();
        int begin = this.ring.beginIndex();
        int limit = this.ring.limitIndex();
        if (limit - begin < IterationFrame.VALUES) {
            return ValueEncoder.NO_ROOM;
        }
        int end = begin + IterationFrame.VALUES;
        end = value(this.observations, observation, end, limit, IterationFrame.OBSERVATION_LAYOUT);
        end = value(this.actions, action, end, limit, IterationFrame.ACTION_LAYOUT);
        end = value(this.sent, sent, end, limit, IterationFrame.SENT_LAYOUT);
        if (end < 0) {
            return end;
        }
        int length = end - begin + FrameRing.ALIGNMENT - 1 & -FrameRing.ALIGNMENT;
        return length <= limit - begin ? length : ValueEncoder.NO_ROOM;
    }

    /** Copies a value, and writes its layout and where it ends. */
    private int value(
            ValueEncoder encoder, @Nullable Object value, int from, int limit, int header) {
        if (from < 0) {
            return from;
        }
        ByteBuffer buffer = this.ring.buffer();
        int begin = this.ring.beginIndex();
        int end = value == null ? from : encoder.encode(value, buffer, from, limit);
        buffer.putInt(begin + header, value == null ? LayoutTable.NONE : encoder.layout());
        buffer.putInt(begin + header + Integer.BYTES, end - begin);
        return end;
    }
}
