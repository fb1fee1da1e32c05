package dev.rfx.session;

/**
 * Too many consecutive observations are too old to act on, or an observation has no valid
 * timestamp.
 *
 * @since 0.1
 */
public final class StaleObservationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StaleObservationException(String message) {
        super(message);
    }
}
