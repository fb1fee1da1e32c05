package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * One figure that a robot tells about itself: clamps, retries, a temperature.
 *
 * @param name what it is; lower case, words separated by dots
 * @param joint the joint that it is about, or null where it is about the whole robot
 * @param kind what kind of figure it is
 * @param value the figure
 */
public record RobotReading(String name, @Nullable String joint, Kind kind, double value) {

    /** What kind of figure it is. */
    public enum Kind {
        /** A measurement, which goes up and down. */
        VALUE,
        /** A number of events since the robot was made; it never goes down. */
        COUNT,
        /**
         * A number of events, too, but of such as should not happen. While a session runs, it logs
         * at most once per second by how much they grew.
         */
        INCIDENTS
    }

    /**
     * Creates a measurement.
     *
     * @param name what it is
     * @param joint the joint, or null
     * @param value the value
     * @return a reading
     */
    public static RobotReading value(String name, @Nullable String joint, double value) {
        return new RobotReading(name, joint, Kind.VALUE, value);
    }

    /**
     * Creates a number of events.
     *
     * @param name what it is
     * @param joint the joint, or null
     * @param count how many
     * @return a reading
     */
    public static RobotReading count(String name, @Nullable String joint, long count) {
        return new RobotReading(name, joint, Kind.COUNT, count);
    }

    /**
     * Creates a number of events that should not happen.
     *
     * @param name what it is
     * @param joint the joint, or null
     * @param count how many
     * @return a reading
     */
    public static RobotReading incidents(String name, @Nullable String joint, long count) {
        return new RobotReading(name, joint, Kind.INCIDENTS, count);
    }
}
