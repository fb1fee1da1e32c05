package dev.rfx.session.event;

import dev.rfx.session.Session;
import dev.rfx.session.SessionException;

/** A session has failed too often to be started again by itself. */
public final class SessionRestartsExhaustedEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /** The last failure. */
    private final SessionException failure;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of its bean
     * @param failure the last failure
     */
    public SessionRestartsExhaustedEvent(
            Session session, String beanName, SessionException failure) {
        super(session, beanName);
        this.failure = failure;
    }

    /**
     * Returns the last failure.
     *
     * @return the last failure
     */
    public SessionException getFailure() {
        return this.failure;
    }
}
