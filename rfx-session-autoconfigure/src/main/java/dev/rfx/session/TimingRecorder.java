package dev.rfx.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/**
 * What is known of the iterations of one run. One thread writes, and never waits; any thread reads.
 *
 * <p>Why a reader sees only whole samples: the writer fills the slot of iteration <i>n</i> and then
 * releases the count <i>n + 1</i>, so all slots below a count that a reader acquired are filled. It
 * may meanwhile be overwriting old ones. A fence before each slot keeps the writer's order "count
 * <i>n</i>, then slot <i>n</i>": a reader that copied anything of iteration <i>n</i> into what it
 * took for iteration <i>n − capacity</i> then sees at least the count <i>n</i> when it looks again
 * after the copy, and drops everything up to <i>n − capacity</i>.
 */
final class TimingRecorder {

    /** Room for the iterations that end while a reader copies. */
    private static final int SLACK = 1024;

    /** How many iterations are kept with all that is known of them. */
    private static final int RECENT = 4096;

    /** How many of them one gets who asks for the last ones. */
    private static final int LAST = 64;

    private static final VarHandle COUNT;
    private static final VarHandle LAST_END;
    private static final VarHandle LATE_WAKES;
    private static final VarHandle STARVED;
    private static final VarHandle PHASE_NANOS = MethodHandles.arrayElementVarHandle(long[].class);

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            COUNT = lookup.findVarHandle(TimingRecorder.class, "count", long.class);
            LAST_END = lookup.findVarHandle(TimingRecorder.class, "lastEnd", long.class);
            LATE_WAKES = lookup.findVarHandle(TimingRecorder.class, "lateWakes", long.class);
            STARVED = lookup.findVarHandle(TimingRecorder.class, "starved", long.class);
        } catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private final int window;
    private final int mask;

    /** By iteration: the period that ended with its start, times two, plus one for an overrun. */
    private final long[] samples;

    /** By iteration: the overruns up to and including it. */
    private final long[] overrunsUpTo;

    /** Total time in observe, policy and act; may be one iteration ahead of the count. */
    private final long[] phaseNanos = new long[3];

    private final IterationRing recent = new IterationRing(RECENT, GcPauses.OF_THE_JVM);

    /** Those after which the next one was late. */
    private final IterationRing late = new IterationRing(1, GcPauses.OF_THE_JVM);

    private volatile long count;
    private volatile long lastEnd;

    // May be one iteration ahead of the count.
    private volatile long lateWakes;
    private volatile long starved;

    // The writer's own.
    private long lastStart;
    private long overruns;

    TimingRecorder(int window) {
        this.window = window;
        int capacity = Integer.highestOneBit(window + SLACK) << 1;
        this.mask = capacity - 1;
        this.samples = new long[capacity];
        this.overrunsUpTo = new long[capacity];
    }

    /**
     * Records a completed iteration by its instants. Called by the control thread only.
     *
     * @param due when it was to start
     * @param flags as in {@link IterationRing}
     */
    void record(long due, long start, long observed, long selected, long end, int flags) {
        long n = this.count;
        int slot = (int) n & this.mask;
        boolean overrun = (flags & IterationRing.OVERRUN) != 0;
        boolean wokeLate = (flags & IterationRing.WOKE_LATE) != 0;
        if (overrun) {
            this.overruns++;
        }
        VarHandle.storeStoreFence();
        this.samples[slot] = (start - this.lastStart) << 1 | (overrun ? 1 : 0);
        this.overrunsUpTo[slot] = this.overruns;
        this.lastStart = start;
        addPhase(0, observed - start);
        addPhase(1, selected - observed);
        addPhase(2, end - selected);
        if (wokeLate) {
            LATE_WAKES.setOpaque(this, this.lateWakes + 1);
        }
        if ((flags & IterationRing.STARVED) != 0) {
            STARVED.setOpaque(this, this.starved + 1);
        }
        this.recent.add(n, due, start, observed, selected, end, flags);
        if (overrun || wokeLate) {
            this.late.add(n, due, start, observed, selected, end, flags);
        }
        LAST_END.setOpaque(this, end);
        COUNT.setRelease(this, n + 1);
    }

    private void addPhase(int phase, long nanos) {
        PHASE_NANOS.setOpaque(this.phaseNanos, phase, this.phaseNanos[phase] + nanos);
    }

    /** Completed iterations. */
    long count() {
        return this.count;
    }

    /** The clock's reading at the end of the last iteration; meaningless before the first. */
    long lastEnd() {
        return this.lastEnd;
    }

    /** What the run has done so far; of its events it knows nothing. */
    SessionTotals totals() {
        while (true) {
            long n = this.count;
            long overrunsNow = n == 0 ? 0 : this.overrunsUpTo[(int) (n - 1) & this.mask];
            SessionTotals totals =
                    new SessionTotals(
                            n,
                            overrunsNow,
                            this.lateWakes,
                            this.starved,
                            0,
                            0,
                            0,
                            phaseNanos(0),
                            phaseNanos(1),
                            phaseNanos(2));
            if (n - 1 >= oldestWholeIteration()) {
                return totals;
            }
        }
    }

    private long phaseNanos(int phase) {
        return (long) PHASE_NANOS.getOpaque(this.phaseNanos, phase);
    }

    /** The last iterations, oldest first. */
    List<IterationRecord> recent(long begin) {
        return this.recent.read(LAST, begin);
    }

    /** Hands over the iterations from a position on, as far as they are still there. */
    long read(IterationRing.Position position, IterationSink sink) {
        return this.recent.read(position, sink);
    }

    /** The last iteration after which the next one was late, if there was one. */
    List<IterationRecord> lastLate(long begin) {
        return this.late.read(1, begin);
    }

    /** How many iterations there were after which the next one was late. */
    long lateCount() {
        return this.late.added();
    }

    /** The begin of statistics that count from now on. */
    Begin now() {
        SessionTotals totals = totals();
        return new Begin(totals.iterations(), totals.overruns());
    }

    /** Copies the window: the periods between the iterations from {@code begin} on. */
    Sample sample(Begin begin) {
        while (true) {
            long n = this.count;
            if (n <= begin.iterations) {
                return Sample.NONE;
            }
            // The first iteration has no period.
            long first = Math.max(n - this.window, begin.iterations + 1);
            long[] copy = new long[(int) (n - first)];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = this.samples[(int) (first + i) & this.mask];
            }
            long overrunsNow = this.overrunsUpTo[(int) (n - 1) & this.mask];
            long overwritten = Math.max(oldestWholeIteration() - first, 0);
            // Read again if the writer came round to the newest of them: this thread did not run
            // for longer than it takes to fill the ring.
            if (overwritten < Math.max(copy.length, 1)) {
                return Sample.of(
                        n - begin.iterations,
                        overrunsNow - begin.overruns,
                        copy,
                        (int) overwritten);
            }
        }
    }

    private long oldestWholeIteration() {
        VarHandle.loadLoadFence();
        return this.count - this.mask;
    }

    /**
     * Where statistics begin.
     *
     * @param iterations how many iterations there were before
     * @param overruns how many of them were overruns
     */
    record Begin(long iterations, long overruns) {

        static final Begin OF_THE_RUN = new Begin(0, 0);
    }

    /**
     * A consistent reading.
     *
     * @param iterations completed iterations
     * @param overruns how many of them were overruns
     * @param periodNanos the periods in the window, oldest first
     * @param windowOverruns how many of the iterations that these periods led to were overruns
     */
    record Sample(long iterations, long overruns, long[] periodNanos, long windowOverruns) {

        static final Sample NONE = new Sample(0, 0, new long[0], 0);

        static Sample of(long iterations, long overruns, long[] samples, int from) {
            long[] periods = Arrays.copyOfRange(samples, from, samples.length);
            long windowOverruns = 0;
            for (int i = 0; i < periods.length; i++) {
                windowOverruns += periods[i] & 1;
                periods[i] >>= 1;
            }
            return new Sample(iterations, overruns, periods, windowOverruns);
        }
    }
}
