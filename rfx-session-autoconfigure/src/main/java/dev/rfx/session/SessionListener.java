package dev.rfx.session;

/**
 * Is told of the events in a {@link Session}'s life.
 *
 * <p>All calls of one session come in order from one thread of their own, never from the control
 * thread: a listener cannot disturb the loop, and may call any method of the session. What a
 * listener throws is logged and does not keep the others from being told.
 */
public interface SessionListener {

    /**
     * The first iteration is about to begin.
     *
     * @param session the session
     */
    default void started(Session session) {}

    /**
     * A run that had begun to start ended as it was asked to, and the robot is in its safe state.
     *
     * @param session the session
     */
    default void stopped(Session session) {}

    /**
     * A run ended by a failure, and the robot's {@code stop()} has returned or failed as well.
     *
     * @param session the session
     * @param failure what happened
     */
    default void failed(Session session, SessionException failure) {}
}
