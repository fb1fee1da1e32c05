package dev.rfx.session;

import java.util.EnumSet;
import java.util.Set;

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

    private Set<SessionState> next() {
        return switch (this) {
            case NEW, STOPPED, FAILED -> EnumSet.of(STARTING);
            case STARTING -> EnumSet.of(RUNNING, STOPPING);
            case RUNNING -> EnumSet.of(STOPPING);
            case STOPPING -> EnumSet.of(STOPPED, FAILED, STUCK);
            case STUCK -> EnumSet.of(STOPPED, FAILED);
        };
    }

    /**
     * Tells whether a session may go from this state to another one directly.
     *
     * @param other the other state
     * @return whether the transition is legal
     */
    public boolean canBecome(SessionState other) {
        return next().contains(other);
    }

    /**
     * Tells whether a control thread may be at work in this state.
     *
     * @return true from the call of {@code start()} until the run has ended
     */
    public boolean isActive() {
        return this == STARTING || this == RUNNING || this == STOPPING || this == STUCK;
    }
}
