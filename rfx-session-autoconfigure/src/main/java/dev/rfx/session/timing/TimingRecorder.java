package dev.rfx.session.timing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongBinaryOperator;

/**
 * Records the iterations of one run. One thread writes and never waits; any thread reads.
 *
 * <p>Why a reader sees only whole samples: the writer fills the slot of iteration <i>n</i> and then
 * releases the count <i>n + 1</i>, so all slots below a count that a reader acquired are filled.
 * The writer may meanwhile overwrite old ones. A fence before each slot keeps its order "count
 * <i>n</i>, then slot <i>n</i>": a reader that copied anything of iteration <i>n</i> into what it
 * took for iteration <i>n − capacity</i> then sees at least the count <i>n</i> when it reads the
 * count again after the copy, and drops everything up to <i>n − capacity</i>.
 *
 * <p>Internal to {@code dev.rfx.session}.
 */
public final class TimingRecorder {

    /** Flag of an iteration whose work took longer than the period. */
    public static final int OVERRUN = 1;

    /** Flag of an iteration that ended after the next one was due, though its work was short. */
    public static final int LATE_WAKEUP = 2;

    /** Flag of an iteration with a stale observation. */
    public static final int STALE = 4;

    /** Room for the iterations that end while a reader copies. */
    private static final int SLACK = 1024;

    /** Number of iterations that are kept with all their instants. */
    private static final int RECENT = 4096;

    /** Number of iterations returned by {@link #recent}. */
    private static final int LAST = 64;

    private static final VarHandle COUNT;
    private static final VarHandle LAST_END;
    private static final VarHandle LATE_WAKEUPS;
    private static final VarHandle STALE_ITERATIONS;
    private static final VarHandle PHASE_NANOS = MethodHandles.arrayElementVarHandle(long[].class);

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            COUNT = lookup.findVarHandle(TimingRecorder.class, "count", long.class);
            LAST_END = lookup.findVarHandle(TimingRecorder.class, "lastEnd", long.class);
            LATE_WAKEUPS = lookup.findVarHandle(TimingRecorder.class, "lateWakeups", long.class);
            STALE_ITERATIONS = lookup.findVarHandle(TimingRecorder.class, "stale", long.class);
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

    private final IterationRing recent;

    /** Iterations after which the next one was late. */
    private final IterationRing late;

    private volatile long count;
    private volatile long lastEnd;

    // May be one iteration ahead of the count.
    private volatile long lateWakeups;
    private volatile long stale;

    private long lastStart; // confined to the writer
    private long overruns; // confined to the writer

    /**
     * Creates a recorder.
     *
     * @param window number of periods in a {@link #sample}
     * @param gcPauseNanos returns the time of garbage collector pauses between two readings of the
     *     clock, in ns
     */
    public TimingRecorder(int window, LongBinaryOperator gcPauseNanos) {
        this.window = window;
        this.recent = new IterationRing(RECENT, gcPauseNanos);
        this.late = new IterationRing(1, gcPauseNanos);
        int capacity = Integer.highestOneBit(window + SLACK) << 1;
        this.mask = capacity - 1;
        this.samples = new long[capacity];
        this.overrunsUpTo = new long[capacity];
    }

    /**
     * Records a completed iteration. Called by the control thread only. All instants are readings
     * of the clock.
     *
     * @param due when it was due
     * @param start when it began
     * @param observed when {@code observe} had returned
     * @param selected when the policy had returned
     * @param end when {@code act} had returned
     * @param flags {@link #OVERRUN}, {@link #LATE_WAKEUP}, {@link #STALE}
     */
    public void record(long due, long start, long observed, long selected, long end, int flags) {
        long n = this.count;
        int slot = (int) n & this.mask;
        boolean overrun = (flags & OVERRUN) != 0;
        boolean lateWakeup = (flags & LATE_WAKEUP) != 0;
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
        if (lateWakeup) {
            LATE_WAKEUPS.setOpaque(this, this.lateWakeups + 1);
        }
        if ((flags & STALE) != 0) {
            STALE_ITERATIONS.setOpaque(this, this.stale + 1);
        }
        this.recent.add(n, due, start, observed, selected, end, flags);
        if (overrun || lateWakeup) {
            this.late.add(n, due, start, observed, selected, end, flags);
        }
        LAST_END.setOpaque(this, end);
        COUNT.setRelease(this, n + 1);
    }

