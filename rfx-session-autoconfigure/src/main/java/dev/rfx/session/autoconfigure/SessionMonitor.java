package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionView;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that lives while a session runs, or waits to be restarted: it keeps the JVM of a non-web
 * application alive, and tells of the session's progress: in the log, or instead in the line on the
 * terminal.
 */
final class SessionMonitor implements SessionListener {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

    /** How often to look whether the session still runs, if nobody tells. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Session session;
    private final Duration logInterval;
    private final @Nullable ProgressLine progressLine;
    private final Object lock = new Object();
    private boolean watching; // guarded by lock
    private long lastLine; // by the thread
    private volatile boolean reported;

    SessionMonitor(Session session, Duration logInterval, @Nullable ProgressLine progressLine) {
        this.session = session;
        this.logInterval = logInterval;
        this.progressLine = progressLine;
    }

    @Override
    public void started(SessionView view) {
        watch();
    }

    @Override
    public void stopped(SessionView view) {
        ended();
    }

    @Override
    public void failed(SessionView view, SessionException failure) {
        // By now it is decided whether the session restarts: that is before the run is over.
        ended();
    }

    private void ended() {
        updateProgressLine();
        wake();
    }

    /** Makes sure that the thread is there while the session runs. */
    void watch() {
        synchronized (this.lock) {
            if (!this.watching && mustStayAlive()) {
                Thread thread =
                        new Thread(
                                this::watchUntilStopped,
                                "rfx-session-" + this.session.name() + "-monitor");
                thread.setDaemon(false);
                thread.start();
                // Not before: where no thread is to be had, the next start tries again.
                this.watching = true;
            }
        }
    }

    /** Lets the thread look at once whether it is still needed. */
    void wake() {
        synchronized (this.lock) {
            this.lock.notifyAll();
        }
    }

    /** Also by the listeners: a JVM that ends waits for them, and not for this thread. */
    private void updateProgressLine() {
        ProgressLine line = this.progressLine;
        if (line != null) {
            attempt(line::update);
        }
    }

    private void watchUntilStopped() {
        if (this.progressLine == null) {
            logUntilStopped();
            return;
        }
        while (isWatchingAfter(ProgressLine.INTERVAL)) {
            updateProgressLine();
        }
        // A session that has become stuck is not watched any more, and has not stopped.
        updateProgressLine();
    }

    private void logUntilStopped() {
        Duration pause =
                this.logInterval.isZero() || this.logInterval.compareTo(LOOK) > 0
                        ? LOOK
                        : this.logInterval;
        this.lastLine = System.nanoTime();
        while (isWatchingAfter(pause)) {
            attempt(this::logProgress);
        }
    }

    private void logProgress() {
        long now = System.nanoTime();
        if (!this.logInterval.isZero()
                && now - this.lastLine >= this.logInterval.toNanos()
                && this.session.isRunning()) {
            this.lastLine = now;
            logger.info("Session '{}' runs: {}", this.session.name(), this.session.stats());
        }
    }

    /**
     * Does one round. The thread survives whatever it throws, the log included: without the thread
     * the JVM of a non-web application would end, and the run with it.
     */
    private void attempt(Runnable round) {
        try {
            round.run();
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
                    "The progress of session '{}' cannot be shown. The session goes on; further"
                            + " failures are not logged",
                    this.session.name(),
                    problem);
        } catch (Throwable ex) {
            // There is no other log to report this to.
        }
    }

    /** Decided under the lock: a session that starts now finds either this thread or none. */
    private boolean isWatchingAfter(Duration pause) {
        synchronized (this.lock) {
            if (mustStayAlive()) {
                try {
                    this.lock.wait(pause.toMillis());
                } catch (InterruptedException ex) {
                    // Nobody has a reason to interrupt this thread, and the session goes on.
                }
            }
            this.watching = mustStayAlive();
            return this.watching;
        }
    }

    /** A session that is stuck keeps nobody alive: nothing more can be done for its robot. */
    private boolean mustStayAlive() {
        return this.session.isActiveOrAwaitsRestart() && this.session.state() != SessionState.STUCK;
    }
}
