package dev.rfx.session;

import dev.rfx.session.timing.IterationRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of a {@link Session} failed. The cause is the exception that the robot or the policy threw.
 * An exception that {@link Robot#stop()} threw afterwards is suppressed.
 *
 * @since 0.1
 */
public class SessionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The name of the session. */
    private final String sessionName;

    /** The phase that the control thread was in. */
    private final SessionPhase phase;

    /** Number of iterations completed before. */
    private final long iteration;

    /** The last iterations completed before; null after deserialization. */
    private final transient @Nullable List<IterationRecord> recent;

    SessionException(
            String message,
            Throwable cause,
            String sessionName,
            SessionPhase phase,
            long iteration,
            List<IterationRecord> recent) {
        super(message, cause);
        this.sessionName = sessionName;
        this.phase = phase;
        this.iteration = iteration;
        this.recent = List.copyOf(recent);
    }

    static SessionException failed(
            String sessionName,
            SessionPhase phase,
            long iteration,
            List<IterationRecord> recent,
            Throwable cause) {
        String what =
                switch (phase) {
                    case RESET, WARMUP -> "Start of session '%s' failed in %s: %s";
                    case OBSERVE, POLICY, ACT, WAIT ->
                            "Control loop failed in %2$s of iteration %4$d of session '%1$s': %3$s";
                    case STOP ->
                            "Robot.stop() of session '%1$s' failed, and the robot may not be in its"
                                    + " safe state: %3$s";
                };
        return new SessionException(
                what.formatted(sessionName, phase, describe(cause), iteration),
                cause,
                sessionName,
                phase,
                iteration,
                recent);
    }

    /** The exception may be a class of the user, whose toString() may throw anything. */
    private static String describe(Throwable cause) {
        try {
            return cause.toString();
        } catch (Throwable ex) {
            return cause.getClass().getName();
        }
    }

    /** {@return the name of the session} */
    public String sessionName() {
        return this.sessionName;
    }

    /** {@return the phase that the control thread was in} */
    public SessionPhase phase() {
        return this.phase;
    }

    /**
     * {@return the number of the iteration that the control thread was in, from 0} It is also the
     * number of iterations completed before.
     */
    public long iteration() {
        return this.iteration;
    }

    /**
     * {@return the last iterations completed before, at most 64, oldest first} They are not
     * serialized.
     */
    public List<IterationRecord> recentIterations() {
        return this.recent == null ? List.of() : this.recent;
    }
}
