package dev.rfx.session;

/**
 * What a {@link Session} has done in all its runs. Every value only grows, also over restarts.
 *
 * @param iterations completed iterations
 * @param overruns iterations whose work took longer than the target period
 * @param observeNanos time spent in the robot's {@code observe}, in nanoseconds
 * @param policyNanos time spent in the policy, in nanoseconds
 * @param actNanos time spent in the robot's {@code act}, in nanoseconds
 */
public record SessionTotals(
        long iterations, long overruns, long observeNanos, long policyNanos, long actNanos) {

    static final SessionTotals ZERO = new SessionTotals(0, 0, 0, 0, 0);

    SessionTotals plus(SessionTotals other) {
        return new SessionTotals(
                this.iterations + other.iterations,
                this.overruns + other.overruns,
                this.observeNanos + other.observeNanos,
                this.policyNanos + other.policyNanos,
                this.actNanos + other.actNanos);
    }
}
