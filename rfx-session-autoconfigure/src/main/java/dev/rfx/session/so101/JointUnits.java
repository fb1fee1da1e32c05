package dev.rfx.session.so101;

/**
 * The units of positions in observations and actions. Velocities have the same units per second.
 *
 * @since 0.1
 */
public enum JointUnits {

    /**
     * Radians, of which 2π are the servo's 4096 steps. Zero is the middle of the calibrated range;
     * a drive mode of 1 reverses the sign.
     */
    RADIANS,

    /**
     * LeRobot's {@code use_degrees=True}, its default. Five joints are in degrees: 360 are 4095
     * steps, zero is the middle of the calibrated range, and the drive mode is ignored. The gripper
     * is 0 to 100, as in {@link #NORMALIZED}.
     */
    DEGREES,

    /**
     * LeRobot's {@code use_degrees=False}: the calibrated range is −100 to 100, that of the gripper
     * 0 to 100. A drive mode of 1 reverses the joint. A position measured outside the range reads
     * as its end.
     */
    NORMALIZED
}
