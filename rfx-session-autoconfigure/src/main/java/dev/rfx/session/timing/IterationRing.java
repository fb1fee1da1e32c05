package dev.rfx.session.timing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongBinaryOperator;

/**
 * The last iterations of a run. One thread adds and never waits; any thread reads. The ring has
 * twice the room that readers ask for, and a reader drops what was overwritten while it copied. Why
 * it notices is argued in {@link TimingRecorder}, which works the same way.
 */
final class IterationRing {

    private static final int FIELDS = 7;
    private static final long NO_PERIOD = -1;
    private static final VarHandle ADDED;

    static {
        try {
            ADDED = MethodHandles.lookup().findVarHandle(IterationRing.class, "added", long.class);
        } catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private final LongBinaryOperator gcPauseNanos;
    private final int size;
    private final int mask;
    private final long[] slots;
    private volatile long added;

    /**
     * Creates a ring.
     *
     * @param size how many iterations a reader gets at most, a power of two
     * @param gcPauseNanos returns the time of garbage collector pauses between two readings of the
     *     clock, in ns
     */
    IterationRing(int size, LongBinaryOperator gcPauseNanos) {
        this.gcPauseNanos = gcPauseNanos;
        this.size = size;
        this.mask = 2 * size - 1;
        this.slots = new long[2 * size * FIELDS];
    }

    /** Adds an iteration by its instants. Called by the control thread only. */
    void add(long number, long due, long start, long observed, long selected, long end, int flags) {
        long n = this.added;
        int slot = ((int) n & this.mask) * FIELDS;
        VarHandle.storeStoreFence();
        this.slots[slot] = number;
        this.slots[slot + 1] = due;
        this.slots[slot + 2] = start;
        this.slots[slot + 3] = observed;
        this.slots[slot + 4] = selected;
        this.slots[slot + 5] = end;
        this.slots[slot + 6] = flags;
        ADDED.setRelease(this, n + 1);
    }

    /** {@return the number of iterations added so far} */
    long added() {
        return this.added;
    }

    /**
     * Copies the last iterations, oldest first.
     *
     * @param last their number, at most the size of the ring
     * @param begin the clock's reading at the begin of the loop
     */
    List<IterationRecord> read(int last, long begin) {
        while (true) {
            long n = this.added;
            long first = Math.max(n - last, 0);
            List<IterationRecord> records = new ArrayList<>(last);
            for (long i = first; i < n; i++) {
                records.add(record(((int) i & this.mask) * FIELDS, begin));
            }
            VarHandle.loadLoadFence();
            if (this.added - this.mask <= first) {
                return List.copyOf(records);
            }
        }
    }

    /**
     * Passes on the iterations from a position on, and advances it.
     *
     * @return how many were overwritten before they could be read
     */
    long read(Position position, IterationSink sink) {
        long lost = 0;
        long n = this.added;
        while (position.next < n) {
            int slot = ((int) position.next & this.mask) * FIELDS;
            long due = this.slots[slot + 1];
            long start = this.slots[slot + 2];
            long observed = this.slots[slot + 3];
            long selected = this.slots[slot + 4];
            long end = this.slots[slot + 5];
            VarHandle.loadLoadFence();
            long oldest = this.added - this.mask;
            if (oldest > position.next) {
                // Not the very oldest one, which is overwritten next.
                long resume = oldest + this.mask - this.size;
                lost += resume - position.next;
                position.next = resume;
                position.known = false;
                n = this.added;
                continue;
            }
            long period = position.known ? start - position.lastStart : NO_PERIOD;
            position.lastStart = start;
            position.known = true;
            position.next++;
            sink.accept(period, start - due, observed - start, selected - observed, end - selected);
        }
        return lost;
    }

    /** The position of one reader. */
    static final class Position {
        private long next;
        private long lastStart;
        private boolean known;
    }

    private IterationRecord record(int slot, long begin) {
        long due = this.slots[slot + 1];
        long start = this.slots[slot + 2];
        long observed = this.slots[slot + 3];
        long selected = this.slots[slot + 4];
        long end = this.slots[slot + 5];
        int flags = (int) this.slots[slot + 6];
        return new IterationRecord(
                this.slots[slot],
                Duration.ofNanos(start - begin),
                Duration.ofNanos(start - due),
                Duration.ofNanos(observed - start),
                Duration.ofNanos(selected - observed),
                Duration.ofNanos(end - selected),
                (flags & TimingRecorder.OVERRUN) != 0,
                (flags & TimingRecorder.LATE_WAKEUP) != 0,
                (flags & TimingRecorder.STALE) != 0,
                Duration.ofNanos(flags == 0 ? 0 : this.gcPauseNanos.applyAsLong(due, end)));
    }
}
