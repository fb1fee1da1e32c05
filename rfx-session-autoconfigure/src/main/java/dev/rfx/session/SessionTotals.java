package dev.rfx.session;

import dev.rfx.session.timing.Counts;

/**
 * What a {@link Session} has done in all its runs. Every value only grows, also over restarts.
 *
 * @param iterations completed iterations
 * @param overruns iterations whose work took longer than the target period
 * @param lateWakeups iterations whose work did not, but that were woken so late that they ended
 *     after the next one was due
 * @param stale iterations whose observation was too old, so that nothing was sent
 * @param stalls times that the watchdog found the loop stalled
 * @param failures runs that failed
 * @param restarts runs that were started by a {@link RestartPolicy}
 * @param observeNanos time spent in the robot's {@code observe}, in nanoseconds
 * @param policyNanos time spent in the policy, in nanoseconds
 * @param actNanos time spent in the robot's {@code act}, in nanoseconds
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

    /** Adds the events of a run to its counts. */
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
