package dev.rfx.session.event;

import dev.rfx.session.Session;
import org.springframework.context.ApplicationEvent;

/**
 * An event in the life of a session. It is published on an event thread of the session, never on
 * its control thread. A listener may block and may call any method of the session.
 *
 * @since 0.1
 */
public abstract class SessionEvent extends ApplicationEvent {

    private static final long serialVersionUID = 1L;

    /** The name of the session bean. */
    private final String beanName;

    SessionEvent(Session session, String beanName) {
        super(session);
        this.beanName = beanName;
    }

    /** {@return the session} */
    public final Session getSession() {
        return (Session) getSource();
    }

    /** {@return the name of the session bean, as in endpoint, health and metrics} */
    public final String getBeanName() {
        return this.beanName;
    }
}
