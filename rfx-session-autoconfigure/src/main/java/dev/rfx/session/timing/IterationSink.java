package dev.rfx.session.timing;

/**
 * Receives iterations from an {@link IterationReader}.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface IterationSink {

    /**
     * Receives one completed iteration.
     *
     * @param periodNanos the time since the start of the previous iteration, in ns; -1 if unknown:
     *     for the first iteration of a run, and for one that follows a lost one
     * @param latenessNanos how long after its due time it began, in ns
     * @param observeNanos time in the robot's {@code observe}, in ns
     * @param policyNanos time in the policy, in ns
     * @param actNanos time in the robot's {@code act}, in ns; 0 in a stale iteration
     */
    void accept(
            long periodNanos,
            long latenessNanos,
            long observeNanos,
            long policyNanos,
            long actNanos);
}
