package dev.rfx.session;

import java.time.Duration;
import java.util.Locale;

/** Times as people read them: in milliseconds, to the microsecond. */
final class Millis {

    private Millis() {}

    static String of(Duration duration) {
        return of(duration.toNanos());
    }

    static String of(double nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
    }
}
