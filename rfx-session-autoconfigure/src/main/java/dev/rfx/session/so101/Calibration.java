package dev.rfx.session.so101;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The calibration of one arm, from the file that LeRobot writes.
 *
 * <p>LeRobot writes the same values to the servos. The file fits an arm only while its servos hold
 * these values, which {@link #requireSame} checks.
 *
 * @since 0.1
 */
public final class Calibration {

    private final Path file;
    private final Map<Joint, JointCalibration> joints;

    Calibration(Path file, Map<Joint, JointCalibration> joints) {
        this.file = file;
        this.joints = new EnumMap<>(joints);
    }

    /**
     * Reads a calibration file of LeRobot, for example {@code
     * ~/.cache/huggingface/lerobot/calibration/robots/so101_follower/my_arm.json}.
     *
     * @param file the file
     * @return the calibration of all six joints
     * @throws CalibrationException if the file cannot be read, has LeRobot's former format, is not
     *     JSON, lacks a joint, or has an invalid value
     */
    public static Calibration read(Path file) {
        return CalibrationReader.read(file);
    }

    /** {@return the path of the file, as given} */
    public Path file() {
        return this.file;
    }

    /**
     * {@return the calibration of a joint}
     *
     * @param joint the joint
     */
    public JointCalibration joint(Joint joint) {
        return this.joints.get(joint);
    }

    /**
     * Checks that a servo has the calibration of the file.
     *
     * @param joint the joint of the servo
     * @param homingOffset the servo's Homing_Offset
     * @param minPositionLimit the servo's Min_Position_Limit
     * @param maxPositionLimit the servo's Max_Position_Limit
     * @throws CalibrationException if a value differs; the message has the joint, the file and both
     *     values
     */
    void requireSame(Joint joint, int homingOffset, int minPositionLimit, int maxPositionLimit) {
        JointCalibration expected = joint(joint);
        String differences =
                Stream.of(
                                difference("homing_offset", expected.homingOffset(), homingOffset),
                                difference("range_min", expected.rangeMin(), minPositionLimit),
                                difference("range_max", expected.rangeMax(), maxPositionLimit))
                        .filter(difference -> !difference.isEmpty())
                        .collect(Collectors.joining(", "));
        if (!differences.isEmpty()) {
            throw CalibrationException.mismatch(this.file, joint, differences);
        }
    }

    private static String difference(String name, int inFile, int inServo) {
        return inFile == inServo
                ? ""
                : "%s is %d in the file and %d in the servo".formatted(name, inFile, inServo);
    }
}
