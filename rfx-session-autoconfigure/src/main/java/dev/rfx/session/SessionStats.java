package dev.rfx.session;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The timing statistics of a control loop. Jitter is the absolute difference between an actual
 * start-to-start period and the target period. The figures of period and jitter cover the window,
 * which is the last {@link SessionOptions#maxTimingSamples()} periods. They are zero while the
 * window is empty: the first iteration has no period.
 *
 * @param iterations iterations completed since {@code start()}
 * @param overruns iterations since {@code start()} whose work (observe, policy and act together)
 *     took longer than the target period
 * @param targetPeriodSeconds target period, 1 / rate
 * @param avgPeriodSeconds mean period in the window
 * @param p50JitterSeconds median jitter in the window
 * @param p95JitterSeconds 95th percentile of the jitter in the window
 * @param p99JitterSeconds 99th percentile of the jitter in the window
 * @param maxJitterSeconds largest jitter in the window
 * @since 0.1
 */
public record SessionStats(
        long iterations,
        long overruns,
        double targetPeriodSeconds,
        double avgPeriodSeconds,
        double p50JitterSeconds,
        double p95JitterSeconds,
        double p99JitterSeconds,
        double maxJitterSeconds) {

    private static final double NANOS_PER_SECOND = 1e9;

    /** {@return the statistics before the first run} */
    static SessionStats none(SessionOptions options) {
        return of(0, 0, options.periodNanos(), new long[0]);
    }

    static SessionStats of(
            long iterations, long overruns, double targetPeriodNanos, long[] periodNanos) {
        double targetSeconds = targetPeriodNanos / NANOS_PER_SECOND;
        int n = periodNanos.length;
        if (n == 0) {
            return new SessionStats(iterations, overruns, targetSeconds, 0, 0, 0, 0, 0);
        }
        long sum = 0;
        double max = 0;
        double[] jitterNanos = new double[n];
        for (int i = 0; i < n; i++) {
            sum += periodNanos[i];
            jitterNanos[i] = Math.abs(periodNanos[i] - targetPeriodNanos);
            max = Math.max(max, jitterNanos[i]);
        }
        return new SessionStats(
                iterations,
                overruns,
                targetSeconds,
                (double) sum / n / NANOS_PER_SECOND,
                percentileSeconds(jitterNanos, 0, 0.50),
                percentileSeconds(jitterNanos, rank(n, 0.50), 0.95),
                percentileSeconds(jitterNanos, rank(n, 0.95), 0.99),
                max / NANOS_PER_SECOND);
    }

    /** {@return the same figures with other counts} */
    SessionStats withCounts(long iterations, long overruns) {
        return iterations == this.iterations && overruns == this.overruns
                ? this
                : new SessionStats(
                        iterations,
                        overruns,
                        this.targetPeriodSeconds,
                        this.avgPeriodSeconds,
                        this.p50JitterSeconds,
                        this.p95JitterSeconds,
                        this.p99JitterSeconds,
                        this.maxJitterSeconds);
    }

    private static int rank(int samples, double quantile) {
        return (int) (quantile * (samples - 1));
    }

    /**
     * {@return a percentile by linear interpolation between ranks} It equals that of
     * numpy.percentile for seconds to the last bit: numpy interpolates from the nearer of the two
     * ranks.
     *
     * @param nanos the values, which are reordered
     * @param from the rank of a smaller quantile that was found before; 0 for the first
     */
    private static double percentileSeconds(double[] nanos, int from, double quantile) {
        int below = rank(nanos.length, quantile);
        double fraction = quantile * (nanos.length - 1) - below;
        double low = Quickselect.select(nanos, from, below) / NANOS_PER_SECOND;
        double high = Quickselect.next(nanos, below) / NANOS_PER_SECOND;
        double difference = high - low;
        return fraction >= 0.5 ? high - difference * (1 - fraction) : low + difference * fraction;
    }

    /**
     * {@return the figures under the keys of rfx's {@code to_dict()}, in its order} The first two
     * of the eight values are {@code Long}, the others {@code Double}.
     */
    public Map<String, Number> toMap() {
        Map<String, Number> map = new LinkedHashMap<>();
        map.put("iterations", this.iterations);
        map.put("overruns", this.overruns);
        map.put("target_period_s", this.targetPeriodSeconds);
        map.put("avg_period_s", this.avgPeriodSeconds);
        map.put("p50_jitter_s", this.p50JitterSeconds);
        map.put("p95_jitter_s", this.p95JitterSeconds);
        map.put("p99_jitter_s", this.p99JitterSeconds);
        map.put("max_jitter_s", this.maxJitterSeconds);
        return map;
    }

    /** {@return one line for logs, with times in milliseconds} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d iterations, %d overruns, average period %.3f ms (target %.3f ms), jitter p50 %.3f"
                        + " / p95 %.3f / p99 %.3f / max %.3f ms",
                this.iterations,
                this.overruns,
                this.avgPeriodSeconds * 1e3,
                this.targetPeriodSeconds * 1e3,
                this.p50JitterSeconds * 1e3,
                this.p95JitterSeconds * 1e3,
                this.p99JitterSeconds * 1e3,
                this.maxJitterSeconds * 1e3);
    }
}
