package dev.rfx.session.event;

import dev.rfx.session.RestartStatus;
import dev.rfx.session.Session;

/**
 * A session has failed and will be restarted.
 *
 * @since 0.1
 */
public final class SessionRestartingEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    private final transient RestartStatus restart;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of the session bean
     * @param restart the delay until the restart, and the number of restarts
     */
    public SessionRestartingEvent(Session session, String beanName, RestartStatus restart) {
        super(session, beanName);
        this.restart = restart;
    }

    /** {@return the delay until the restart, and the number of restarts} */
    public RestartStatus getRestart() {
        return this.restart;
    }
}
