package dev.rfx.session;

/** Takes iterations from an {@link IterationReader}. */
@FunctionalInterface
public interface IterationSink {

    /**
     * Takes one completed iteration.
     *
     * @param periodNanos the time from the start of the one before, in ns; -1 where that is not
     *     known: the first iteration of a run has no period, nor has one that follows a lost one
     * @param latenessNanos how long after it was due it began, in ns
     * @param observeNanos time in the robot's {@code observe}, in ns
     * @param policyNanos time in the policy, in ns
     * @param actNanos time in the robot's {@code act}, in ns; 0 in a starved iteration
     */
    void accept(
            long periodNanos,
            long latenessNanos,
            long observeNanos,
            long policyNanos,
            long actNanos);
}
