package dev.rfx.session.autoconfigure;

import dev.rfx.session.support.ExplainedException;
import dev.rfx.session.thread.ThreadTuningException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/**
 * Shows exceptions that bring their own explanation. The order is before {@link
 * SessionStartFailureAnalyzer}, which knows less about the cause of a failed start.
 */
@Order(0)
final class ExplainedFailureAnalyzer extends AbstractFailureAnalyzer<ExplainedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ExplainedException cause) {
        String action = cause.action();
        if (cause instanceof ThreadTuningException) {
            action += " To run without it, set rfx.session.thread.required=false.";
        }
        return new FailureAnalysis(cause.description() + ".", action, cause);
    }
}
