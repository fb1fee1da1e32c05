package dev.rfx.session.support;

import java.time.Duration;
import java.util.Locale;

/** Formats times in milliseconds with three decimals. Internal to {@code dev.rfx.session}. */
public final class Milliseconds {

    private Milliseconds() {}

    /**
     * {@return such as {@code 1.500}}
     *
     * @param duration the time
     */
    public static String of(Duration duration) {
        return of(duration.toNanos());
    }

    /**
     * {@return such as {@code 1.500}}
     *
     * @param nanos the time in ns
     */
    public static String of(double nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
    }
}
