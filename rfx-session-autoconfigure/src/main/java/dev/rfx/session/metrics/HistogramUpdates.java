package dev.rfx.session.metrics;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates histograms on a daemon thread of its own, which lives from the first {@link #add} to
 * {@link #close()}.
 */
final class HistogramUpdates {

    /** A session keeps its last 4096 iterations: 410 ms at 10 000 Hz, the highest rate. */
    private static final long UPDATE_MILLIS = 250;

    private static final long LAST_UPDATE_MILLIS = 1000;

    private static final Logger logger = LoggerFactory.getLogger(SessionMetrics.class);

    private final List<IterationTimers> timers = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor executor =
            new ScheduledThreadPoolExecutor(1, HistogramUpdates::createThread);
    private boolean reported; // confined to the thread of the updates

    private static Thread createThread(Runnable task) {
        Thread thread = new Thread(task, "rfx-session-metrics");
        thread.setDaemon(true);
        return thread;
    }

    synchronized void add(IterationTimers added) {
        this.timers.add(added);
        if (this.timers.size() == 1) {
            this.executor.scheduleWithFixedDelay(
                    this::update, UPDATE_MILLIS, UPDATE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Updates the histograms a last time and ends the thread. */
    void close() {
        if (this.executor.isShutdown()) {
            return;
        }
        this.executor.execute(this::update);
        this.executor.shutdown();
        try {
            if (!this.executor.awaitTermination(LAST_UPDATE_MILLIS, TimeUnit.MILLISECONDS)) {
                logger.warn(
                        "The last update of the session histograms takes longer than {} ms: the"
                                + " last iterations may be missing in them",
                        LAST_UPDATE_MILLIS);
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Never throws: the executor would cancel all further updates. */
    private void update() {
        Throwable problem = null;
        for (IterationTimers each : this.timers) {
            try {
                Throwable found = each.update();
                problem = found == null ? problem : found;
            } catch (Throwable ex) {
                problem = ex;
            }
        }
        if (problem != null) {
            report(problem); // after the updates: the log may take its time
        }
    }

    private void report(Throwable problem) {
        if (this.reported) {
            return;
        }
        this.reported = true;
        try {
            logger.warn(
                    "A histogram of rfx.session failed, and lacks some iterations. The other meters"
                            + " are not affected. Further failures are not logged",
                    problem);
        } catch (Throwable ex) {
            // There is no other log to report this to.
        }
    }
}
