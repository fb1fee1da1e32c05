package dev.rfx.session;

/**
 * Receives the events in the life of a {@link Session}.
 *
 * <p>All calls of one session come in order from one thread of their own, never from the control
 * thread: a listener cannot disturb the loop. It may also call {@link Session#stop()} and {@link
 * Session#start()}, if it holds the session. An exception that a listener throws is logged and does
 * not affect the other listeners.
 *
 * @since 0.1
 */
public interface SessionListener {

    /**
     * The first iteration is about to begin.
     *
     * @param session the session
     */
    default void started(SessionView session) {}

    /**
     * A run ended without a failure, and the robot is in its safe state.
     *
     * @param session the session
     */
    default void stopped(SessionView session) {}

    /**
     * A run ended by a failure, and the robot's {@code stop()} has returned or failed as well. If
     * the run failed but cannot end, because a call does not return, {@link #stuck} comes first.
     *
     * @param session the session
     * @param failure the failure
     */
    default void failed(SessionView session, SessionException failure) {}

    /**
     * The loop is stalled: it completed no iteration within the watchdog's timeout. Reported once
     * per stall. With {@link WatchdogAction#STOP_ROBOT} the run fails by that, and {@link
     * #failed(SessionView, SessionException)} follows.
     *
     * @param session the session
     * @param stall the call that the control thread is in, with its stack trace
     */
    default void stalled(SessionView session, SessionUnresponsiveException stall) {}

    /**
     * The run is stuck: its control thread is in a call that ignores stop and interrupt, or in a
     * {@link Robot#stop()} that does not return.
     *
     * @param session the session
     * @param stuck the call that the control thread is in, with its stack trace
     */
    default void stuck(SessionView session, SessionUnresponsiveException stuck) {}

    /**
     * The restart policy will start the session again after a delay, unless a caller starts or
     * stops it earlier.
     *
     * @param session the session
     * @param restart the delay, and the number of attempts
     */
    default void restarting(SessionView session, RestartStatus restart) {}

    /**
     * The restart policy leaves the session failed.
     *
     * @param session the session
     * @param failure the last failure
     */
    default void restartsExhausted(SessionView session, SessionException failure) {}
}
