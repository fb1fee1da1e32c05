package dev.rfx.session;

import dev.rfx.session.timing.IterationRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of a {@link Session} failed. The cause is what the robot or the policy threw; what {@link
 * Robot#stop()} threw afterwards is suppressed.
 */
public class SessionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The name of the session. */
    private final String sessionName;

    /** What the control thread was doing. */
    private final SessionPhase phase;

    /** The number of iterations completed before. */
    private final long iteration;

    /** The last iterations before; null after a deserialization. */
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

    /** What was thrown is the user's code, too, and may throw anything, checked or not. */
    private static String describe(Throwable cause) {
        try {
            return cause.toString();
        } catch (Throwable ex) {
            return cause.getClass().getName();
        }
    }

    /**
     * Returns the name of the session.
     *
     * @return the name
     */
    public String sessionName() {
        return this.sessionName;
    }

    /**
     * Returns what the control thread was doing.
     *
     * @return the phase
     */
    public SessionPhase phase() {
        return this.phase;
    }

    /**
     * Returns the number of the iteration in which it happened. The first is 0.
     *
     * @return the number of iterations completed before
     */
    public long iteration() {
        return this.iteration;
    }

    /**
     * Returns the last iterations that were completed before, at most 64. They are not serialized.
     *
     * @return the iterations, oldest first
     */
    public List<IterationRecord> recentIterations() {
        return this.recent == null ? List.of() : this.recent;
    }
}
