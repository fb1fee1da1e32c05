package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says which option has a value outside its range, which value, and which range. */
final class OptionChecks {

    private OptionChecks() {}

    static void requireBetween(String option, Duration value, Duration lowest, Duration highest) {
        require(
                value.compareTo(lowest) >= 0 && value.compareTo(highest) <= 0,
                option,
                value,
                lowest + " to " + highest);
    }

    static void require(boolean valid, String option, @Nullable Object value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(
                    "%s is %s, but must be %s".formatted(option, value, range));
        }
    }
}
