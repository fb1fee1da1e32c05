package dev.rfx.session.so101;

import org.jspecify.annotations.Nullable;

/**
 * The connection to the arm is lost. The next start connects again.
 *
 * @since 0.1
 */
public class LinkLostException extends So101Exception {

    private static final long serialVersionUID = 1L;

    private LinkLostException(String description, String action, @Nullable Throwable cause) {
        super(description, action, cause);
    }

    static LinkLostException unplugged(String port) {
        return new LinkLostException(
                "The port " + port + " is gone", "Plug the arm in and start again.", null);
    }

    static LinkLostException blocked(String port) {
        return new LinkLostException(
                "A call blocks in the port " + port + ", and the servos keep their last goals",
                "Unplug the arm, plug it in and start again.",
                null);
    }

    static LinkLostException torqueLost(Joint joint) {
        return new LinkLostException(
                joint + " did not answer for a moment and has no torque now: its power was gone",
                "Check the power supply and the cable to this servo, and start again.",
                null);
    }

    static LinkLostException tooManyErrors(String port, int errors, LinkException last) {
        return new LinkLostException(
                "%d errors in a row on %s, the last: %s"
                        .formatted(errors, port, last.description()),
                last.action() + " Then start again.",
                last);
    }
}
