package dev.rfx.session.sample.live;

import org.jspecify.annotations.Nullable;

/**
 * One point of each plot. Times are in microseconds; null where nothing was iterated.
 *
 * @param time when, in milliseconds since 1970
 * @param p50 median of the jitter in the last seconds
 * @param p99 99th percentile of the same
 * @param observe mean time in observe, and so the next two
 * @param positions the joints' positions, in the units of the robot; empty where it has no state,
 *     or nothing was iterated
 * @param goals what the policy wants them to be
 */
record Point(
        long time,
        @Nullable Double p50,
        @Nullable Double p99,
        @Nullable Double observe,
        @Nullable Double policy,
        @Nullable Double act,
        float[] positions,
        float[] goals) {}
