package dev.rfx.session.event;

import dev.rfx.session.Session;
import dev.rfx.session.SessionException;

/**
 * The run of a session has failed, and the robot's {@code stop()} has been called.
 *
 * @since 0.1
 */
public final class SessionFailedEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /** The failure. */
    private final SessionException failure;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of the session bean
     * @param failure the failure
     */
    public SessionFailedEvent(Session session, String beanName, SessionException failure) {
        super(session, beanName);
        this.failure = failure;
    }

    /** {@return the failure, with its cause, phase and iteration} */
    public SessionException getFailure() {
        return this.failure;
    }
}
