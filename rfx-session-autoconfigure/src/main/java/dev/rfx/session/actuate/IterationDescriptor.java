package dev.rfx.session.actuate;

import static dev.rfx.session.actuate.Seconds.seconds;

import dev.rfx.session.timing.IterationRecord;
import org.jspecify.annotations.Nullable;

/**
 * An iteration in the endpoint.
 *
 * @param number its number, from 0
 * @param startSeconds its start, since the loop began
 * @param latenessSeconds delay of its start behind its deadline
 * @param observeSeconds time in the robot's {@code observe}
 * @param policySeconds time in the policy
 * @param actSeconds time in the robot's {@code act}
 * @param gcPauseSeconds time for which the garbage collector stopped all threads meanwhile
 * @param overrun whether its work took longer than the period
 * @param stale whether its observation was stale, so that no action was sent
 * @param cause why the next iteration was late, or null if it was not
 * @since 0.1
 */
public record IterationDescriptor(
        long number,
        double startSeconds,
        double latenessSeconds,
        double observeSeconds,
        double policySeconds,
        double actSeconds,
        double gcPauseSeconds,
        boolean overrun,
        boolean stale,
        @Nullable String cause) {

    static IterationDescriptor of(IterationRecord iteration) {
        return new IterationDescriptor(
                iteration.number(),
                seconds(iteration.start()),
                seconds(iteration.lateness()),
                seconds(iteration.observe()),
                seconds(iteration.policy()),
                seconds(iteration.act()),
                seconds(iteration.gcPause()),
                iteration.overrun(),
                iteration.stale(),
                iteration.cause());
    }
}
