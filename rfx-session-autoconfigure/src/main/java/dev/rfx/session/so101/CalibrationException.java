package dev.rfx.session.so101;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A calibration file cannot be used, or belongs to another arm than the connected one.
 *
 * @since 0.1
 */
public class CalibrationException extends So101Exception {

    private static final long serialVersionUID = 1L;

    private static final String CALIBRATE =
            "Calibrate the arm with LeRobot's lerobot-calibrate and use the file that it writes.";

    private CalibrationException(String description, String action) {
        super(description, action);
    }

    private CalibrationException(String description, String action, Throwable cause) {
        super(description, action, cause);
    }

    static CalibrationException unreadable(Path file, IOException cause) {
        return new CalibrationException(
                "The calibration file " + file + " cannot be read: " + cause,
                "Check the path and the permissions of the file.",
                cause);
    }

    static CalibrationException malformed(Path file, String problem) {
        return new CalibrationException(
                "The calibration file " + file + " is not in the format of LeRobot: " + problem,
                CALIBRATE);
    }

    static CalibrationException legacyFormat(Path file) {
        return new CalibrationException(
                "The calibration file "
                        + file
                        + " has the former format of LeRobot: arrays, not an object for each joint",
                "It cannot be converted, because its positions have another zero. " + CALIBRATE);
    }

    static CalibrationException invalid(Path file, String problem) {
        return new CalibrationException(
                "The calibration file " + file + " is invalid: " + problem, CALIBRATE);
    }

    static CalibrationException oldValuesNotSaved(Path file, IOException cause) {
        return new CalibrationException(
                "The calibration was not written to the servos, because their present values"
                        + " cannot be saved in "
                        + file
                        + ": "
                        + cause,
                "Move the calibration file to a writable directory.",
                cause);
    }

    static CalibrationException mismatch(Path file, Joint joint, String differences) {
        return new CalibrationException(
                joint + " is not calibrated as " + file + " says: " + differences,
                "Use the file of this arm, calibrate the arm again, or write the calibration of the"
                        + " file to the servos.");
    }
}
