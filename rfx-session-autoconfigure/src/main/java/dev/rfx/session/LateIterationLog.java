package dev.rfx.session;

import dev.rfx.session.support.Loggers;
import dev.rfx.session.support.Milliseconds;
import dev.rfx.session.timing.IterationRecord;
import dev.rfx.session.timing.TimingRecorder;
import java.util.List;
import org.slf4j.Logger;

/**
 * Logs the last iteration that made the loop late, and the number of others since the previous
 * line. Called on the watchdog's thread and by the thread that ends the run; the events thread
 * writes the line.
 */
final class LateIterationLog {

    private static final Logger logger = Loggers.TIMING;

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
     * Queues a line if an iteration was late since the previous one. The line refers to one
     * iteration, not to the recorder of the run: behind a listener that does not return, the queue
     * outlives the run.
     *
     * @param afterwards runs when the line is written, or at once without a line
     */
    synchronized void report(long loopBegin, Runnable afterwards) {
        long late = this.recorder.lateCount();
        long others = late - this.logged - 1;
        if (others < 0) {
            afterwards.run();
            return;
        }
        this.logged = late;
        String name = this.options.name();
        double periodNanos = this.options.periodNanos();
        List<IterationRecord> iterations = this.recorder.lastLate(loopBegin);
        this.notifier.execute(
                () -> iterations.forEach(last -> log(name, periodNanos, last, others)), afterwards);
    }

    private static void log(String name, double periodNanos, IterationRecord last, long others) {
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
                others);
    }
}
