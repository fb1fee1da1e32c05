package dev.rfx.session.autoconfigure;

import dev.rfx.session.RobotInUseException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that two sessions use the same robot. */
final class RobotInUseFailureAnalyzer extends AbstractFailureAnalyzer<RobotInUseException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, RobotInUseException cause) {
        return new FailureAnalysis(
                "Session '%s' cannot start: session '%s' drives the same robot."
                        .formatted(cause.sessionName(), cause.otherSessionName()),
                "Declare a Robot bean for each session and give each session a robot of its own. If"
                        + " only one of the sessions is to run at a time, set"
                        + " rfx.session.auto-startup to false and start it when the other one has"
                        + " stopped.",
                cause);
    }
}
