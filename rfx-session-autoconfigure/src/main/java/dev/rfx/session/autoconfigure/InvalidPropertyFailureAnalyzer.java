package dev.rfx.session.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Explains an invalid property below {@code rfx.session} that no property source has under its
 * name: a property that is not set, a list, or a group. The analyzer of Spring Boot explains the
 * others, and shows where they are set.
 */
final class InvalidPropertyFailureAnalyzer
        extends AbstractFailureAnalyzer<InvalidConfigurationPropertyValueException> {

    private final Environment environment;

    InvalidPropertyFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, InvalidConfigurationPropertyValueException cause) {
        if (!cause.getName().startsWith("rfx.session.")
                || this.environment.containsProperty(cause.getName())) {
            return null;
        }
        return new FailureAnalysis(
                "The property '%s' is not valid: %s.".formatted(cause.getName(), cause.getReason()),
                "Correct the configuration of the application.",
                cause);
    }
}
