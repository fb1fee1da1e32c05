package dev.rfx.session.sample;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains an invalid recording. */
final class RecordingFailureAnalyzer extends AbstractFailureAnalyzer<RecordingException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, RecordingException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Correct the file or name another one with --sample.recording=FILE. Without that"
                        + " option the arm moves on a sine.",
                cause);
    }
}
