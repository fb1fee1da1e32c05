package dev.rfx.session.actuate;

import dev.rfx.session.RecordingStatus;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.SessionSnapshot;
import dev.rfx.session.SessionState;
import dev.rfx.session.actuate.CommandOutcome.Result;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Shows sessions by bean name. It also accepts commands, if the operator has set {@code
 * management.endpoint.rfxsession.access} to {@code unrestricted}.
 *
 * <p>Several operators may command one session at the same time. The command that reaches the
 * session last wins. A STOP that arrives during a START stops the robot at once, and that START
 * reports a conflict. A START that arrives during a STOP waits for the end of the run, then starts
 * the next one. Several START commands during one start wait together.
 *
 * @since 0.1
 */
@Endpoint(id = "rfxsession", defaultAccess = Access.READ_ONLY)
public final class SessionEndpoint {

    private static final Logger logger = LoggerFactory.getLogger(SessionEndpoint.class);

    /** Bounds the callers that wait for one reset, so that a thread is left for a STOP. */
    private static final int MAX_WAITING_STARTS = 4;

    private final Map<String, Session> sessions;
    private final Map<String, Semaphore> starts = new TreeMap<>();

    /**
     * Creates an endpoint.
     *
     * @param sessions the sessions by bean name
     */
    public SessionEndpoint(Map<String, Session> sessions) {
        this.sessions = new TreeMap<>(sessions);
        sessions.keySet().forEach(name -> this.starts.put(name, new Semaphore(MAX_WAITING_STARTS)));
    }

    /**
     * Shows all sessions, without their last iterations.
     *
     * @return the sessions by bean name
     */
    @ReadOperation
    public Sessions sessions() {
        Map<String, SessionDescriptor> descriptors = new LinkedHashMap<>();
        this.sessions.forEach(
                (name, session) -> descriptors.put(name, SessionDescriptor.summaryOf(session)));
        return new Sessions(descriptors);
    }

    /**
     * Shows one session.
     *
     * @param name its bean name
     * @return the session
     * @throws InvalidEndpointRequestException if there is no session of that name
     */
    @ReadOperation
    public SessionDescriptor session(@Selector String name) {
        return SessionDescriptor.of(find(name));
    }

    /**
     * Commands one session and waits until the command is carried out.
     *
     * @param name its bean name
     * @param command a {@link SessionCommand}
     * @return the session afterwards, as the command asks
     * @throws InvalidEndpointRequestException if there is no such session or command
     * @throws IllegalStateException if the session is not as the command asks, because it failed,
     *     is stuck, is not recorded, or the opposite command came later and won
     */
    @WriteOperation
    public SessionDescriptor command(@Selector String name, String command) {
        CommandOutcome outcome = execute(name, command, () -> null);
        if (outcome.problem() != null) {
            throw new IllegalStateException(outcome.problem());
        }
        return outcome.session();
    }

    /** {@return the number of callers that can wait for the start of a session at one time} */
    int maxWaitingStarts() {
        return this.sessions.size() * MAX_WAITING_STARTS;
    }

    /** {@return the session, or null if there is no session of that name} */
    @Nullable Session get(String name) {
        return this.sessions.get(name);
    }

    /** {@return a message that lists the names of the sessions} */
    String describeUnknown(String name) {
        return "There is no session '%s'; the sessions are: %s"
                .formatted(
                        name,
                        this.sessions.isEmpty()
                                ? "none"
                                : String.join(", ", this.sessions.keySet()));
    }

    private Session find(String name) {
        Session session = get(name);
        if (session == null) {
            String message = describeUnknown(name);
            throw new InvalidEndpointRequestException(message, message);
        }
        return session;
    }

    CommandOutcome execute(
            String name, @Nullable String command, Supplier<@Nullable Principal> principal) {
        Session session = find(name);
        SessionCommand parsed = SessionCommand.parse(command);
        SessionException stopFailure = null;
        if (parsed == SessionCommand.STOP) {
            // First: the log, and the application's own code that knows the principal, may block.
            // In one step: a START that arrives after it is not stopped by it.
            try {
                session.stop();
            } catch (SessionException ex) {
                stopFailure = ex;
            }
        }
        log(
                () -> {
                    Principal who = principal.get();
                    logger.info(
                            "{} of session '{}' was requested through the endpoint by {}",
                            parsed,
                            name,
                            who == null ? "an unknown client" : who.getName());
                });
        CommandOutcome outcome =
                switch (parsed) {
                    case START -> start(name, session);
                    case STOP -> stopped(name, session, stopFailure);
                    case RESET_STATISTICS -> resetStatistics(session);
                    case SAVE_RECORDING -> saveRecording(name, session);
                };
        if (outcome.problem() != null) {
            log(() -> logger.warn("{}", outcome.problem()));
        }
        return outcome;
    }

