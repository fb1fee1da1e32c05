package dev.rfx.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The last iterations that somebody may want to look at. One thread adds, and never waits; any
 * thread reads. The ring has twice the room that readers ask for, and they drop what was
 * overwritten while they copied; why they notice is told in {@link TimingRecorder}, which works the
 * same way.
 */
final class IterationRing {

    static final int OVERRUN = 1;
    static final int WOKE_LATE = 2;
    static final int STARVED = 4;

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

    private final GcPauses gcPauses;
    private final int size;
    private final int mask;
    private final long[] slots;
    private volatile long added;

    /**
     * Creates a ring.
     *
     * @param size how many iterations a reader gets at most, a power of two
     * @param gcPauses what may have made an iteration late
     */
    IterationRing(int size, GcPauses gcPauses) {
        this.gcPauses = gcPauses;
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

    /** How many were added. */
    long added() {
        return this.added;
    }

    /**
     * Copies the last iterations, oldest first.
     *
     * @param last how many, at most the size of the ring
     * @param begin the begin of the loop, from which their starts are counted
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
     * Hands over the iterations from a position on, and moves it on.
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

    /** How far a reader has got. */
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
                (flags & OVERRUN) != 0,
                (flags & WOKE_LATE) != 0,
                (flags & STARVED) != 0,
                Duration.ofNanos(flags == 0 ? 0 : this.gcPauses.nanosWithin(due, end)));
    }
}
