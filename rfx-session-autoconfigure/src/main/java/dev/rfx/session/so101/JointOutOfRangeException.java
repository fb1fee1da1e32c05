package dev.rfx.session.so101;

/**
 * A joint lies outside its calibrated range, so that torque would move it to the end of the range
 * at full speed. Torque was not turned on.
 */
public class JointOutOfRangeException extends So101Exception {

    private static final long serialVersionUID = 1L;

    /** The joint. */
    private final Joint joint;

    JointOutOfRangeException(JointCalibration calibration, int position) {
        super(
                "%s is at %d, outside its calibrated range of %d to %d"
                        .formatted(
                                calibration.joint(),
                                position,
                                calibration.rangeMin(),
                                calibration.rangeMax()),
                "Move the joint by hand into its range, with the power of the arm off if it holds,"
                        + " and start again.");
        this.joint = calibration.joint();
    }

    /**
     * Returns the joint.
     *
     * @return the joint
     */
    public Joint joint() {
        return this.joint;
    }
}
