package dev.rfx.session.autoconfigure;

import dev.rfx.session.RestartPolicy;
import dev.rfx.session.RobotInUseException;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionState;
import dev.rfx.session.autoconfigure.SessionProperties.StartFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/** Starts and stops sessions with the application. */
final class SessionLifecycle implements SmartLifecycle, ExitCodeGenerator {

    private static final Logger logger = LoggerFactory.getLogger(SessionLifecycle.class);

    /** An array: to iterate over a list allocates, and {@link #stop()} may find the heap full. */
    private final Session[] sessions;

    private final List<SessionMonitor> monitors = new ArrayList<>();
    private final StartFailure startFailure;
    private final boolean autoStartup;
    private final int phase;
    private volatile boolean running;

    SessionLifecycle(
            Map<String, Session> sessions,
            SessionProperties properties,
            ApplicationEventPublisher publisher,
            @Nullable ProgressLine progressLine) {
        this.sessions = sessions.values().toArray(Session[]::new);
        this.startFailure = properties.startFailure();
        this.autoStartup = properties.autoStartup();
        this.phase = properties.phase();
        Duration logInterval = properties.checkedLogInterval();
        // Who wants no progress in the log wants none at all.
        ProgressLine line = logInterval.isZero() ? null : progressLine;
        sessions.forEach(
                (name, session) -> {
                    SessionMonitor monitor = new SessionMonitor(session, logInterval, line);
                    this.monitors.add(monitor);
                    session.addListener(monitor);
                    session.addListener(new SessionEventPublishing(session, name, publisher));
                    RestartPolicy policy = properties.restart().toPolicy();
                    if (policy != null) {
                        session.setRestartPolicy(policy);
                    }
                });
    }

    /**
     * Starts one session after the other. If one cannot start, the application does not, and those
     * that run already are stopped with it; or it goes on without that one, where it is told to.
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
        // The listeners start them too, but on threads that do not keep the JVM alive until then.
        this.monitors.forEach(SessionMonitor::watch);
    }

    private void start(Session session) {
        if (this.startFailure == StartFailure.FAIL) {
            // An application that ends because a robot cannot be reset does not try it once more.
            session.startOnce();
            return;
        }
        try {
            session.start();
        } catch (SessionException ex) {
            // The session has logged why.
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
     * <p>All robots are told before any session is waited for, and nothing comes before that. The
     * sessions then come to their ends in parallel, each within its own time, which its watchdog
     * counts from the request; so the waits of this thread overlap, and are not longer than that of
     * the slowest session: its stop timeout, and at most a second and a half for a hung call and
     * for its listeners.
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
                // A session that is stuck has said so in the log; the others are waited for.
            }
        }
        this.monitors.forEach(SessionMonitor::wake);
    }

    /**
     * True from start() to stop(), also when a session has ended by itself: Spring then still calls
     * stop(), which waits for its listeners. Where sessions start without us, they stop with us,
     * also those that wait to be started again.
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

    /** For {@code System.exit(SpringApplication.exit(context))}: 1 if a session has failed. */
    @Override
    public int getExitCode() {
        return Arrays.stream(this.sessions)
                        .map(Session::state)
                        .anyMatch(s -> s == SessionState.FAILED || s == SessionState.STUCK)
                ? 1
                : 0;
    }
}
