package dev.rfx.session.autoconfigure;

import dev.rfx.session.support.ExplainedException;

/** The configuration asks for what this application would not do, so that it does not start. */
final class ConfigurationException extends ExplainedException {

    private static final long serialVersionUID = 1L;

    ConfigurationException(String description, String remedy) {
        super(description, remedy, null);
    }
}
