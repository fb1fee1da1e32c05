package dev.rfx.session;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link Session} runs. Immutable; begin with {@link #defaults()} and change what differs
 * with the {@code with…} methods: the constructor's parameters grow with the options. A value
 * outside its range is refused with an {@link IllegalArgumentException} that names the option, the
 * value and the range.
 *
 * @param name names the session in logs and the control thread; not blank. Default {@code
 *     rfx-session}
 * @param rateHz iterations per second; more than 0, at most 10 000. Default 50
 * @param warmup pause between the robot's reset and the first iteration; 0 to 1 h. Default 500 ms
 * @param stopTimeout how long {@code stop()} waits for the control thread before it calls the
 *     session stuck; 1 ms to 10 s. Default 2 s
 * @param maxTimingSamples how many of the last periods the statistics cover; 1 to 1 000 000.
 *     Default 10 000
 * @param spinWindow how long before each deadline the loop stops sleeping and spins; 0 to 1.2 ms, 0
 *     for no spin. Null, the default, lets the loop measure how late the machine wakes it and
 *     choose for itself
 * @param duration a run ends by itself after this time; more than 0. Null, the default, for no
 *     limit
 */
public record SessionOptions(
        String name,
        double rateHz,
        Duration warmup,
        Duration stopTimeout,
        int maxTimingSamples,
        @Nullable Duration spinWindow,
        @Nullable Duration duration) {

    private static final double MAX_RATE_HZ = 10_000;
    private static final Duration MAX_WARMUP = Duration.ofHours(1);
    private static final Duration MIN_STOP_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_TIMING_SAMPLES = 1_000_000;
    private static final Duration MAX_SPIN_WINDOW = Duration.ofNanos(1_200_000);
    private static final Duration MAX_DURATION = Duration.ofDays(10_000);
    private static final SessionOptions DEFAULTS =
            new SessionOptions(
                    "rfx-session",
                    50,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(2),
                    10_000,
                    null,
                    null);

    /**
     * Checks every value.
     *
     * @param name the name
     * @param rateHz iterations per second
     * @param warmup the pause between reset and first iteration
     * @param stopTimeout how long {@code stop()} waits
     * @param maxTimingSamples the statistics' window
     * @param spinWindow the fixed spin window, or null
     * @param duration the limit of a run, or null
     * @throws IllegalArgumentException if a value is outside its range
     */
    public SessionOptions {
        require(!name.isBlank(), "name", '"' + name + '"', "not blank");
        // Written so that NaN fails it.
        require(
                rateHz > 0 && rateHz <= MAX_RATE_HZ,
                "rateHz",
                rateHz,
                "more than 0, at most 10000");
        requireBetween("warmup", warmup, Duration.ZERO, MAX_WARMUP);
        requireBetween("stopTimeout", stopTimeout, MIN_STOP_TIMEOUT, MAX_STOP_TIMEOUT);
        require(
                maxTimingSamples >= 1 && maxTimingSamples <= MAX_TIMING_SAMPLES,
                "maxTimingSamples",
                maxTimingSamples,
                "1 to " + MAX_TIMING_SAMPLES);
        if (spinWindow != null) {
            requireBetween("spinWindow", spinWindow, Duration.ZERO, MAX_SPIN_WINDOW);
        }
        if (duration != null) {
            requireBetween("duration", duration, Duration.ofNanos(1), MAX_DURATION);
        }
    }

    private static void requireBetween(
            String option, Duration value, Duration lowest, Duration highest) {
        require(
                value.compareTo(lowest) >= 0 && value.compareTo(highest) <= 0,
                option,
                value,
                lowest + " to " + highest);
    }

    private static void require(boolean valid, String option, Object value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(
                    "%s is %s, but must be %s".formatted(option, value, range));
        }
    }

    /**
     * Returns the defaults.
     *
     * @return options in which nothing was changed
     */
    public static SessionOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns options with another name.
     *
     * @param name the name, not blank
     * @return new options
     */
    public SessionOptions withName(String name) {
        return new SessionOptions(
                Objects.requireNonNull(name, "name"),
                this.rateHz,
                this.warmup,
                this.stopTimeout,
                this.maxTimingSamples,
                this.spinWindow,
                this.duration);
    }

    /**
     * Returns options with another rate.
     *
     * @param rateHz iterations per second
     * @return new options
     */
    public SessionOptions withRateHz(double rateHz) {
        return new SessionOptions(
                this.name,
                rateHz,
                this.warmup,
                this.stopTimeout,
                this.maxTimingSamples,
                this.spinWindow,
                this.duration);
    }

    /**
     * Returns options with another warm-up.
     *
     * @param warmup the pause between reset and first iteration
     * @return new options
     */
    public SessionOptions withWarmup(Duration warmup) {
        return new SessionOptions(
                this.name,
                this.rateHz,
                Objects.requireNonNull(warmup, "warmup"),
                this.stopTimeout,
                this.maxTimingSamples,
                this.spinWindow,
                this.duration);
    }

    /**
     * Returns options with another stop timeout.
     *
     * @param stopTimeout how long {@code stop()} waits for the control thread
     * @return new options
     */
    public SessionOptions withStopTimeout(Duration stopTimeout) {
        return new SessionOptions(
                this.name,
                this.rateHz,
                this.warmup,
                Objects.requireNonNull(stopTimeout, "stopTimeout"),
                this.maxTimingSamples,
                this.spinWindow,
                this.duration);
    }

    /**
     * Returns options with another statistics window.
     *
     * @param maxTimingSamples how many of the last periods the statistics cover
     * @return new options
     */
    public SessionOptions withMaxTimingSamples(int maxTimingSamples) {
        return new SessionOptions(
                this.name,
                this.rateHz,
                this.warmup,
                this.stopTimeout,
                maxTimingSamples,
                this.spinWindow,
                this.duration);
    }

    /**
     * Returns options with another spin window.
     *
     * @param spinWindow the fixed window, zero for no spin, or null for a self-calibrating one
     * @return new options
     */
    public SessionOptions withSpinWindow(@Nullable Duration spinWindow) {
        return new SessionOptions(
                this.name,
                this.rateHz,
                this.warmup,
                this.stopTimeout,
                this.maxTimingSamples,
                spinWindow,
                this.duration);
    }

    /**
     * Returns options with another duration of a run.
     *
     * @param duration the time after which a run ends by itself, or null for no limit
     * @return new options
     */
    public SessionOptions withDuration(@Nullable Duration duration) {
        return new SessionOptions(
                this.name,
                this.rateHz,
                this.warmup,
                this.stopTimeout,
                this.maxTimingSamples,
                this.spinWindow,
                duration);
    }

    /**
     * The target period. A double: at 30 Hz it is no whole number of nanoseconds. At most three
     * years, so that a deadline never overflows the clock.
     */
    double periodNanos() {
        return Math.min(1e9 / this.rateHz, 1e17);
    }
}
