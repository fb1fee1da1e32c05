package dev.rfx.session.event;

import dev.rfx.session.Session;

/**
 * The first iteration of a run is about to begin.
 *
 * @since 0.1
 */
public final class SessionStartedEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of the session bean
     */
    public SessionStartedEvent(Session session, String beanName) {
        super(session, beanName);
    }
}
