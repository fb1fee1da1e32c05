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
     * A run ended by a failure, and the robot's {@code stop()} has returned or failed as well. Or
     * the run failed and cannot end, because a call hangs: then {@link #stuck} is told first.
     *
     * @param session the session
     * @param failure what happened
     */
    default void failed(Session session, SessionException failure) {}

    /**
     * The loop has stalled: no iteration was completed for the time of the watchdog. Told once per
     * stall. With {@link WatchdogAction#STOP_ROBOT} the run has failed by that, and {@link
     * #failed(Session, SessionException)} follows.
     *
     * @param session the session
     * @param hang what the control thread hangs in, with its stack trace
     */
    default void stalled(Session session, SessionUnresponsiveException hang) {}

    /**
     * The run should have ended, but the control thread ignores both stop and interrupt.
     *
     * @param session the session
     * @param hang what the control thread hangs in, with its stack trace
     */
    default void stuck(Session session, SessionUnresponsiveException hang) {}

    /**
     * The restart policy starts the session again after a while, unless somebody starts or stops it
     * before.
     *
     * @param session the session
     * @param restart when, and how often that was
     */
    default void restarting(Session session, RestartStatus restart) {}

    /**
     * The restart policy leaves the session failed.
     *
     * @param session the session
     * @param failure the last failure
     */
    default void restartsExhausted(Session session, SessionException failure) {}
}
