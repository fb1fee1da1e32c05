package dev.rfx.session.so101;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A servo reports a fault, as {@code elbow_flex (id 3): overheat, 74 °C}. */
public class ServoFaultException extends So101Exception {

    private static final long serialVersionUID = 1L;

    /** The joint of the servo. */
    private final Joint joint;

    /** The error byte of the reply. */
    private final int errorByte;

    ServoFaultException(Joint joint, int errorByte, @Nullable Integer temperatureCelsius) {
        super(describe(joint, errorByte, temperatureCelsius), remedy(errorByte));
        this.joint = joint;
        this.errorByte = errorByte;
    }

    /** An overload that only an end of the torque clears, which the joint needs. */
    private ServoFaultException(Joint joint, String remedy) {
        super(joint + ": " + ServoFault.OVERLOAD, remedy);
        this.joint = joint;
        this.errorByte = ServoFault.errorByte(EnumSet.of(ServoFault.OVERLOAD));
    }

    static ServoFaultException overloadThatHolds(Joint joint) {
        return new ServoFaultException(
                joint,
                "Free the joint. Its torque has to be off for a moment, and the arm falls then: hold"
                        + " it, switch its power off and on, and start again.");
    }

    private static String describe(Joint joint, int errorByte, @Nullable Integer temperature) {
        return joint
                + ": "
                + names(errorByte)
                + (temperature == null ? "" : ", " + temperature + " °C");
    }

    private static String names(int errorByte) {
        Set<ServoFault> faults = ServoFault.in(errorByte);
        return faults.isEmpty()
                ? "unknown fault 0x%02X".formatted(errorByte)
                : faults.stream().map(ServoFault::toString).collect(Collectors.joining(", "));
    }

    /** Names the faults in a message. */
    String faultNames() {
        return names(this.errorByte);
    }

    private static String remedy(int errorByte) {
        Set<ServoFault> faults = ServoFault.in(errorByte);
        return faults.isEmpty()
                ? "Switch the arm off and on."
                : faults.stream().map(ServoFault::remedy).collect(Collectors.joining(" "));
    }

    /**
     * Returns the joint of the servo.
     *
     * @return the joint
     */
    public Joint joint() {
        return this.joint;
    }

    /**
     * Returns what the servo reports.
     *
     * @return its faults; empty if it reports one that has no name
     */
    public Set<ServoFault> faults() {
        return ServoFault.in(this.errorByte);
    }
}
