package dev.rfx.session.event;

import dev.rfx.session.Session;

/** A session's first iteration is about to begin. */
public final class SessionStartedEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of its bean
     */
    public SessionStartedEvent(Session session, String beanName) {
        super(session, beanName);
    }
}
