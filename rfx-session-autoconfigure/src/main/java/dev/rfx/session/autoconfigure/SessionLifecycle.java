package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/** Starts and stops sessions with the application. */
final class SessionLifecycle implements SmartLifecycle {

    private static final Logger logger = LoggerFactory.getLogger(SessionLifecycle.class);

    private final List<Session> sessions;
    private final List<SessionMonitor> monitors = new ArrayList<>();
    private final boolean autoStartup;
    private final int phase;

    SessionLifecycle(
            Map<String, Session> sessions,
            SessionProperties properties,
            ApplicationEventPublisher publisher) {
        this.sessions = List.copyOf(sessions.values());
        this.autoStartup = properties.autoStartup();
        this.phase = properties.phase();
        Duration logInterval = properties.checkedLogInterval();
        sessions.forEach(
                (name, session) -> {
                    SessionMonitor monitor = new SessionMonitor(session, logInterval);
                    this.monitors.add(monitor);
                    session.addListener(monitor);
                    session.addListener(new SessionEventPublishing(name, publisher));
                });
    }

    /**
     * Starts one session after the other. If one cannot start, the application does not, and those
     * that run already are stopped with it.
     */
    @Override
    public void start() {
        try {
            this.sessions.forEach(Session::start);
        } catch (RuntimeException ex) {
            stop();
            throw ex;
        }
        // The listeners start them too, but on threads that do not keep the JVM alive until then.
        this.monitors.forEach(SessionMonitor::watch);
    }

    /**
     * Stops all sessions at once: no robot waits for another one. Never throws: Spring would then
     * wait for the whole timeout of the phase. A session that is stuck has said so in the log.
     */
    @Override
    public void stop() {
        List<CompletableFuture<Void>> stops =
                this.sessions.stream()
                        .map(session -> CompletableFuture.runAsync(session::stop, this::execute))
                        .toList();
        for (CompletableFuture<Void> stop : stops) {
            try {
                stop.join();
            } catch (RuntimeException ex) {
                logger.debug("A session did not stop", ex);
            }
        }
    }

    private void execute(Runnable stop) {
        new Thread(stop, "rfx-session-lifecycle").start();
    }

    @Override
    public boolean isRunning() {
        return this.sessions.stream().anyMatch(session -> session.state().isActive());
    }

    @Override
    public boolean isAutoStartup() {
        return this.autoStartup;
    }

    @Override
    public int getPhase() {
        return this.phase;
    }
}
