package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionListener;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that lives while a session runs: it keeps the JVM of a non-web application alive, and
 * logs the session's progress.
 */
final class SessionMonitor implements SessionListener {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);
    private static final Duration FOR_EVER = Duration.ofDays(10_000);

    private final Session session;
    private final Duration logInterval;
    private final Object lock = new Object();
    private boolean watching; // guarded by lock

    SessionMonitor(Session session, Duration logInterval) {
        this.session = session;
        this.logInterval = logInterval;
    }

    @Override
    public void started(Session session) {
        watch();
    }

    /** Makes sure that the thread is there while the session runs. */
    void watch() {
        synchronized (this.lock) {
            if (!this.watching && this.session.state().isActive()) {
                this.watching = true;
                Thread thread =
                        new Thread(
                                this::watchUntilStopped,
                                "rfx-session-" + this.session.name() + "-monitor");
                thread.setDaemon(false);
                thread.start();
            }
        }
    }

    private void watchUntilStopped() {
        Duration interval = this.logInterval.isZero() ? FOR_EVER : this.logInterval;
        while (isWatching()) {
            try {
                if (!this.session.awaitStopped(interval) && this.session.isRunning()) {
                    logger.info("Session '{}' runs: {}", this.session.name(), this.session.stats());
                }
            } catch (InterruptedException ex) {
                // Nobody has a reason to interrupt this thread, and the session goes on.
                logger.debug("Interrupted", ex);
            }
        }
    }

    /** Decided under the lock: a session that starts now finds either this thread or none. */
    private boolean isWatching() {
        synchronized (this.lock) {
            this.watching = this.session.state().isActive();
            return this.watching;
        }
    }
}
