package dev.rfx.session.autoconfigure;

import dev.rfx.session.autoconfigure.RobotAndPolicyTypes.ConnectedBean;

/** The policy bean does not understand the robot bean's observations, or the reverse. */
final class RobotPolicyMismatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RobotPolicyMismatchException(ConnectedBean robot, ConnectedBean policy) {
        super(
                "The robot bean '%s' is a Robot<%s, %s>, but the policy bean '%s' is a Policy<%s, %s>"
                        .formatted(
                                robot.name(),
                                robot.observation(),
                                robot.action(),
                                policy.name(),
                                policy.observation(),
                                policy.action()));
    }
}
