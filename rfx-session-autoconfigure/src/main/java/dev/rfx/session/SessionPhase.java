package dev.rfx.session;

/** What a control thread is doing, or was doing when it failed. */
public enum SessionPhase {
    /** {@link Robot#reset()} and {@link Policy#reset()} at the start of a run. */
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

    /**
     * Returns the name as it reads in a sentence.
     *
     * @return the name in lower case
     */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
