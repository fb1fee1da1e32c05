package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * One figure that a robot reports about itself: clamps, retries, a temperature.
 *
 * @param name the name; lower case, words separated by dots
 * @param joint the joint, or null for the whole robot
 * @param kind the kind of the figure
 * @param value the figure
 * @since 0.1
 */
public record RobotReading(String name, @Nullable String joint, Kind kind, double value) {

    /** The kind of a figure. */
    public enum Kind {
        /** A measurement, which goes up and down. */
        VALUE,
        /** Number of events since the robot was created. It never decreases. */
        COUNT,
        /**
         * As {@link #COUNT}, for events that should not happen. A running session logs their
         * increase, at most once per second.
         */
        INCIDENTS
    }

    /**
     * {@return a measurement}
     *
     * @param name the name
     * @param joint the joint, or null for the whole robot
     * @param value the value
     */
    public static RobotReading value(String name, @Nullable String joint, double value) {
        return new RobotReading(name, joint, Kind.VALUE, value);
    }

    /**
     * {@return a number of events}
     *
     * @param name the name
     * @param joint the joint, or null for the whole robot
     * @param count the number
     */
    public static RobotReading count(String name, @Nullable String joint, long count) {
        return new RobotReading(name, joint, Kind.COUNT, count);
    }

    /**
     * {@return a number of events that should not happen}
     *
     * @param name the name
     * @param joint the joint, or null for the whole robot
     * @param count the number
     */
    public static RobotReading incidents(String name, @Nullable String joint, long count) {
        return new RobotReading(name, joint, Kind.INCIDENTS, count);
    }
}
