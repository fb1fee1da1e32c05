package dev.rfx.session.timing;

/**
 * What the iterations of a run add up to. Internal to {@code dev.rfx.session}.
 *
 * @param iterations completed iterations
 * @param overruns iterations whose work took longer than the period
 * @param lateWakeups iterations whose work did not, but that ended after the next one was due
 * @param stale iterations with a stale observation
 * @param observeNanos time in {@code observe}, in ns
 * @param policyNanos time in the policy, in ns
 * @param actNanos time in {@code act}, in ns
 */
public record Counts(
        long iterations,
        long overruns,
        long lateWakeups,
        long stale,
        long observeNanos,
        long policyNanos,
        long actNanos) {}