    private void addPhase(int phase, long nanos) {
        PHASE_NANOS.setOpaque(this.phaseNanos, phase, this.phaseNanos[phase] + nanos);
    }

    /** {@return the number of completed iterations} */
    public long count() {
        return this.count;
    }

    /**
     * {@return the clock's reading at the end of the last iteration; undefined before the first}
     */
    public long lastEnd() {
        return this.lastEnd;
    }

    /** {@return what the iterations so far add up to} */
    public Counts counts() {
        while (true) {
            long n = this.count;
            long overrunsNow = n == 0 ? 0 : this.overrunsUpTo[(int) (n - 1) & this.mask];
            Counts counts =
                    new Counts(
                            n,
                            overrunsNow,
                            this.lateWakeups,
                            this.stale,
                            phaseNanos(0),
                            phaseNanos(1),
                            phaseNanos(2));
            if (n - 1 >= oldestWholeIteration()) {
                return counts;
            }
        }
    }

    private long phaseNanos(int phase) {
        return (long) PHASE_NANOS.getOpaque(this.phaseNanos, phase);
    }

    /**
     * {@return the last 64 iterations, oldest first}
     *
     * @param begin the clock's reading at the begin of the loop
     */
    public List<IterationRecord> recent(long begin) {
        return this.recent.read(LAST, begin);
    }

    /** Passes on the iterations from a position on, as far as they are kept. */
    long read(IterationRing.Position position, IterationSink sink) {
        return this.recent.read(position, sink);
    }

    /**
     * {@return the last iteration after which the next one was late, or an empty list}
     *
     * @param begin the clock's reading at the begin of the loop
     */
    public List<IterationRecord> lastLate(long begin) {
        return this.late.read(1, begin);
    }

    /** {@return the number of iterations after which the next one was late} */
    public long lateCount() {
        return this.late.added();
    }

    /** {@return the begin of statistics that count from now on} */
    public Begin now() {
        Counts counts = counts();
        return new Begin(counts.iterations(), counts.overruns());
    }

    /**
     * Copies the window: the periods between the iterations from {@code begin} on.
     *
     * @param begin where the statistics begin
     * @return a consistent reading
     */
    public Sample sample(Begin begin) {
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
            // Read again if the writer overwrote even the newest of them, because this thread was
            // suspended for as long as it takes to fill the ring.
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
     * The begin of statistics.
     *
     * @param iterations number of iterations before
     * @param overruns number of overruns among them
     */
    public record Begin(long iterations, long overruns) {

        /** Statistics of the whole run. */
        public static final Begin OF_THE_RUN = new Begin(0, 0);
    }

    /**
     * A consistent reading.
     *
     * @param iterations completed iterations
     * @param overruns overruns among them
     * @param periodNanos the periods in the window, in ns, oldest first
     * @param windowOverruns overruns among the iterations that begin at the end of these periods
     */
    public record Sample(long iterations, long overruns, long[] periodNanos, long windowOverruns) {

        /** No iteration. */
        public static final Sample NONE = new Sample(0, 0, new long[0], 0);

        /** Uses the array itself if all of it counts. */
        static Sample of(long iterations, long overruns, long[] samples, int from) {
            long[] periods =
                    from == 0 ? samples : Arrays.copyOfRange(samples, from, samples.length);
            long windowOverruns = 0;
            for (int i = 0; i < periods.length; i++) {
                windowOverruns += periods[i] & 1;
                periods[i] >>= 1;
            }
            return new Sample(iterations, overruns, periods, windowOverruns);
        }
    }
}
