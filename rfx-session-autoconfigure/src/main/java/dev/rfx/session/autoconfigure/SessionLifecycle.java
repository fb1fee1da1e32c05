package dev.rfx.session.autoconfigure;

import dev.rfx.session.RobotInUseException;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionState;
import dev.rfx.session.autoconfigure.SessionProperties.StartFailure;
import dev.rfx.session.support.Loggers;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.context.SmartLifecycle;

/** Starts and stops the sessions of one phase with the application. */
final class SessionLifecycle implements SmartLifecycle, ExitCodeGenerator {

    private static final Logger logger = Loggers.LIFECYCLE;

    /** A session, and how it starts. */
    record Member(Session session, boolean autoStartup, StartFailure startFailure) {}

    private final List<Member> members;

    /** An array: to iterate over a list allocates, and {@link #stop()} may find the heap full. */
    private final Session[] sessions;

    private final KeepAlive keepAlive;
    private final int phase;
    private volatile boolean running;

    SessionLifecycle(List<Member> members, KeepAlive keepAlive, int phase) {
        this.members = List.copyOf(members);
        this.sessions = members.stream().map(Member::session).toArray(Session[]::new);
        this.keepAlive = keepAlive;
        this.phase = phase;
    }

    /**
     * Starts one session after the other: those with auto-startup, or all if none has it. If one
     * cannot start, all are stopped and the application does not start. With {@link
     * StartFailure#CONTINUE} the application runs without that session.
     */
    @Override
    public void start() {
        this.running = true;
        boolean all = !isAutoStartup();
        try {
            for (Member member : this.members) {
                if (all || member.autoStartup()) {
                    start(member);
                }
            }
        } catch (RuntimeException | Error ex) {
            stop();
            throw ex;
        }
        // The listener does it too, but on a daemon thread: the JVM might end before.
        this.keepAlive.ensure();
    }

    private static void start(Member member) {
        Session session = member.session();
        if (member.startFailure() == StartFailure.FAIL) {
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
                || this.members.stream()
                        .filter(member -> !member.autoStartup())
                        .map(Member::session)
                        .anyMatch(Session::isActiveOrAwaitsRestart);
    }

    @Override
    public boolean isAutoStartup() {
        return this.members.stream().anyMatch(Member::autoStartup);
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
