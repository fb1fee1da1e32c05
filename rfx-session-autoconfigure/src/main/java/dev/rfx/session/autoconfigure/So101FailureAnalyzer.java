package dev.rfx.session.autoconfigure;

import dev.rfx.session.so101.So101Exception;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/**
 * Explains what is wrong with an SO-101, also where a session could not start for it: the order is
 * before {@link SessionStartFailureAnalyzer}, which knows less.
 */
@Order(0)
final class So101FailureAnalyzer extends AbstractFailureAnalyzer<So101Exception> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, So101Exception cause) {
        return new FailureAnalysis(cause.description() + ".", cause.action(), cause);
    }
}
