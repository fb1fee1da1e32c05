package dev.rfx.session.autoconfigure;

import dev.rfx.session.SessionException;
import dev.rfx.session.SessionPhase;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that the robot or the policy could not be reset. */
final class SessionStartFailureAnalyzer extends AbstractFailureAnalyzer<SessionException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SessionException cause) {
        if (cause.phase() != SessionPhase.RESET) {
            return null;
        }
        return new FailureAnalysis(
                "Session '%s' cannot start, because the robot or the policy could not be reset: %s"
                        .formatted(cause.sessionName(), cause.getCause()),
                "Fix the cause (is the robot connected and powered?). To start the application"
                        + " without the session, set rfx.session.start-failure=continue, with"
                        + " rfx.session.restart.max-attempts to retry, or"
                        + " rfx.session.auto-startup=false.",
                cause);
    }
}
