package dev.rfx.session;

/** A robot's observations are too old to act on, or do not tell how old they are. */
public final class StaleObservationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StaleObservationException(String message) {
        super(message);
    }
}
