package dev.rfx.session;

/** A policy selected an action that no robot may get. It was not sent. */
public final class InvalidActionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidActionException(String message) {
        super(message);
    }
}
