package dev.rfx.session;

import dev.rfx.session.timing.IterationRecord;
import java.time.Duration;
import java.util.List;

/**
 * The control thread of a {@link Session} is in a call that does not return: the loop is stalled,
 * or the run is stuck. The cause carries the stack trace of that thread at the time of the report.
 *
 * @since 0.1
 */
public final class SessionUnresponsiveException extends SessionException {

    private static final long serialVersionUID = 1L;

    private SessionUnresponsiveException(
            String message,
            Throwable stackOfControlThread,
            String sessionName,
            SessionPhase phase,
            long iteration,
            List<IterationRecord> recent) {
        super(message, stackOfControlThread, sessionName, phase, iteration, recent);
    }

    static SessionUnresponsiveException stalled(
            String sessionName,
            SessionPhase phase,
            long iteration,
            Duration age,
            List<IterationRecord> recent,
            Thread controlThread) {
        return of(
                "Control loop of session '%s' is stalled: no iteration was completed for %d ms, it is in %s of iteration %d"
                        .formatted(sessionName, age.toMillis(), phase, iteration),
                sessionName,
                phase,
                iteration,
                recent,
                controlThread);
    }

    static SessionUnresponsiveException stuck(
            String sessionName,
            SessionPhase phase,
            long iteration,
            Duration sinceStop,
            List<IterationRecord> recent,
            Thread controlThread) {
        return of(
                ("Session '%s' is stuck: its control thread is in %s of iteration %d, %d ms after the"
                                + " stop request; the session cannot be started until that call returns")
                        .formatted(sessionName, phase, iteration, sinceStop.toMillis()),
                sessionName,
                phase,
                iteration,
                recent,
                controlThread);
    }

    private static SessionUnresponsiveException of(
            String message,
            String sessionName,
            SessionPhase phase,
            long iteration,
            List<IterationRecord> recent,
            Thread controlThread) {
        Throwable stack =
                new IllegalStateException("Stack of thread '" + controlThread.getName() + "'");
        stack.setStackTrace(controlThread.getStackTrace());
        return new SessionUnresponsiveException(
                message, stack, sessionName, phase, iteration, recent);
    }
}
