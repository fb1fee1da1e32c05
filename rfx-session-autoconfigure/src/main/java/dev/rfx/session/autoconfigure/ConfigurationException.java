package dev.rfx.session.autoconfigure;

import dev.rfx.session.support.ExplainedException;

/** The configuration contradicts the application, which therefore does not start. */
final class ConfigurationException extends ExplainedException {

    private static final long serialVersionUID = 1L;

    ConfigurationException(String description, String action) {
        super(description, action, null);
    }
}
