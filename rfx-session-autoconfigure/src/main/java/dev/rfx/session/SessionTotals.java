package dev.rfx.session;

import dev.rfx.session.timing.Counts;

/**
 * The totals of all runs of a {@link Session}. No value ever decreases, also over restarts.
 *
 * @param iterations completed iterations
 * @param overruns iterations whose work took longer than the period
 * @param lateWakeups iterations whose work was short enough, but that began so late that they ended
 *     after the next one was due
 * @param stale iterations whose observation was too old, so that no action was sent
 * @param stalls number of times that the watchdog found the loop stalled
 * @param failures runs that failed
 * @param restarts runs that a {@link RestartPolicy} started
 * @param observeNanos time in the robot's {@code observe}, in ns
 * @param policyNanos time in the policy, in ns
 * @param actNanos time in the robot's {@code act}, in ns
 * @since 0.1
 */
public record SessionTotals(
        long iterations,
        long overruns,
        long lateWakeups,
        long stale,
        long stalls,
        long failures,
        long restarts,
        long observeNanos,
        long policyNanos,
        long actNanos) {

    static final SessionTotals ZERO = events(0, 0, 0);
    static final SessionTotals ONE_RESTART = events(0, 0, 1);

    /** {@return the totals of one run} */
    static SessionTotals of(Counts counts, long stalls, long failures) {
        return new SessionTotals(
                counts.iterations(),
                counts.overruns(),
                counts.lateWakeups(),
                counts.stale(),
                stalls,
                failures,
                0,
                counts.observeNanos(),
                counts.policyNanos(),
                counts.actNanos());
    }

    private static SessionTotals events(long stalls, long failures, long restarts) {
        return new SessionTotals(0, 0, 0, 0, stalls, failures, restarts, 0, 0, 0);
    }

    /** {@return the sum of both} */
    SessionTotals plus(SessionTotals other) {
        return new SessionTotals(
                this.iterations + other.iterations,
                this.overruns + other.overruns,
                this.lateWakeups + other.lateWakeups,
                this.stale + other.stale,
                this.stalls + other.stalls,
                this.failures + other.failures,
                this.restarts + other.restarts,
                this.observeNanos + other.observeNanos,
                this.policyNanos + other.policyNanos,
                this.actNanos + other.actNanos);
    }
}
