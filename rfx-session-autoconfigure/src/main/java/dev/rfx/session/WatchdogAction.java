package dev.rfx.session;

/** What happens when a control loop stalls. It is reported in any case. */
public enum WatchdogAction {
    /** The report is all. The loop goes on when the call that hangs comes back. */
    REPORT,
    /**
     * The run fails. {@link Robot#stop()} is called at once, beside the call that hangs; that call
     * is then interrupted, and whatever it leads to is dropped.
     */
    STOP_ROBOT
}
