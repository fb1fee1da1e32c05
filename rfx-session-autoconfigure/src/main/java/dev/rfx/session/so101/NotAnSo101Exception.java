package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.util.Collection;
import java.util.Map;

/**
 * The servos on the port are not those of an SO-101, or not all of them answer.
 *
 * @since 0.1
 */
public class NotAnSo101Exception extends So101Exception {

    private static final long serialVersionUID = 1L;

    private NotAnSo101Exception(String description, String action) {
        super(description, action);
    }

    static NotAnSo101Exception missingServos(String port, Collection<Joint> missing, int baudRate) {
        return new NotAnSo101Exception(
                "No answer on " + port + " from " + Joint.list(missing),
                missing.size() == Joint.values().length
                        ? "Check that this is the port of the arm and that its power is on. If the"
                                + " servos are set to another speed than "
                                + baudRate
                                + " bit/s, set it as the baud rate."
                        : "Check the cable to each of these servos and that its id is set.");
    }

    static NotAnSo101Exception wrongModel(Joint joint, int model) {
        return new NotAnSo101Exception(
                "%s has model number %d, but an SO-101 has STS3215 servos, model number %d"
                        .formatted(joint, model, Register.STS3215_MODEL_NUMBER),
                "Check that this is the port of the arm, and replace the servo if it is.");
    }

    static NotAnSo101Exception firmwareDiffers(Map<Joint, String> versions) {
        return new NotAnSo101Exception(
                "The servos do not have the same firmware: " + versions,
                "Update the firmware of all servos with Feetech's FD software.");
    }

    static NotAnSo101Exception notKept(Joint joint, Register register, int written, int kept) {
        return new NotAnSo101Exception(
                "%s does not keep %s: %d was written, %d was read back"
                        .formatted(joint, register, written, kept),
                "Switch the arm off and on and start again; replace the servo if this stays.");
    }
}
