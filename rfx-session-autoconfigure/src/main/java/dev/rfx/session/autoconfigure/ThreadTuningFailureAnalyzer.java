package dev.rfx.session.autoconfigure;

import dev.rfx.session.thread.ThreadTuningException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/**
 * Explains what the operating system does not give a control thread. The order is before {@link
 * SessionStartFailureAnalyzer}, which would blame the robot.
 */
@Order(0)
final class ThreadTuningFailureAnalyzer extends AbstractFailureAnalyzer<ThreadTuningException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ThreadTuningException cause) {
        return new FailureAnalysis(
                cause.description() + ".",
                cause.action() + " To run without it, set rfx.session.thread.required=false.",
                cause);
    }
}
