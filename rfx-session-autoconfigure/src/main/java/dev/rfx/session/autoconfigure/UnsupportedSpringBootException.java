package dev.rfx.session.autoconfigure;

/** The application uses a version of Spring Boot that the starter does not support. */
final class UnsupportedSpringBootException extends RuntimeException {

    static final String SUPPORTED = "4.0 and 4.1";

    private static final long serialVersionUID = 1L;

    UnsupportedSpringBootException(String found) {
        super(
                "rfx-session-starter supports Spring Boot %s, but this application uses Spring Boot %s."
                        .formatted(SUPPORTED, found));
    }
}
