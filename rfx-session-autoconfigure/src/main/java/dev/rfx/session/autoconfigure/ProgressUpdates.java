package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionUnresponsiveException;
import dev.rfx.session.SessionView;
import dev.rfx.session.support.Loggers;
import dev.rfx.session.support.ThreadNames;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Updates what shows the progress of a session: at a fixed interval on a daemon thread while the
 * session runs, and once when the run has ended. An update that throws is repeated at the next
 * interval. Any thread.
 */
final class ProgressUpdates implements SessionListener {

    private static final Logger logger = Loggers.TIMING;

    private final Session session;
    private final Runnable update;
    private final Duration interval;
    private final ScheduledThreadPoolExecutor executor;
    private @Nullable Future<?> updates; // guarded by this
    private volatile boolean reported;

    ProgressUpdates(Session session, Runnable update, Duration interval) {
        this.session = session;
        this.update = update;
        this.interval = interval;
        this.executor =
                new ScheduledThreadPoolExecutor(1, task -> createThread(session.name(), task));
        // Without a run there is no thread, so that nothing has to be closed.
        this.executor.setRemoveOnCancelPolicy(true);
        this.executor.setKeepAliveTime(1, TimeUnit.SECONDS);
        this.executor.allowCoreThreadTimeOut(true);
    }

    private static Thread createThread(String session, Runnable task) {
        Thread thread = new Thread(task, ThreadNames.of(session, "-progress"));
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public synchronized void started(SessionView session) {
        if (this.updates == null) {
            long nanos = this.interval.toNanos();
            this.updates =
                    this.executor.scheduleWithFixedDelay(
                            this::update, nanos, nanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void stopped(SessionView session) {
        end();
    }

    @Override
    public void failed(SessionView session, SessionException failure) {
        end();
    }

    @Override
    public void stuck(SessionView session, SessionUnresponsiveException stuck) {
        end();
    }

    /** On the thread of the listener: a JVM that ends waits for it, and not for a daemon thread. */
    private void end() {
        synchronized (this) {
            if (this.updates != null) {
                this.updates.cancel(false);
                this.updates = null;
            }
        }
        update();
    }

    /** Never throws: the executor would cancel all further updates. */
    private void update() {
        try {
            this.update.run();
        } catch (Throwable ex) {
            report(ex);
        }
    }

    private void report(Throwable problem) {
        if (this.reported) {
            return;
        }
        this.reported = true;
        try {
            logger.warn(
                    "The progress of session '{}' cannot be shown. The session is not affected."
                            + " Further failures are not logged",
                    this.session.name(),
                    problem);
        } catch (Throwable ex) {
            // There is no other log to report this to.
        }
    }
}
