package dev.rfx.session.actuate;

import dev.rfx.session.SessionTotals;

/**
 * The totals of all runs of a session in the endpoint. Every value only grows.
 *
 * @param iterations completed iterations
 * @param overruns iterations whose work took longer than the period
 * @param lateWakeups late wakeups that made the next iteration late
 * @param stale iterations whose observation was stale, so that no action was sent
 * @param stalls times that the watchdog found the loop stalled
 * @param failures failed runs
 * @param restarts runs started by the restart policy
 * @param observeSeconds time spent in the robot's {@code observe}
 * @param policySeconds time spent in the policy
 * @param actSeconds time spent in the robot's {@code act}
 * @since 0.1
 */
public record TotalsDescriptor(
        long iterations,
        long overruns,
        long lateWakeups,
        long stale,
        long stalls,
        long failures,
        long restarts,
        double observeSeconds,
        double policySeconds,
        double actSeconds) {

    static TotalsDescriptor of(SessionTotals totals) {
        return new TotalsDescriptor(
                totals.iterations(),
                totals.overruns(),
                totals.lateWakeups(),
                totals.stale(),
                totals.stalls(),
                totals.failures(),
                totals.restarts(),
                Seconds.ofNanos(totals.observeNanos()),
                Seconds.ofNanos(totals.policyNanos()),
                Seconds.ofNanos(totals.actNanos()));
    }
}
