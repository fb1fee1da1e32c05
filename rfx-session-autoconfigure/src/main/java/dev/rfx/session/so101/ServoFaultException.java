package dev.rfx.session.so101;

import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A servo reports a fault, for example {@code elbow_flex (id 3): overheat, 74 °C}.
 *
 * @since 0.1
 */
public class ServoFaultException extends So101Exception {

    private static final long serialVersionUID = 1L;

    /** For other joints, a start turns torque off and on itself. */
    private static final String OVERLOAD_OF_A_CARRYING_JOINT =
            "Free the joint. Only torque off clears the fault, and the arm falls then: hold the arm,"
                    + " switch its power off and on, and start again.";

    /** The joint of the servo. */
    private final Joint joint;

    /** The error byte of the reply. */
    private final int errorByte;

    ServoFaultException(Joint joint, int errorByte, @Nullable Integer temperatureCelsius) {
        super(describe(joint, errorByte, temperatureCelsius), action(joint, errorByte));
        this.joint = joint;
        this.errorByte = errorByte;
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

    /** {@return the names of the faults, for a message} */
    String faultNames() {
        return names(this.errorByte);
    }

    private static String action(Joint joint, int errorByte) {
        Set<ServoFault> faults = ServoFault.in(errorByte);
        return faults.isEmpty()
                ? "Switch the arm off and on."
                : faults.stream()
                        .map(fault -> action(joint, fault))
                        .collect(Collectors.joining(" "));
    }

    private static String action(Joint joint, ServoFault fault) {
        return fault == ServoFault.OVERLOAD && joint.carriesTheArm()
                ? OVERLOAD_OF_A_CARRYING_JOINT
                : fault.action();
    }

    /** {@return the joint of the servo} */
    public Joint joint() {
        return this.joint;
    }

    /** {@return the faults that the servo reports; empty if the fault has no name} */
    public Set<ServoFault> faults() {
        return ServoFault.in(this.errorByte);
    }
}
