package dev.rfx.session.actuate;

import dev.rfx.session.timing.IterationRecord;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An iteration as it is shown to an operator; times in milliseconds.
 *
 * @param number its number, from 0
 * @param startMillis when it began, from the begin of the loop
 * @param latenessMillis how long after it was due
 * @param observeMillis time in the robot's {@code observe}
 * @param policyMillis time in the policy
 * @param actMillis time in the robot's {@code act}
 * @param gcPauseMillis how much of it the garbage collector had stopped all threads
 * @param overrun whether its work took longer than the period
 * @param stale whether its observation was too old, so that nothing was sent
 * @param cause why the next iteration was late, or null if it was not
 */
public record IterationDescriptor(
        long number,
        double startMillis,
        double latenessMillis,
        double observeMillis,
        double policyMillis,
        double actMillis,
        double gcPauseMillis,
        boolean overrun,
        boolean stale,
        @Nullable String cause) {

    static IterationDescriptor of(IterationRecord iteration) {
        return new IterationDescriptor(
                iteration.number(),
                millis(iteration.start()),
                millis(iteration.lateness()),
                millis(iteration.observe()),
                millis(iteration.policy()),
                millis(iteration.act()),
                millis(iteration.gcPause()),
                iteration.overrun(),
                iteration.stale(),
                iteration.cause());
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }
}
