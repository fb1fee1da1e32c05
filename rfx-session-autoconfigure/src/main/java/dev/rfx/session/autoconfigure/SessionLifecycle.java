package dev.rfx.session.autoconfigure;

import dev.rfx.session.RobotInUseException;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionState;
import dev.rfx.session.autoconfigure.SessionProperties.StartFailure;
import java.util.Arrays;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.context.SmartLifecycle;

/** Starts and stops sessions with the application. */
final class SessionLifecycle implements SmartLifecycle, ExitCodeGenerator {

    private static final Logger logger = LoggerFactory.getLogger(SessionLifecycle.class);

    /** An array: to iterate over a list allocates, and {@link #stop()} may find the heap full. */
    private final Session[] sessions;

    private final KeepAlive keepAlive;
    private final StartFailure startFailure;
    private final boolean autoStartup;
    private final int phase;
    private volatile boolean running;

    SessionLifecycle(
            Collection<Session> sessions, KeepAlive keepAlive, SessionProperties properties) {
        this.sessions = sessions.toArray(Session[]::new);
        this.keepAlive = keepAlive;
        this.startFailure = properties.startFailure();
        this.autoStartup = properties.autoStartup();
        this.phase = properties.phase();
    }

    /**
     * Starts one session after the other. If one cannot start, all are stopped and the application
     * does not start. With {@link StartFailure#CONTINUE} the application runs without that session.
     */
    @Override
    public void start() {
        this.running = true;
        try {
            for (Session session : this.sessions) {
                start(session);
            }
        } catch (RuntimeException | Error ex) {
            stop();
            throw ex;
        }
        // The listener does it too, but on a daemon thread: the JVM might end before.
        this.keepAlive.ensure();
    }

    private void start(Session session) {
        if (this.startFailure == StartFailure.FAIL) {
            // The application ends if this fails, so no restart may follow.
            session.startOnce();
            return;
        }
        try {
            session.start();
        } catch (SessionException ex) {
            // The session has logged the cause.
            logger.warn("The application runs without session '{}'", session.name());
        } catch (RobotInUseException ex) {
            logger.warn(
                    "The application runs without session '{}': {}",
                    session.name(),
                    ex.getMessage());
        }
    }

    /**
     * Stops all sessions. Never throws: Spring would then wait for the whole timeout of the phase.
     *
     * <p>First it requests the stop of all sessions, then it waits for each. So the sessions end in
     * parallel, and each watchdog counts the stop timeout of its session from the request. The wait
     * is as long as that of the slowest session: its stop timeout, and up to one and a half seconds
     * for a call that does not return and for its listeners.
     */
    @Override
    public void stop() {
        this.running = false;
        for (Session session : this.sessions) {
            session.requestStop();
        }
        for (Session session : this.sessions) {
            try {
                session.stop();
            } catch (Throwable ex) {
                // The session has logged that it is stuck. The others still have to stop.
            }
        }
        this.keepAlive.check();
    }

    /**
     * {@inheritDoc}
     *
     * <p>True from {@link #start()} to {@link #stop()}, even if all sessions have ended: Spring
     * then calls {@code stop()}, which waits for their listeners. Without auto-startup, sessions
     * that the application starts itself also count, so that they stop with the context.
     */
    @Override
    public boolean isRunning() {
        return this.running
                || (!this.autoStartup
                        && Arrays.stream(this.sessions).anyMatch(Session::isActiveOrAwaitsRestart));
    }

    @Override
    public boolean isAutoStartup() {
        return this.autoStartup;
    }

    @Override
    public int getPhase() {
        return this.phase;
    }

    /** {@return the code for {@code SpringApplication.exit}: 1 if a session failed or is stuck} */
    @Override
    public int getExitCode() {
        return Arrays.stream(this.sessions)
                        .map(Session::state)
                        .anyMatch(s -> s == SessionState.FAILED || s == SessionState.STUCK)
                ? 1
                : 0;
    }
}
