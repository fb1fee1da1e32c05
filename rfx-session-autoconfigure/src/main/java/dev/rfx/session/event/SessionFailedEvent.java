package dev.rfx.session.event;

import dev.rfx.session.Session;
import dev.rfx.session.SessionException;

/** A session ended by a failure; the robot's {@code stop()} has been called. */
public final class SessionFailedEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /** What happened. */
    private final SessionException failure;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of its bean
     * @param failure what happened
     */
    public SessionFailedEvent(Session session, String beanName, SessionException failure) {
        super(session, beanName);
        this.failure = failure;
    }

    /**
     * Returns what happened.
     *
     * @return the failure, with its cause, phase and iteration
     */
    public SessionException getFailure() {
        return this.failure;
    }
}
