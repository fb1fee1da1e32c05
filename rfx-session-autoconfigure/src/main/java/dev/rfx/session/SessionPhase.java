package dev.rfx.session;

/**
 * The part of a run that the control thread is in, or was in when the run failed.
 *
 * @since 0.1
 */
public enum SessionPhase {
    /** {@link Policy#prepare()}, {@link Robot#reset()} and {@link Policy#reset()} at the start. */
    RESET,
    /** The pause between the reset and the first iteration. */
    WARMUP,
    /** {@link Robot#observe()}. */
    OBSERVE,
    /** {@link Policy#selectAction(Object)}. */
    POLICY,
    /** {@link Robot#act(Object)}. */
    ACT,
    /** The wait for the next iteration. */
    WAIT,
    /** {@link Robot#stop()} at the end of a run. */
    STOP;

    /** {@return the name in lower case, for messages} */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
