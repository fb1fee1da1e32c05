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

    /** The most characters of a text. A longer one, of a class of the user, is cut. */
    private static final int MAX_LENGTH = 64 * 1024;

    static RecordedEvent of(long time, String type, Throwable thrown) {
        StringWriter trace = new StringWriter();
        try {
            thrown.printStackTrace(new PrintWriter(trace));
        } catch (Throwable ex) { // of a cause, which may be a class of the user
            trace.append(ex.getClass().getName());
        }
        return new RecordedEvent(
                time, type, cut(String.valueOf(thrown.getMessage())), cut(trace.toString()));
    }

    private static String cut(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
    }
}
