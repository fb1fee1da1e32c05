package dev.rfx.session.so101;

import dev.rfx.session.RobotReading;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tracks whether the gripper is in overload, and how often an overload has begun. An overload is no
 * incident: it follows from holding an object, and the servo continues to hold with less torque.
 * Written by one thread, read by any.
 */
final class GripperOverload {

    private final AtomicLong count = new AtomicLong();
    private volatile double state = Double.NaN;

    void observed(boolean overloaded) {
        if (overloaded && this.state != 1) {
            this.count.incrementAndGet();
        }
        this.state = overloaded ? 1 : 0;
    }

    /** Makes the state unknown, when the arm is disconnected. */
    void forget() {
        this.state = Double.NaN;
    }

    List<RobotReading> readings() {
        String gripper = Joint.GRIPPER.motorName();
        return List.of(
                RobotReading.value("overload", gripper, this.state),
                RobotReading.count("overloads", gripper, this.count.get()));
    }
}
