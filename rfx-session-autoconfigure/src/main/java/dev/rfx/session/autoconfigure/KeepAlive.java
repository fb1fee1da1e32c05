package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionView;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Keeps the JVM of a non-web application alive, by a thread that is no daemon, while a session runs
 * or awaits its restart. The thread calls neither robot, policy nor log, so that none of them can
 * end it. Any thread.
 */
final class KeepAlive implements SessionListener {

    static final String THREAD = "rfx-session-keep-alive";

    /** Interval of the checks without a notification. */
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

    private final List<Session> sessions;
    private final Object lock = new Object();
    private boolean alive; // guarded by lock

    KeepAlive(Collection<Session> sessions) {
        this.sessions = List.copyOf(sessions);
    }

    @Override
    public void started(SessionView session) {
        ensure();
    }

    @Override
    public void stopped(SessionView session) {
        check();
    }

    @Override
    public void failed(SessionView session, SessionException failure) {
        // A restart is planned before the failure is reported, so the thread finds it.
        check();
    }

    /** Starts the thread if a session needs it. */
    void ensure() {
        synchronized (this.lock) {
            if (!this.alive && isNeeded()) {
                Thread thread = new Thread(this::live, THREAD);
                thread.setDaemon(false);
                thread.start();
                // After start(), which may throw: the next call then tries again.
                this.alive = true;
            }
        }
    }

    /** Lets the thread end now if no session needs it. */
    void check() {
        synchronized (this.lock) {
            this.lock.notifyAll();
        }
    }

    /** Under one lock with {@link #ensure()}: a session that starts finds a thread that stays. */
    private void live() {
        synchronized (this.lock) {
            while (isNeeded()) {
                try {
                    this.lock.wait(CHECK_INTERVAL.toMillis());
                } catch (InterruptedException ex) {
                    // The sessions decide, not an interrupt.
                }
            }
            this.alive = false;
        }
    }

    /** A stuck session does not count: nothing more can be done for its robot. */
    private boolean isNeeded() {
        for (Session session : this.sessions) {
            if (session.isActiveOrAwaitsRestart() && session.state() != SessionState.STUCK) {
                return true;
            }
        }
        return false;
    }
}