    /** A failure of the log affects neither the robot nor the answer to the command. */
    private static void log(Runnable entry) {
        try {
            entry.run();
        } catch (RuntimeException | Error ex) {
            // There is no other log to report this to.
        }
    }

    private CommandOutcome start(String name, Session session) {
        Semaphore waiting = this.starts.get(name);
        if (waiting == null || !waiting.tryAcquire()) {
            return refused(
                    SessionCommand.START,
                    name,
                    session,
                    MAX_WAITING_STARTS + " other callers already wait for its start");
        }
        SessionException thrown = null;
        try {
            // A restart must not follow a start that the answer reports as failed.
            session.startOnce();
        } catch (SessionException ex) {
            thrown = ex;
        } catch (IllegalStateException ex) {
            return refused(SessionCommand.START, name, session, String.valueOf(ex.getMessage()));
        } finally {
            waiting.release();
        }
        SessionSnapshot now = session.snapshot();
        SessionException failure = thrown != null ? thrown : now.failure();
        if (now.state() == SessionState.RUNNING || isOver(now, session)) {
            return done(session, now);
        }
        if (failure != null || now.state() == SessionState.STUCK) {
            return failed(SessionCommand.START, name, session, now, failure);
        }
        return overtaken(SessionCommand.START, "a stop", name, session, now);
    }

    /** A short run may end before the snapshot is taken. */
    private static boolean isOver(SessionSnapshot now, Session session) {
        return now.state() == SessionState.STOPPED
                && session.options().duration() != null
                && session.stepCount() > 0;
    }

    private static CommandOutcome stopped(
            String name, Session session, @Nullable SessionException thrown) {
        SessionSnapshot now = session.snapshot();
        return switch (now.state()) {
            case NEW, STOPPED -> done(session, now);
            case FAILED ->
                    isRobotSafe(now.failure())
                            ? done(session, now)
                            : failed(SessionCommand.STOP, name, session, now, now.failure());
            case STUCK -> failed(SessionCommand.STOP, name, session, now, thrown);
            case STARTING, RUNNING, STOPPING ->
                    thrown != null
                            ? failed(SessionCommand.STOP, name, session, now, thrown)
                            : overtaken(SessionCommand.STOP, "a start", name, session, now);
        };
    }

    /** An exception of Robot.stop() is the failure, or suppressed by an earlier failure. */
    private static boolean isRobotSafe(@Nullable SessionException failure) {
        return failure == null
                || (failure.phase() != SessionPhase.STOP && failure.getSuppressed().length == 0);
    }

    private static CommandOutcome resetStatistics(Session session) {
        session.resetStatistics();
        return done(session, session.snapshot());
    }

    private static CommandOutcome saveRecording(String name, Session session) {
        RecordingStatus recording = session.recordingStatus();
        if (recording == null) {
            return refused(
                    SessionCommand.SAVE_RECORDING, name, session, "the session is not recorded");
        }
        if (recording.state() == RecordingStatus.State.IDLE) {
            return refused(SessionCommand.SAVE_RECORDING, name, session, "no run is recorded now");
        }
        session.saveRecording();
        return done(session, session.snapshot());
    }

    private static CommandOutcome done(Session session, SessionSnapshot now) {
        return new CommandOutcome(Result.DONE, null, SessionDescriptor.of(session, now));
    }

    private static CommandOutcome overtaken(
            SessionCommand command, String by, String name, Session session, SessionSnapshot now) {
        return new CommandOutcome(
                Result.OVERTAKEN,
                "%s of session '%s' was overtaken by %s: the session is %s"
                        .formatted(command, name, by, now.state()),
                SessionDescriptor.of(session, now));
    }

    private static CommandOutcome refused(
            SessionCommand command, String name, Session session, String why) {
        return new CommandOutcome(
                Result.REFUSED,
                "%s of session '%s' was refused: %s".formatted(command, name, why),
                SessionDescriptor.of(session));
    }

    private static CommandOutcome failed(
            SessionCommand command,
            String name,
            Session session,
            SessionSnapshot now,
            @Nullable SessionException failure) {
        return new CommandOutcome(
                Result.FAILED,
                "%s of session '%s' failed, the session is %s: %s"
                        .formatted(
                                command,
                                name,
                                now.state(),
                                failure == null
                                        ? "its control thread is stuck"
                                        : failure.getMessage()),
                SessionDescriptor.of(session, now));
    }

    /**
     * All sessions.
     *
     * @param sessions the sessions by bean name
     * @since 0.1
     */
    public record Sessions(Map<String, SessionDescriptor> sessions) {}
}
