package dev.rfx.session.so101;

/**
 * The supply voltage of a servo is not one that it takes. Nothing was written to a servo.
 *
 * @since 0.1
 */
public class SupplyVoltageException extends So101Exception {

    private static final long serialVersionUID = 1L;

    /** The joint of the servo. */
    private final Joint joint;

    SupplyVoltageException(Joint joint, String description, String action) {
        super(description, action);
        this.joint = joint;
    }

    /**
     * Returns the joint.
     *
     * @return the joint of the servo
     */
    public Joint joint() {
        return this.joint;
    }
}
