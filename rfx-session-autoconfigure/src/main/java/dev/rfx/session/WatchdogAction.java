package dev.rfx.session;

/**
 * The action of the watchdog when a control loop is stalled. Every stall is reported.
 *
 * @since 0.1
 */
public enum WatchdogAction {
    /** Only reports the stall. The loop continues when the call returns. */
    REPORT,
    /**
     * Fails the run. The deputy thread calls {@link Robot#stop()} at once, while the other call is
     * still in progress. Then that call is interrupted, and its result is discarded.
     */
    STOP_ROBOT
}
