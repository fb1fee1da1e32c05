package dev.rfx.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

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

    private static final VarHandle COUNT;
    private static final VarHandle LAST_END;
    private static final VarHandle PHASE_NANOS = MethodHandles.arrayElementVarHandle(long[].class);

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            COUNT = lookup.findVarHandle(TimingRecorder.class, "count", long.class);
            LAST_END = lookup.findVarHandle(TimingRecorder.class, "lastEnd", long.class);
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

    private volatile long count;
    private volatile long lastEnd;

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

    /** Records a completed iteration by its instants. Called by the control thread only. */
    void record(long start, long observed, long selected, long end, boolean overrun) {
        long n = this.count;
        int slot = (int) n & this.mask;
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

    SessionTotals totals() {
        while (true) {
            long n = this.count;
            long overrunsNow = n == 0 ? 0 : this.overrunsUpTo[(int) (n - 1) & this.mask];
            SessionTotals totals =
                    new SessionTotals(n, overrunsNow, phaseNanos(0), phaseNanos(1), phaseNanos(2));
            if (n - 1 >= oldestWholeIteration()) {
                return totals;
            }
        }
    }

    private long phaseNanos(int phase) {
        return (long) PHASE_NANOS.getOpaque(this.phaseNanos, phase);
    }

    /** Copies the window. */
    Sample sample() {
        while (true) {
            long n = this.count;
            if (n == 0) {
                return Sample.NONE;
            }
            // Iteration 0 has no period.
            long first = Math.max(n - this.window, 1);
            long[] copy = new long[(int) (n - first)];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = this.samples[(int) (first + i) & this.mask];
            }
            long overrunsNow = this.overrunsUpTo[(int) (n - 1) & this.mask];
            long overwritten = Math.max(oldestWholeIteration() - first, 0);
            // Read again if the writer came round to the newest of them: this thread did not run
            // for longer than it takes to fill the ring.
            if (overwritten < Math.max(copy.length, 1)) {
                return Sample.of(n, overrunsNow, copy, (int) overwritten);
            }
        }
    }

    private long oldestWholeIteration() {
        VarHandle.loadLoadFence();
        return this.count - this.mask;
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
