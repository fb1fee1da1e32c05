package dev.rfx.session.autoconfigure;

import org.springframework.core.ResolvableType;

/** The policy bean does not understand the robot bean's observations, or the reverse. */
final class RobotPolicyMismatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RobotPolicyMismatchException(
            String robot, ResolvableType robotType, String policy, ResolvableType policyType) {
        super(
                "The robot bean '%s' is a Robot<%s, %s>, but the policy bean '%s' is a Policy<%s, %s>"
                        .formatted(
                                robot,
                                robotType.getGeneric(0),
                                robotType.getGeneric(1),
                                policy,
                                policyType.getGeneric(0),
                                policyType.getGeneric(1)));
    }
}
