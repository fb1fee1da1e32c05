package dev.rfx.session;

/**
 * A policy selected an invalid action: null, or a tensor with the wrong shape or a value that is
 * not finite. The action was not sent.
 *
 * @since 0.1
 */
public final class InvalidActionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidActionException(String message) {
        super(message);
    }
}
