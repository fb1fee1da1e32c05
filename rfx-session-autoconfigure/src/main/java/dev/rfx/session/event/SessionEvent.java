package dev.rfx.session.event;

import dev.rfx.session.Session;
import org.springframework.context.ApplicationEvent;

/**
 * Something happened in the life of a session. Published on a thread of the session's own, never on
 * its control thread: a listener may take its time, and may call any method of the session.
 */
public abstract class SessionEvent extends ApplicationEvent {

    private static final long serialVersionUID = 1L;

    /** The name of the session's bean. */
    private final String beanName;

    SessionEvent(Session session, String beanName) {
        super(session);
        this.beanName = beanName;
    }

    /**
     * Returns the session.
     *
     * @return the session
     */
    public final Session getSession() {
        return (Session) getSource();
    }

    /**
     * Returns the name of the session's bean, under which endpoint, health and metrics show it.
     *
     * @return the bean name
     */
    public final String getBeanName() {
        return this.beanName;
    }
}
