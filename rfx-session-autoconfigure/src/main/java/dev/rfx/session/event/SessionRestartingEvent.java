package dev.rfx.session.event;

import dev.rfx.session.RestartStatus;
import dev.rfx.session.Session;

/** A session that failed will be started again. */
public final class SessionRestartingEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /** When, and how often that was. */
    private final transient RestartStatus restart;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of its bean
     * @param restart when, and how often that was
     */
    public SessionRestartingEvent(Session session, String beanName, RestartStatus restart) {
        super(session, beanName);
        this.restart = restart;
    }

    /**
     * Returns when, and how often that was.
     *
     * @return when, and how often that was
     */
    public RestartStatus getRestart() {
        return this.restart;
    }
}
