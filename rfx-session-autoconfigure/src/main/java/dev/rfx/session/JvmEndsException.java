package dev.rfx.session;

/** A run cannot begin because the JVM is shutting down. Nothing has moved. */
final class JvmEndsException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    JvmEndsException(String sessionName, Throwable cause) {
        super("Session '%s' cannot start: the JVM is shutting down".formatted(sessionName), cause);
    }
}
