package dev.rfx.session.actuate;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thresholds beyond which a running session is DOWN. Both apply to the window of the statistics.
 *
 * @param maxOverrunRatio largest share of overruns, 0 to 1, or null for no limit
 * @param maxP99Jitter largest 99th percentile of the jitter, more than 0, or null for no limit
 * @since 0.1
 */
public record SessionHealthThresholds(
        @Nullable Double maxOverrunRatio, @Nullable Duration maxP99Jitter) {

    /** No limits. */
    public static final SessionHealthThresholds NONE = new SessionHealthThresholds(null, null);

    /**
     * Creates thresholds.
     *
     * @param maxOverrunRatio largest share of overruns, or null
     * @param maxP99Jitter largest 99th percentile of the jitter, or null
     * @throws IllegalArgumentException if a value is outside its range
     */
    public SessionHealthThresholds {
        if (maxOverrunRatio != null && !(maxOverrunRatio >= 0 && maxOverrunRatio <= 1)) {
            throw new IllegalArgumentException(
                    "maxOverrunRatio is " + maxOverrunRatio + ", but must be 0 to 1");
        }
        if (maxP99Jitter != null && (maxP99Jitter.isNegative() || maxP99Jitter.isZero())) {
            throw new IllegalArgumentException(
                    "maxP99Jitter is " + maxP99Jitter + ", but must be more than 0");
        }
    }
}
