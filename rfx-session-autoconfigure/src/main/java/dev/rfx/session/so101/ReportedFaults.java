package dev.rfx.session.so101;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The faults that the servos report in the error bytes of their replies, and which of them are
 * tolerated. Used by one thread at a time.
 */
final class ReportedFaults {

    private static final int JOINTS = Joint.values().length;

    /** Tolerated faults of each joint, as error bytes. */
    private final int[] tolerated = new int[JOINTS];

    /** Error byte of the last reply of each joint. */
    private final int[] reported = new int[JOINTS];

    private @Nullable Joint faulty;
    private int errorByte;

    ReportedFaults() {
        tolerate(EnumSet.noneOf(ServoFault.class));
    }

    /**
     * Sets the faults that no servo fails with. An overload of the gripper is always tolerated: the
     * gripper holds an object.
     */
    void tolerate(Set<ServoFault> faults) {
        Arrays.fill(this.tolerated, ServoFault.errorByte(faults));
        this.tolerated[Joint.GRIPPER.ordinal()] |=
                ServoFault.errorByte(EnumSet.of(ServoFault.OVERLOAD));
    }

    /** {@return whether the last reply of a servo reported a fault} */
    boolean contains(Joint joint, ServoFault fault) {
        return fault.isIn(this.reported[joint.ordinal()]);
    }

    /** Begins a request: no servo is faulty. */
    void clear() {
        this.faulty = null;
    }

    void add(Joint joint, int errors) {
        this.reported[joint.ordinal()] = errors;
        if ((errors & ~this.tolerated[joint.ordinal()]) != 0 && this.faulty == null) {
            this.faulty = joint;
            this.errorByte = errors;
        }
    }

    /**
     * {@return the first joint since {@link #clear()} with a fault that is not tolerated, or null}
     */
    @Nullable Joint faulty() {
        return this.faulty;
    }

    /** {@return the error byte of the faulty joint} */
    int errorByte() {
        return this.errorByte;
    }
}
