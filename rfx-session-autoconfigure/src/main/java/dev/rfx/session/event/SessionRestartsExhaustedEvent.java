package dev.rfx.session.event;

import dev.rfx.session.Session;
import dev.rfx.session.SessionException;

/**
 * A session has failed and reached its restart limit. It stays FAILED until it is started manually.
 *
 * @since 0.1
 */
public final class SessionRestartsExhaustedEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /** The last failure. */
    private final SessionException failure;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of the session bean
     * @param failure the last failure
     */
    public SessionRestartsExhaustedEvent(
            Session session, String beanName, SessionException failure) {
        super(session, beanName);
        this.failure = failure;
    }

    /** {@return the last failure} */
    public SessionException getFailure() {
        return this.failure;
    }
}
