package dev.rfx.session.event;

import dev.rfx.session.Session;
import dev.rfx.session.SessionUnresponsiveException;

/**
 * A session is stuck: it has to end, but its control thread is in a call that ignores stop and
 * interrupt, or in a {@code Robot.stop()} that does not return.
 *
 * @since 0.1
 */
public final class SessionStuckEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /** The call that does not return. */
    private final SessionUnresponsiveException exception;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of the session bean
     * @param exception the call that does not return, with the stack trace of the control thread
     */
    public SessionStuckEvent(
            Session session, String beanName, SessionUnresponsiveException exception) {
        super(session, beanName);
        this.exception = exception;
    }

    /** {@return the call that does not return, with the stack trace of the control thread} */
    public SessionUnresponsiveException getException() {
        return this.exception;
    }
}
