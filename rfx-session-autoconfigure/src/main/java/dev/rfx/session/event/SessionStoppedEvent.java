package dev.rfx.session.event;

import dev.rfx.session.Session;

/** A session ended as it was asked to, and the robot is in its safe state. */
public final class SessionStoppedEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of its bean
     */
    public SessionStoppedEvent(Session session, String beanName) {
        super(session, beanName);
    }
}
