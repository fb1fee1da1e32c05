package dev.rfx.session.so101;

import org.jspecify.annotations.Nullable;

/**
 * A joint as its servo reports it.
 *
 * @param joint the joint
 * @param state the measurements of the servo, or null if it cannot be read
 * @param problem why the servo cannot be read, or null
 * @since 0.1
 */
public record JointReport(Joint joint, @Nullable State state, @Nullable So101Exception problem) {

    /**
     * The measurements of a servo.
     *
     * @param positionSteps the position in steps, 4096 to the turn, after the homing offset
     * @param position the position in {@link JointUnits#DEGREES}, so that a gripper is 0 to 100, or
     *     null without a calibration
     * @param velocityStepsPerSecond the velocity in steps per second
     * @param load the load of the motor, −1 to 1
     * @param volts the supply voltage in V
     * @param celsius the temperature in °C
     * @param overloaded whether the servo reports an overload, and so holds with less torque
     */
    public record State(
            int positionSteps,
            @Nullable Double position,
            int velocityStepsPerSecond,
            double load,
            double volts,
            double celsius,
            boolean overloaded) {}
}
