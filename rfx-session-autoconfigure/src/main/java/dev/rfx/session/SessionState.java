package dev.rfx.session;

/**
 * The state of a {@link Session}.
 *
 * @since 0.1
 */
public enum SessionState {
    /** Never started. */
    NEW,
    /** The robot is being reset, or the warm-up is in progress. */
    STARTING,
    /** The control loop runs. */
    RUNNING,
    /** The run is ending: the call in flight returns, then {@link Robot#stop()} is called. */
    STOPPING,
    /** The last run ended without a failure. The session can be started again. */
    STOPPED,
    /**
     * The last run ended by a failure, see {@link Session#failure()}. The session can be started
     * again.
     */
    FAILED,
    /**
     * The control thread is in a call that ignores stop and interrupt, or in a {@link Robot#stop()}
     * that does not return. The session cannot be started until that thread ends; then the state
     * becomes {@link #STOPPED} or {@link #FAILED}.
     */
    STUCK;

    /**
     * {@return whether a control thread may exist in this state} True from the call of {@code
     * start()} until the run has ended.
     */
    public boolean isActive() {
        return this == STARTING || this == RUNNING || this == STOPPING || this == STUCK;
    }
}
