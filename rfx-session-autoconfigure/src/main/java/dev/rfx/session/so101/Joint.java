package dev.rfx.session.so101;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A joint of the arm, in the order of the bus, of observations and of actions.
 *
 * <p>The limits are those of the maker's URDF, {@code so101_new_calib.urdf}. The range of a
 * particular arm is in its {@link Calibration}.
 *
 * @since 0.1
 */
public enum Joint {

    /** Turns the arm about the vertical. */
    SHOULDER_PAN("shoulder_pan", 1, -1.91986, 1.91986),

    /** Raises and lowers the upper arm. */
    SHOULDER_LIFT("shoulder_lift", 2, -1.74533, 1.74533),

    /** Bends the elbow. */
    ELBOW_FLEX("elbow_flex", 3, -1.69, 1.69),

    /** Bends the wrist. */
    WRIST_FLEX("wrist_flex", 4, -1.65806, 1.65806),

    /** Turns the wrist about the forearm. */
    WRIST_ROLL("wrist_roll", 5, -2.74385, 2.84121),

    /** Opens and closes the gripper. */
    GRIPPER("gripper", 6, -0.174533, 1.74533);

    /** The motor names in the order of the joints. */
    static final List<String> MOTOR_NAMES = Arrays.stream(values()).map(Joint::motorName).toList();

    private final String motorName;
    private final int id;
    private final double lowerLimitRadians;
    private final double upperLimitRadians;

    Joint(String motorName, int id, double lowerLimitRadians, double upperLimitRadians) {
        this.motorName = motorName;
        this.id = id;
        this.lowerLimitRadians = lowerLimitRadians;
        this.upperLimitRadians = upperLimitRadians;
    }

    /** {@return LeRobot's name of the motor, for example {@code elbow_flex}} */
    public String motorName() {
        return this.motorName;
    }

    /** {@return the id of the servo on the bus, 1 to 6} */
    public int id() {
        return this.id;
    }

    /** {@return the lower end of the joint's travel, in rad} */
    public double lowerLimitRadians() {
        return this.lowerLimitRadians;
    }

    /** {@return the upper end of the joint's travel, in rad} */
    public double upperLimitRadians() {
        return this.upperLimitRadians;
    }

    /** {@return whether the arm, or a part of it, falls without torque of this joint} */
    boolean carriesTheArm() {
        return this == SHOULDER_LIFT || this == ELBOW_FLEX || this == WRIST_FLEX;
    }

    /** {@return the names of joints, for a message} */
    static String list(Collection<Joint> joints) {
        return joints.stream().map(Joint::toString).collect(Collectors.joining(", "));
    }

    /** {@return name and id, for example {@code elbow_flex (id 3)}} */
    @Override
    public String toString() {
        return this.motorName + " (id " + this.id + ")";
    }
}
