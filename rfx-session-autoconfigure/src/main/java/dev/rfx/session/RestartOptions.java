package dev.rfx.session;

import static dev.rfx.session.support.Checks.require;
import static dev.rfx.session.support.Checks.requireBetween;

import java.time.Duration;

/**
 * How often and how soon a session starts again by itself after a failure. Immutable; begin with
 * {@link #none()}. A value outside its range is refused with an {@link IllegalArgumentException}.
 *
 * @param maxAttempts largest number of restarts within the window; 0 for none, at most 1000.
 *     Default 0
 * @param initialDelay delay of the first restart, 0 to 1 h. Default 1 s
 * @param multiplier factor by which each delay exceeds the previous one, 1 to 100. Default 2
 * @param maxDelay longest delay; at least the initial one, at most 1 h. Default 30 s
 * @param window sliding window in which restarts are counted, 1 s to 365 d. When it is empty, the
 *     delay is the initial one again. Default 10 min
 * @since 0.1
 */
public record RestartOptions(
        int maxAttempts,
        Duration initialDelay,
        double multiplier,
        Duration maxDelay,
        Duration window) {

    private static final int MAX_ATTEMPTS = 1_000;
    private static final double MAX_MULTIPLIER = 100;

    /** The longest possible delay. */
    public static final Duration MAX_DELAY = Duration.ofHours(1);

    private static final Duration MIN_WINDOW = Duration.ofSeconds(1);
    private static final Duration MAX_WINDOW = Duration.ofDays(365);

    private static final RestartOptions NONE =
            new RestartOptions(
                    0, Duration.ofSeconds(1), 2, Duration.ofSeconds(30), Duration.ofMinutes(10));

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if a value is outside its range
     */
    public RestartOptions {
        require(
                maxAttempts >= 0 && maxAttempts <= MAX_ATTEMPTS,
                "maxAttempts",
                maxAttempts,
                "0 to " + MAX_ATTEMPTS);
        requireBetween("initialDelay", initialDelay, Duration.ZERO, MAX_DELAY);
        require(
                multiplier >= 1 && multiplier <= MAX_MULTIPLIER,
                "multiplier",
                multiplier,
                "1 to 100");
        requireBetween("maxDelay", maxDelay, initialDelay, MAX_DELAY);
        requireBetween("window", window, MIN_WINDOW, MAX_WINDOW);
    }

    /** {@return options without restarts, and with the defaults of the other values} */
    public static RestartOptions none() {
        return NONE;
    }

    /**
     * {@return options with another number of restarts}
     *
     * @param maxAttempts largest number of restarts within the window; 0 for none
     */
    public RestartOptions withMaxAttempts(int maxAttempts) {
        return new RestartOptions(
                maxAttempts, this.initialDelay, this.multiplier, this.maxDelay, this.window);
    }

    /**
     * {@return options with other delays}
     *
     * @param initialDelay delay of the first restart
     * @param multiplier factor by which each delay exceeds the previous one
     * @param maxDelay longest delay
     */
    public RestartOptions withDelays(Duration initialDelay, double multiplier, Duration maxDelay) {
        return new RestartOptions(
                this.maxAttempts, initialDelay, multiplier, maxDelay, this.window);
    }

    /**
     * {@return options with another window}
     *
     * @param window sliding window in which restarts are counted
     */
    public RestartOptions withWindow(Duration window) {
        return new RestartOptions(
                this.maxAttempts, this.initialDelay, this.multiplier, this.maxDelay, window);
    }
}
