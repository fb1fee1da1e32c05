package dev.rfx.session.so101;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A fault that a servo can report in the error byte of a reply.
 *
 * @since 0.1
 */
public enum ServoFault {

    /** The supply voltage is too low or too high. */
    VOLTAGE(0, "voltage", "Check the power supply and its plugs."),

    /** The position encoder does not work. */
    ENCODER(1, "encoder", "Replace the servo if this stays after a power cycle."),

    /** The servo is too hot. */
    OVERHEAT(2, "overheat", "Switch the arm off and let the servo cool down."),

    /** The motor takes too much current. */
    OVER_CURRENT(3, "over-current", "Free the joint and switch the arm off and on."),

    /**
     * The load has been too high for too long. The servo then has less torque, until torque is
     * turned off. For the gripper, which may hold an object, it is no failure.
     */
    OVERLOAD(5, "overload", "Free the joint, reduce its load and start again.");

    private final int mask;
    private final String label;
    private final String action;

    ServoFault(int bit, String label, String action) {
        this.mask = 1 << bit;
        this.label = label;
        this.action = action;
    }

    /** {@return whether an error byte contains this fault} */
    boolean isIn(int errorByte) {
        return (errorByte & this.mask) != 0;
    }

    /** {@return an error byte with the given faults} */
    static int errorByte(Set<ServoFault> faults) {
        int errorByte = 0;
        for (ServoFault fault : faults) {
            errorByte |= fault.mask;
        }
        return errorByte;
    }

    /** {@return the faults in an error byte, without bits that have no name} */
    static Set<ServoFault> in(int errorByte) {
        EnumSet<ServoFault> faults = EnumSet.noneOf(ServoFault.class);
        for (ServoFault fault : values()) {
            if (fault.isIn(errorByte)) {
                faults.add(fault);
            }
        }
        return Collections.unmodifiableSet(faults);
    }

    /** {@return what the operator of the arm can do} */
    String action() {
        return this.action;
    }

    /** {@return the name of the fault, for example {@code over-current}} */
    @Override
    public String toString() {
        return this.label;
    }
}
