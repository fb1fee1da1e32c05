package dev.rfx.session.autoconfigure;

import dev.rfx.session.SessionException;
import dev.rfx.session.SessionPhase;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

final class SessionStartFailureAnalyzer extends AbstractFailureAnalyzer<SessionException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SessionException cause) {
        if (cause.phase() != SessionPhase.RESET) {
            return null;
        }
        return new FailureAnalysis(
                "The session '%s' could not start, because the robot or the policy could not be reset: %s"
                        .formatted(cause.sessionName(), cause.getCause()),
                "Correct what was thrown (if it was the robot, is it connected and powered?). To start"
                        + " the application without it, set rfx.session.start-failure=continue"
                        + " (with rfx.session.restart.max-attempts to try again), or"
                        + " rfx.session.auto-startup=false.",
                cause);
    }
}
