package dev.rfx.session.event;

import dev.rfx.session.Session;
import dev.rfx.session.SessionUnresponsiveException;

/** A session should have ended, but its control thread ignores both stop and interrupt. */
public final class SessionStuckEvent extends SessionEvent {

    private static final long serialVersionUID = 1L;

    /** What the control thread hangs in, with its stack trace. */
    private final SessionUnresponsiveException hang;

    /**
     * Creates an event.
     *
     * @param session the session
     * @param beanName the name of its bean
     * @param hang what the control thread hangs in, with its stack trace
     */
    public SessionStuckEvent(Session session, String beanName, SessionUnresponsiveException hang) {
        super(session, beanName);
        this.hang = hang;
    }

    /**
     * Returns what the control thread hangs in, with its stack trace.
     *
     * @return what the control thread hangs in, with its stack trace
     */
    public SessionUnresponsiveException getHang() {
        return this.hang;
    }
}
