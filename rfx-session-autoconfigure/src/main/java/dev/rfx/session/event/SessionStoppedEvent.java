package dev.rfx.session.event;

import dev.rfx.session.Session;

/**
 * A run has ended without a failure, and the robot is in its safe state.
 *
 * @since 0.1
 */
public final class SessionStoppedEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of the session bean
     */
    public SessionStoppedEvent(Session session, String beanName) {
        super(session, beanName);
    }
}
