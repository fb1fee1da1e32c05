package dev.rfx.session.autoconfigure;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Reports which property below {@code rfx.session} has an invalid value. */
final class PropertyChecks {

    private static final String PREFIX = "rfx.session.";

    private PropertyChecks() {}

    /**
     * Applies a function to the value of a property. The function checks the value, and this method
     * adds the name of the property.
     *
     * @throws InvalidConfigurationPropertyValueException if the function refuses the value
     */
    static <V extends @Nullable Object, R> R checked(String property, V value, Function<V, R> use) {
        try {
            return use.apply(value);
        } catch (IllegalArgumentException ex) {
            throw invalid(property, value, ex.getMessage());
        }
    }

    static boolean isBetween(Duration value, Duration lowest, Duration highest) {
        return value.compareTo(lowest) >= 0 && value.compareTo(highest) <= 0;
    }

    static void require(boolean valid, String property, Object value, String range) {
        if (!valid) {
            throw invalid(
                    property, value, "%s is %s, but must be %s".formatted(property, value, range));
        }
    }

    /** Returns the value of a property that must be set, for the given reason. */
    static <V> V required(String property, @Nullable V value, String reason) {
        if (value == null) {
            throw invalid(property, null, reason);
        }
        return value;
    }

    private static InvalidConfigurationPropertyValueException invalid(
            String property, @Nullable Object value, @Nullable String reason) {
        return new InvalidConfigurationPropertyValueException(PREFIX + property, value, reason);
    }
}
