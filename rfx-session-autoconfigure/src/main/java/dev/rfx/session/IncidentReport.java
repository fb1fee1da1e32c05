package dev.rfx.session;

import dev.rfx.session.timing.TimingRecorder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Logs what went wrong in a run without ending it, at most once per second: iterations that made
 * the loop late, and the robot's own incidents. The watchdog decides when; the session's listeners'
 * thread writes, for a log may hang.
 */
final class IncidentReport {

    private static final long INTERVAL_NANOS = 1_000_000_000;

    private final LateIterationLog lateIterations;
    private final RobotIncidentLog robotIncidents;

    /**
     * Lines that are queued and not written. Shared with the queue, which outlives the run where a
     * listener hangs, and so does not refer to this report and the recorder.
     */
    private final AtomicInteger queued = new AtomicInteger();

    // The watchdog's own.
    private boolean reported;
    private long reportedAt;

    IncidentReport(
            SessionOptions options,
            TimingRecorder recorder,
            RobotReadings readings,
            Notifier notifier) {
        this.lateIterations = new LateIterationLog(options, recorder, notifier);
        this.robotIncidents = new RobotIncidentLog(options.name(), readings, notifier);
    }

    /** Called before the first action of the run. */
    void begin() {
        this.robotIncidents.begin();
    }

    /** Lets a report be written if there may be something new and it is time. */
    void look(long now, long loopBegin) {
        boolean tooSoon = this.reported && now - this.reportedAt < INTERVAL_NANOS;
        boolean news = this.lateIterations.hasNews() || this.robotIncidents.mayHaveNews();
        if (this.queued.get() > 0 || tooSoon || !news) {
            return;
        }
        this.reported = true;
        this.reportedAt = now;
        write(loopBegin);
    }

    /** Lets a report of what is new be written in any case: the run is over. */
    void write(long loopBegin) {
        AtomicInteger queued = this.queued;
        queued.addAndGet(2);
        this.lateIterations.write(loopBegin, queued::decrementAndGet);
        this.robotIncidents.write(queued::decrementAndGet);
    }
}
