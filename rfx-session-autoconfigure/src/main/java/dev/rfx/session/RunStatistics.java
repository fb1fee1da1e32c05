package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Counts;
import dev.rfx.session.timing.TimingRecorder;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The statistics of one run, shared by all readers. Any thread; no reader waits for the control
 * thread or for another reader.
 *
 * <p>The figures of a window need a copy of its periods and a selection in the copy, some 60 µs for
 * 10 000 periods. A reader computes them only if the last ones have become too old, or if the
 * iterations have doubled since; all others use these. The counts need neither, and are always
 * current.
 *
 * <p>The begin of the statistics and the figures are one value, which is replaced as a whole. A
 * reader that finds the value replaced while it computed, by another reader or by a reset, reads
 * again. Therefore no reader mixes two begins, and for each reader the windows only advance.
 */
final class RunStatistics {

    /** How old the figures of a window may be while the run has not ended. */
    static final long MAX_AGE_NANOS = 50_000_000;

    private final double targetPeriodNanos;
    private final Clock clock;
    private final TimingRecorder recorder;
    private final AtomicReference<Window> latest;

    RunStatistics(double targetPeriodNanos, Clock clock, TimingRecorder recorder) {
        this.targetPeriodNanos = targetPeriodNanos;
        this.clock = clock;
        this.recorder = recorder;
        this.latest = new AtomicReference<>(emptyWindow(TimingRecorder.Begin.OF_THE_RUN));
    }

    /** Lets the statistics count from now on. */
    void reset() {
        // Of two concurrent resets the later one counts, in whatever order they come to this.
        this.latest.accumulateAndGet(
                emptyWindow(this.recorder.now()),
                (seen, next) -> seen.begin.iterations() > next.begin.iterations() ? seen : next);
    }

    /** The first reader after the next iteration replaces it. */
    private Window emptyWindow(TimingRecorder.Begin begin) {
        return window(begin, TimingRecorder.Sample.NONE, this.clock.nanoTime());
    }

    /**
     * {@return the figures of the window} They are exact if no iteration has ended since they were
     * computed.
     *
     * @param ended whether the run has ended; the figures are exact then
     */
    Window window(boolean ended) {
        while (true) {
            Window seen = this.latest.get();
            long recorded = this.recorder.count();
            if (seen.recorded == recorded) {
                return seen;
            }
            long now = this.clock.nanoTime();
            if (!ended && !seen.isDoubled(recorded) && now - seen.computedAt < MAX_AGE_NANOS) {
                return seen;
            }
            Window next = window(seen.begin, this.recorder.sample(seen.begin), now);
            if (this.latest.compareAndSet(seen, next)) {
                return next;
            }
        }
    }

    private Window window(TimingRecorder.Begin begin, TimingRecorder.Sample sample, long now) {
        return new Window(
                begin,
                begin.iterations() + sample.iterations(),
                now,
                sample.periodNanos().length,
                sample.windowOverruns(),
                SessionStats.of(
                        sample.iterations(),
                        sample.overruns(),
                        this.targetPeriodNanos,
                        sample.periodNanos()));
    }

    /** {@return the figures of a window, with the counts of this instant} */
    SessionStats stats(Window window) {
        Counts now = this.recorder.counts();
        return window.stats.withCounts(
                now.iterations() - window.begin.iterations(),
                now.overruns() - window.begin.overruns());
    }

    /** {@return the periods since the begin of the statistics, as far as the window reaches} */
    long[] periodNanos() {
        return this.recorder.sample(this.latest.get().begin).periodNanos();
    }

    /**
     * The figures of a window.
     *
     * @param begin the begin of the statistics
     * @param recorded number of iterations of the run that were recorded when it was computed
     * @param computedAt the clock's reading before it was computed
     * @param iterations the iterations in the window
     * @param overruns the overruns among them
     * @param stats the statistics when it was computed
     */
    record Window(
            TimingRecorder.Begin begin,
            long recorded,
            long computedAt,
            long iterations,
            long overruns,
            SessionStats stats) {

        /** {@return whether so few iterations were known that the next ones change every figure} */
        boolean isDoubled(long recordedNow) {
            long known = this.recorded - this.begin.iterations();
            return recordedNow - this.recorded >= known;
        }
    }
}
