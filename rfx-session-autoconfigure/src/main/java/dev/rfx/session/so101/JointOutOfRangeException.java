package dev.rfx.session.so101;

/**
 * A joint lies outside its calibrated range. Torque, which would move it to the end of the range at
 * full speed, was not turned on.
 *
 * @since 0.1
 */
public class JointOutOfRangeException extends So101Exception {

    private static final long serialVersionUID = 1L;

    /** The joint. */
    private final Joint joint;

    private JointOutOfRangeException(Joint joint, String description, String action) {
        super(description, action);
        this.joint = joint;
    }

    static JointOutOfRangeException at(int position, JointCalibration calibration) {
        return new JointOutOfRangeException(
                calibration.joint(),
                "%s is at %d, outside its calibrated range of %d to %d"
                        .formatted(
                                calibration.joint(),
                                position,
                                calibration.rangeMin(),
                                calibration.rangeMax()),
                "Move the joint by hand into its range, with the power of the arm off if it holds,"
                        + " and start again.");
    }

    /** Explains why a calibration is not written: the joint would lie outside its range. */
    static JointOutOfRangeException onceWritten(int position, JointCalibration calibration) {
        return new JointOutOfRangeException(
                calibration.joint(),
                "%s would be at %d, outside its range of %d to %d, with the calibration of the file; nothing was written"
                        .formatted(
                                calibration.joint(),
                                position,
                                calibration.rangeMin(),
                                calibration.rangeMax()),
                "Check that this is the file of this arm. If it is, move the joint by hand into its"
                        + " range and start again.");
    }

    /** {@return the joint} */
    public Joint joint() {
        return this.joint;
    }
}
