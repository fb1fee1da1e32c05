package dev.rfx.session.event;

import dev.rfx.session.Session;
import dev.rfx.session.SessionUnresponsiveException;

/** The control loop of a session has stalled. Published once per stall. */
public final class SessionStalledEvent extends SessionEvent {

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
    public SessionStalledEvent(
            Session session, String beanName, SessionUnresponsiveException hang) {
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
