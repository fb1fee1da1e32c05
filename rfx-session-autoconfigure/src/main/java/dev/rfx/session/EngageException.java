package dev.rfx.session;

import dev.rfx.session.support.ExplainedException;

/**
 * The engage guard cannot ramp, or a ramp has not ended within its timeout. The command in question
 * was not sent.
 *
 * @see EngageOptions
 * @since 0.1
 */
public final class EngageException extends ExplainedException {

    private static final long serialVersionUID = 1L;

    private EngageException(String description, String action) {
        super(description, action, null);
    }

    static EngageException noPositions(Robot<?, ?> robot) {
        return new EngageException(
                "The engage guard cannot ramp: %s reports no joint positions in the units of its"
                                .formatted(robot.device().getClass().getName())
                        + " actions",
                "Override Robot.positions, or set engage.enabled to false: the first action then"
                        + " is a jump.");
    }

    static EngageException noTensor(Object action) {
        return new EngageException(
                "The engage guard cannot ramp: the actions are of type "
                        + action.getClass().getName(),
                "Use actions of type Tensor, or set engage.enabled to false: the first action then"
                        + " is a jump.");
    }

    static EngageException tooFewPositions(int positions, int values) {
        return new EngageException(
                "The robot reports %d positions, but the action has %d values"
                        .formatted(positions, values),
                "Return a position for each value from Robot.positions.");
    }

    static EngageException notFinite(String what, String joint, double value) {
        return new EngageException(
                "The %s of joint %s is %s, but must be finite".formatted(what, joint, value),
                "Check the sensors of the robot, and Robot.positions, withinRange and lastCommand.");
    }

    static EngageException anotherNumberOfSpeeds(int speeds, int values) {
        return new EngageException(
                "engage.max-speed has %d values, but the action has %d".formatted(speeds, values),
                "Set one value for all joints, or one for each.");
    }

    static EngageException tooSlow(String joint, float command, float target, double seconds) {
        return new EngageException(
                "Joint %s has not reached the policy's target within %s s: the command is %s, the target %s"
                        .formatted(joint, seconds, command, target),
                "Bring the robot nearer to the pose in which the policy begins, or raise"
                        + " engage.max-speed or engage.timeout.");
    }
}
