package dev.rfx.session.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Explains what is wrong with a property of ours that no property source has under its name: one
 * that is not set, a list, a group. Boot's own analyzer explains the others, and says where they
 * are set.
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
