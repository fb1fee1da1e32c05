package dev.rfx.session.autoconfigure;

import dev.rfx.session.SessionOptions;
import dev.rfx.session.actuate.SessionHealthThresholds;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Configures the session between the application's robot and policy.
 *
 * @param enabled Whether sessions are configured, started and shown at all.
 * @param name Name of the session in logs and of its control thread.
 * @param rateHz Iterations per second; more than 0, at most 10000.
 * @param warmup Pause between the robot's reset and the first iteration; at most 1h.
 * @param stopTimeout How long a stop waits for the control thread before the session counts as
 *     stuck; 1ms to 10s.
 * @param maxTimingSamples How many of the last periods the statistics cover; 1 to 1000000.
 * @param spinWindow How long before each deadline the loop stops sleeping and spins; at most
 *     1200us, 0 for no spin. When not set, the loop measures how late the machine wakes it and
 *     chooses for itself.
 * @param duration Time after which a run ends by itself. When not set, there is no limit.
 * @param autoStartup Whether sessions start with the application.
 * @param phase Phase in which sessions start and stop. The default starts them after, and stops
 *     them before, everything else, the web server included.
 * @param logInterval Time between two lines of progress in the log; 10ms to 365d, 0 for none.
 * @param health Thresholds of health.
 */
@ConfigurationProperties("rfx.session")
record SessionProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("rfx-session") String name,
        @DefaultValue("50") double rateHz,
        @DefaultValue("500ms") Duration warmup,
        @DefaultValue("2s") Duration stopTimeout,
        @DefaultValue("10000") int maxTimingSamples,
        @Nullable Duration spinWindow,
        @Nullable Duration duration,
        @DefaultValue("true") boolean autoStartup,
        @DefaultValue("2147483647") int phase,
        @DefaultValue("30s") Duration logInterval,
        @DefaultValue Health health) {

    private static final Duration MIN_LOG_INTERVAL = Duration.ofMillis(10);
    private static final Duration MAX_LOG_INTERVAL = Duration.ofDays(365);

    /**
     * Thresholds beyond which a running session is DOWN.
     *
     * @param maxOverrunRatio Largest share of overruns in the window, 0 to 1. No limit when not
     *     set.
     * @param maxP99Jitter largest 99th percentile of the jitter in the window. No limit when not
     *     set
     */
    record Health(@Nullable Double maxOverrunRatio, @Nullable Duration maxP99Jitter) {

        /**
         * The thresholds of the health indicators.
         *
         * @throws InvalidConfigurationPropertyValueException if a value is outside its range
         */
        SessionHealthThresholds toThresholds() {
            checked(
                    "health.max-overrun-ratio",
                    this.maxOverrunRatio,
                    ratio -> new SessionHealthThresholds(ratio, null));
            return checked(
                    "health.max-p99-jitter",
                    this.maxP99Jitter,
                    jitter -> new SessionHealthThresholds(this.maxOverrunRatio, jitter));
        }
    }

    /**
     * The options of a session with these properties.
     *
     * @throws InvalidConfigurationPropertyValueException if a value is outside its range
     */
    SessionOptions toOptions() {
        SessionOptions options = SessionOptions.defaults();
        options = checked("name", this.name, options::withName);
        options = checked("rate-hz", this.rateHz, options::withRateHz);
        options = checked("warmup", this.warmup, options::withWarmup);
        options = checked("stop-timeout", this.stopTimeout, options::withStopTimeout);
        options =
                checked("max-timing-samples", this.maxTimingSamples, options::withMaxTimingSamples);
        options = checked("spin-window", this.spinWindow, options::withSpinWindow);
        return checked("duration", this.duration, options::withDuration);
    }

    /**
     * The time between two lines of progress, zero for none.
     *
     * @throws InvalidConfigurationPropertyValueException if it is outside its range
     */
    Duration checkedLogInterval() {
        if (!this.logInterval.isZero()
                && (this.logInterval.compareTo(MIN_LOG_INTERVAL) < 0
                        || this.logInterval.compareTo(MAX_LOG_INTERVAL) > 0)) {
            throw new InvalidConfigurationPropertyValueException(
                    "rfx.session.log-interval",
                    this.logInterval,
                    "logInterval is %s, but must be 0, or %s to %s"
                            .formatted(this.logInterval, MIN_LOG_INTERVAL, MAX_LOG_INTERVAL));
        }
        return this.logInterval;
    }

    /** The options know what is valid; here it is only said which property is not. */
    private static <V extends @Nullable Object, R> R checked(
            String property, V value, Function<V, R> use) {
        try {
            return use.apply(value);
        } catch (IllegalArgumentException ex) {
            throw new InvalidConfigurationPropertyValueException(
                    "rfx.session." + property, value, ex.getMessage());
        }
    }
}
