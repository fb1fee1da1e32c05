package dev.rfx.session.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains an unsupported version of Spring Boot. Works with Spring Boot 3, too. */
final class UnsupportedSpringBootFailureAnalyzer
        extends AbstractFailureAnalyzer<UnsupportedSpringBootException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedSpringBootException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Set the version of Spring Boot (in Maven, of spring-boot-starter-parent) to "
                        + UnsupportedSpringBootException.SUPPORTED.replace("and", "or")
                        + ", or remove rfx-session-starter.",
                cause);
    }
}
