package dev.rfx.session;

import java.util.function.Function;

/**
 * How a session is recorded, as a value: {@link SessionOptions#withRecording}. Implementations are
 * immutable and have {@code equals}.
 *
 * @see dev.rfx.session.recording.RecordingOptions
 * @since 0.1
 */
public interface SessionRecording {

    /**
     * Creates the recorder of a session. Opens nothing yet. Internal to {@code dev.rfx.session}.
     *
     * @param session the name of the session
     * @param rateHz its rate
     * @param options all its options, as a text
     * @param platform its clock
     * @param threads creates a daemon thread that has none of the thread options of the session
     * @return the recorder
     */
    SessionRecorder open(
            String session,
            double rateHz,
            String options,
            SessionPlatform platform,
            Function<Runnable, Thread> threads);
}
