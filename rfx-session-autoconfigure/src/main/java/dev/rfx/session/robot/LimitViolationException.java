package dev.rfx.session.robot;

/**
 * A command is beyond the limits of a robot, and was not sent.
 *
 * @since 0.1
 */
public final class LimitViolationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LimitViolationException(String message) {
        super(message);
    }
}
