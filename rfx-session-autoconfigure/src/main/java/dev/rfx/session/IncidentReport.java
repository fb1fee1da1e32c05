package dev.rfx.session;

import dev.rfx.session.timing.TimingRecorder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Logs problems that do not end the run, at most once per second: iterations that made the loop
 * late, and incidents that the robot counts. The watchdog's thread decides when, and at the end the
 * thread that ends the run; the events thread writes, because the log may block.
 */
final class IncidentReport {

    private static final long INTERVAL_NANOS = 1_000_000_000;

    private final LateIterationLog lateIterations;
    private final RobotIncidentLog robotIncidents;

    /**
     * Number of lines that are queued and not written. The queue refers to this counter, not to the
     * report and its recorder: behind a listener that does not return, it outlives the run.
     */
    private final AtomicInteger queued = new AtomicInteger();

    /** Whether a report was queued. Confined to the watchdog's thread. */
    private boolean reported;

    /** The clock's reading at the last report. Confined to the watchdog's thread. */
    private long reportedAt;

    IncidentReport(
            SessionOptions options,
            TimingRecorder recorder,
            RobotReadings readings,
            Notifier notifier) {
        this.lateIterations = new LateIterationLog(options, recorder, notifier);
        this.robotIncidents = new RobotIncidentLog(options.name(), readings, notifier);
    }

    /** Called by the control thread before the first action of the run. */
    void begin() {
        this.robotIncidents.begin();
    }

    /** {@return whether there may be news and the last report is a second ago} */
    boolean isDue(long now) {
        boolean tooSoon = this.reported && now - this.reportedAt < INTERVAL_NANOS;
        return this.queued.get() == 0
                && !tooSoon
                && (this.lateIterations.hasNews() || this.robotIncidents.mayHaveNews());
    }

    /** Queues a report if it is due. */
    void reportIfDue(long now, long loopBegin) {
        if (isDue(now)) {
            this.reported = true;
            this.reportedAt = now;
            report(loopBegin);
        }
    }

    /** Queues a report of all news, without a limit of the rate. Called at the end of the run. */
    void report(long loopBegin) {
        AtomicInteger queued = this.queued;
        queued.addAndGet(2);
        this.lateIterations.report(loopBegin, queued::decrementAndGet);
        this.robotIncidents.report(queued::decrementAndGet);
    }
}
