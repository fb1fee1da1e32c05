package dev.rfx.session.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

final class RobotPolicyMismatchFailureAnalyzer
        extends AbstractFailureAnalyzer<RobotPolicyMismatchException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, RobotPolicyMismatchException cause) {
        return new FailureAnalysis(
                cause.getMessage() + ".",
                "Declare a policy that takes the robot's observations (the first type) and returns the"
                        + " robot's actions (the second type).",
                cause);
    }
}
