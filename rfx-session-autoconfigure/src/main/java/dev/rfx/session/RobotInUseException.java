package dev.rfx.session;

/** A session cannot start because another one drives its robot. Nothing has moved. */
public final class RobotInUseException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /** The name of the session that was to start. */
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

    /**
     * Returns the name of the session that was to start.
     *
     * @return the name
     */
    public String sessionName() {
        return this.sessionName;
    }

    /**
     * Returns the name of the session that drives the robot.
     *
     * @return the name
     */
    public String otherSessionName() {
        return this.otherSessionName;
    }
}
