package dev.rfx.session.recording;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/**
 * An event in the life of a session.
 *
 * @param time the reading of the clock of the session
 * @param type such as {@code failed}
 * @param message what happened
 * @param cause the stack trace of an exception, or null
 */
record RecordedEvent(long time, String type, String message, @Nullable String cause) {

    static RecordedEvent of(long time, String type, Throwable thrown) {
        StringWriter trace = new StringWriter();
        try {
            thrown.printStackTrace(new PrintWriter(trace));
        } catch (RuntimeException ex) { // of a cause, which may be a class of the user
            trace.append(ex.toString());
        }
        return new RecordedEvent(time, type, String.valueOf(thrown.getMessage()), trace.toString());
    }
}
