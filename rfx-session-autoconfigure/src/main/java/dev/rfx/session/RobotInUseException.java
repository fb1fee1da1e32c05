package dev.rfx.session;

/**
 * A session cannot start because another session drives the same robot. Nothing has moved.
 *
 * @since 0.1
 */
public final class RobotInUseException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /** The name of the session that cannot start. */
    private final String sessionName;

    /** The name of the session that drives the robot. */
    private final String otherSessionName;

    RobotInUseException(String sessionName, String otherSessionName, Object device) {
        super(
                "Session '%s' cannot start: session '%s' drives the same robot (%s). Stop that session first, or give each session a robot of its own"
                        .formatted(sessionName, otherSessionName, device.getClass().getName()));
        this.sessionName = sessionName;
        this.otherSessionName = otherSessionName;
    }

    /** {@return the name of the session that cannot start} */
    public String sessionName() {
        return this.sessionName;
    }

    /** {@return the name of the session that drives the robot} */
    public String otherSessionName() {
        return this.otherSessionName;
    }
}
