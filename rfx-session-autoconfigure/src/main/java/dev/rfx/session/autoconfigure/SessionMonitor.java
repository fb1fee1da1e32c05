package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionState;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that lives while a session runs: it keeps the JVM of a non-web application alive, and
 * logs the session's progress.
 */
final class SessionMonitor implements SessionListener {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

    /** How often to look whether the session is stuck. */
    private static final Duration LOOK = Duration.ofSeconds(1);

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
        long lastLine = System.nanoTime();
        while (isWatching()) {
            try {
                this.session.awaitStopped(
                        this.logInterval.isZero() || this.logInterval.compareTo(LOOK) > 0
                                ? LOOK
                                : this.logInterval);
            } catch (InterruptedException ex) {
                // Nobody has a reason to interrupt this thread, and the session goes on.
                logger.debug("Interrupted", ex);
            }
            long now = System.nanoTime();
            if (!this.logInterval.isZero()
                    && now - lastLine >= this.logInterval.toNanos()
                    && this.session.isRunning()) {
                lastLine = now;
                logger.info("Session '{}' runs: {}", this.session.name(), this.session.stats());
            }
        }
    }

    /**
     * Decided under the lock: a session that starts now finds either this thread or none. A session
     * that is stuck keeps nobody alive: nothing more can be done for its robot.
     */
    private boolean isWatching() {
        synchronized (this.lock) {
            SessionState state = this.session.state();
            this.watching = state.isActive() && state != SessionState.STUCK;
            return this.watching;
        }
    }
}
