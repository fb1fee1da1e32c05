package dev.rfx.session.so101;

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

    private static String describe(Joint joint, int errorByte, @Nullable Integer temperature) {
        Set<ServoFault> faults = ServoFault.in(errorByte);
        String what =
                faults.isEmpty()
                        ? "unknown fault 0x%02X".formatted(errorByte)
                        : faults.stream()
                                .map(ServoFault::toString)
                                .collect(Collectors.joining(", "));
        return joint + ": " + what + (temperature == null ? "" : ", " + temperature + " °C");
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
