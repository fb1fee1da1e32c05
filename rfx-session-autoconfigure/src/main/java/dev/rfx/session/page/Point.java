package dev.rfx.session.page;

import org.jspecify.annotations.Nullable;

/**
 * One point of each plot. Durations are in microseconds, and null without iterations.
 *
 * @param time time of the point, in milliseconds since 1970
 * @param p50 median of the jitter in the last seconds
 * @param p99 99th percentile of the jitter in the last seconds
 * @param observe mean time in observe
 * @param policy mean time in the policy
 * @param act mean time in act
 * @param positions positions of the joints in the units of the robot; empty without a state or
 *     without iterations
 * @param goals goals of the policy for the positions
 * @param overruns number of overruns since the last point
 * @param clamps number of commands since the last point that limits have changed
 * @param failures number of failed runs since the last point
 */
record Point(
        long time,
        @Nullable Double p50,
        @Nullable Double p99,
        @Nullable Double observe,
        @Nullable Double policy,
        @Nullable Double act,
        float[] positions,
        float[] goals,
        long overruns,
        long clamps,
        long failures) {}
