package dev.rfx.session.support;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Checks of option values. A failed check throws an {@link IllegalArgumentException} that names the
 * option, the value and the range.
 *
 * <p>Internal to {@code dev.rfx.session} and the packages below it.
 */
public final class Checks {

    private Checks() {}

    /**
     * Requires a duration within a range.
     *
     * @param option the name of the option
     * @param value its value
     * @param lowest the lowest valid value
     * @param highest the highest valid value
     */
    public static void requireBetween(
            String option, Duration value, Duration lowest, Duration highest) {
        require(
                value.compareTo(lowest) >= 0 && value.compareTo(highest) <= 0,
                option,
                value,
                lowest + " to " + highest);
    }

    /**
     * Requires a condition.
     *
     * @param valid whether the value is valid
     * @param option the name of the option
     * @param value its value
     * @param range describes the valid values
     */
    public static void require(boolean valid, String option, @Nullable Object value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(
                    "%s is %s, but must be %s".formatted(option, value, range));
        }
    }
}
