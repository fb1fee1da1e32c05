package dev.rfx.session;

/** Where a {@link Session} is in its life. */
public enum SessionState {
    /** Never started. */
    NEW,
    /** The robot is being reset, or the warm-up is in progress. */
    STARTING,
    /** The control loop runs. */
    RUNNING,
    /** The run is ending: a call in flight comes back, then the robot is brought to safety. */
    STOPPING,
    /** The run ended as it was asked to. It can be started again. */
    STOPPED,
    /** The run ended by a failure, see {@link Session#failure()}. It can be started again. */
    FAILED,
    /**
     * The control thread ignores both stop and interrupt. The session cannot be started while that
     * thread lives; when it ends, the state becomes {@link #STOPPED} or {@link #FAILED}.
     */
    STUCK;

    /**
     * Tells whether a control thread may be at work in this state.
     *
     * @return true from the call of {@code start()} until the run has ended
     */
    public boolean isActive() {
        return this == STARTING || this == RUNNING || this == STOPPING || this == STUCK;
    }
}
