package dev.rfx.session;

import dev.rfx.session.support.Milliseconds;
import dev.rfx.session.timing.IterationRecord;
import dev.rfx.session.timing.TimingRecorder;
import java.util.List;
import org.slf4j.Logger;

/**
 * Logs the last iteration that made the loop late, and how many others there were since the last
 * such line. Called by the watchdog and by the thread that ends the run; the line is written on the
 * listeners' thread.
 */
final class LateIterationLog {

    private static final Logger logger = SessionLog.LOGGER;

    private final SessionOptions options;
    private final TimingRecorder recorder;
    private final Notifier notifier;
    private long logged; // guarded by this

    LateIterationLog(SessionOptions options, TimingRecorder recorder, Notifier notifier) {
        this.options = options;
        this.recorder = recorder;
        this.notifier = notifier;
    }

    synchronized boolean hasNews() {
        return this.recorder.lateCount() != this.logged;
    }

    /**
     * Writes what is new. What is queued refers to the last iterations only, not to the recorder of
     * the run: where a listener hangs, the queue outlives the run.
     *
     * @param afterwards runs when the line is written, or when there is none
     */
    synchronized void write(long loopBegin, Runnable afterwards) {
        long late = this.recorder.lateCount();
        long leftOut = late - this.logged - 1;
        if (leftOut < 0) {
            afterwards.run();
            return;
        }
        this.logged = late;
        String name = this.options.name();
        double periodNanos = this.options.periodNanos();
        List<IterationRecord> iterations = this.recorder.lastLate(loopBegin);
        this.notifier.execute(
                () -> iterations.forEach(last -> log(name, periodNanos, last, leftOut)),
                afterwards);
    }

    private static void log(String name, double periodNanos, IterationRecord last, long leftOut) {
        logger.warn(
                "Session '{}' was late after iteration {}: {} (observe {}, policy {}, act {} ms"
                        + " of a period of {} ms); {} more since the last such line",
                name,
                last.number(),
                last.cause(),
                Milliseconds.of(last.observe()),
                Milliseconds.of(last.policy()),
                Milliseconds.of(last.act()),
                Milliseconds.of(periodNanos),
                leftOut);
    }
}
