package dev.rfx.session.autoconfigure;

import dev.rfx.session.autoconfigure.RobotAndPolicyTypes.ConnectedBean;
import dev.rfx.session.support.ExplainedException;

/** The types of observation or action of robot bean and policy bean do not match. */
final class RobotPolicyMismatchException extends ExplainedException {

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
                                policy.action()),
                "Declare a policy that takes the observations of the robot (the first type) and returns"
                        + " its actions (the second type).",
                null);
    }
}
