package dev.rfx.session;

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
     * @param options the options of the session
     * @param platform its clock and its threads
     * @return the recorder
     */
    SessionRecorder open(SessionOptions options, SessionPlatform platform);
}
