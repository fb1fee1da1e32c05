package dev.rfx.session.actuate;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The unit of all times in health and endpoint, as in the statistics of rfx and in the meters. */
final class Seconds {

    private Seconds() {}

    static double seconds(Duration duration) {
        return ofNanos(duration.toNanos());
    }

    static @Nullable Double secondsOrNull(@Nullable Duration duration) {
        return duration == null ? null : seconds(duration);
    }

    static double ofNanos(long nanos) {
        return nanos / 1e9;
    }
}
