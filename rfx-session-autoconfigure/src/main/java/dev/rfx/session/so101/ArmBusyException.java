package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;

/**
 * A servo needs another configuration, which requires torque off, but its torque is on.
 *
 * @since 0.1
 */
public class ArmBusyException extends So101Exception {

    private static final long serialVersionUID = 1L;

    ArmBusyException(Joint joint, Register register, int value, int wanted) {
        super(
                "%s has %s %d and needs %d, but its torque is on"
                        .formatted(joint, register, value, wanted),
                "Hold the arm, switch its power off and on, and start again.");
    }
}
