package dev.rfx.session.recording;

import dev.rfx.session.SessionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The names in a recording, for those who write it and those who read it. */
final class RecordingFormat {

    /** Version of what this class describes. A change that a reader has to know increases it. */
    static final String VERSION = "1";

    /** Name and version of the library, in the header of the file. */
    static final String LIBRARY = "rfx-session " + versionOfLibrary();

    /** The metadata record about the run. */
    static final String SESSION = "rfx.session";

    /** The metadata record about the policy of the run, if it has details. */
    static final String POLICY = "rfx.policy";

    static final String OBSERVATION = "observation";
    static final String ACTION = "action";
    static final String SELECTED_ACTION = "selected_action";
    static final String ITERATION = "iteration";
    static final String EVENT = "event";

    static final String ITERATION_SCHEMA =
            """
            {"$schema":"http://json-schema.org/draft-07/schema#","title":"rfx.session.iteration",\
            "description":"One iteration. Times in ns; start counts from the begin of the run.",\
            "type":"object","properties":{\
            "number":{"type":"integer"},\
            "start":{"type":"integer"},\
            "lateness":{"type":"integer"},\
            "observe":{"type":"integer"},\
            "policy":{"type":"integer"},\
            "act":{"type":"integer"},\
            "timestamp":{"type":"integer","description":"of the observation, as start; absent without one"},\
            "overrun":{"type":"boolean"},\
            "late_wakeup":{"type":"boolean"},\
            "stale":{"type":"boolean"},\
            "clamped":{"type":"boolean","description":"the robot received another action than the one selected"},\
            "engaging":{"type":"boolean","description":"the command is part of a ramp from the pose of the robot to the actions"},\
            "complete":{"type":"boolean","description":"false if the run ended in it"},\
            "dropped_before":{"type":"integer","description":"iterations that are missing before it"}}}""";

    static final String EVENT_SCHEMA =
            """
            {"$schema":"http://json-schema.org/draft-07/schema#","title":"rfx.session.event",\
            "type":"object","properties":{\
            "type":{"type":"string"},\
            "message":{"type":"string"},\
            "cause":{"type":"string","description":"stack trace"}}}""";

    private RecordingFormat() {}

    /** {@return the version in the manifest of the jar, if these classes are in one} */
    private static String versionOfLibrary() {
        String version = RecordingFormat.class.getPackage().getImplementationVersion();
        return version == null ? "(unknown version)" : version;
    }

    /** {@return a name as it may be part of a topic of ROS 2: letters, digits and underscores} */
    static String nameInTopics(String session) {
        String name = session.replaceAll("[^A-Za-z0-9_]", "_");
        return Character.isDigit(name.charAt(0)) ? "_" + name : name;
    }

    /** {@return the reading of the clock of the session at the begin of the run, in ns} */
    static long clock(Path file, Map<String, String> metadata) throws IOException {
        String clock = metadata.getOrDefault("clock", "");
        try {
            return Long.parseLong(clock);
        } catch (NumberFormatException ex) {
            throw new IOException("%s has the clock '%s'".formatted(file, clock), ex);
        }
    }

    /** {@return the rate of a recorded session, from the metadata} */
    static double rateHz(Path file, Map<String, String> metadata) throws IOException {
        String rate = metadata.get("rate_hz");
        if (rate != null) {
            try {
                return SessionOptions.defaults().withRateHz(Double.parseDouble(rate)).rateHz();
            } catch (IllegalArgumentException ex) {
                throw new IOException("%s has the rate_hz '%s'".formatted(file, rate), ex);
            }
        }
        throw new IOException(file + " is no recording of a session: it has no rate_hz");
    }
}
