package dev.rfx.session;

import static dev.rfx.session.support.Checks.require;
import static dev.rfx.session.support.Checks.requireBetween;

import dev.rfx.session.thread.ThreadOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
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
 *     choose for itself. With a FIFO priority at most half of a period
 * @param duration a run ends by itself after this time; more than 0. Null, the default, for no
 *     limit
 * @param watchdogTimeout a running loop that completes no iteration for so long is stalled; 0 for
 *     no watchdog, or two periods to 1 h. Null, the default, for five periods, but not less than
 *     500 ms
 * @param watchdogAction what happens to a stalled loop. Default {@link WatchdogAction#STOP_ROBOT}
 * @param maxObservationAge how old an observation may be when the action that it led to would be
 *     sent; more than 0, at most 1 h. An older one is not acted on: the robot holds. Null, the
 *     default, for no limit; otherwise the observations have to be {@link Timestamped}
 * @param maxStaleIterations how many iterations in a row may have an observation that is too old;
 *     the next one fails; 0 to 1 000 000. Default 10
 * @param thread what is asked of the operating system for the control thread. Default nothing
 */
public record SessionOptions(
        String name,
        double rateHz,
        Duration warmup,
        Duration stopTimeout,
        int maxTimingSamples,
        @Nullable Duration spinWindow,
        @Nullable Duration duration,
        @Nullable Duration watchdogTimeout,
        WatchdogAction watchdogAction,
        @Nullable Duration maxObservationAge,
        int maxStaleIterations,
        ThreadOptions thread) {

    private static final double MAX_RATE_HZ = 10_000;
    private static final Duration MAX_WARMUP = Duration.ofHours(1);
    private static final Duration MIN_STOP_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_TIMING_SAMPLES = 1_000_000;
    private static final Duration MAX_SPIN_WINDOW = Duration.ofNanos(1_200_000);
    private static final Duration MAX_DURATION = Duration.ofDays(10_000);
    private static final Duration MAX_WATCHDOG_TIMEOUT = Duration.ofHours(1);
    private static final Duration MAX_OBSERVATION_AGE = Duration.ofHours(1);
    private static final int MAX_STALE_ITERATIONS = 1_000_000;
    private static final double MIN_WATCHDOG_PERIODS = 2;
    private static final double WATCHDOG_PERIODS = 5;
    private static final double MIN_DEFAULT_WATCHDOG_NANOS = 500e6;
    private static final SessionOptions DEFAULTS =
            new SessionOptions(
                    "rfx-session",
                    50,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(2),
                    10_000,
                    null,
                    null,
                    null,
                    WatchdogAction.STOP_ROBOT,
                    null,
                    10,
                    ThreadOptions.defaults());

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
     * @param watchdogTimeout when a loop is stalled, or null
     * @param watchdogAction what happens then
     * @param maxObservationAge how old an observation may be, or null
     * @param maxStaleIterations how many may be older in a row
     * @param thread what is asked for the control thread
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
        if (watchdogTimeout != null && !watchdogTimeout.isZero()) {
            // Less, and a loop that is woken late once would count as stalled.
            Duration lowest = Duration.ofNanos((long) (MIN_WATCHDOG_PERIODS * 1e9 / rateHz));
            require(
                    watchdogTimeout.compareTo(lowest) >= 0
                            && watchdogTimeout.compareTo(MAX_WATCHDOG_TIMEOUT) <= 0,
                    "watchdogTimeout",
                    watchdogTimeout,
                    "0 for none, or two periods (%s) to %s"
                            .formatted(lowest, MAX_WATCHDOG_TIMEOUT));
        }
        Objects.requireNonNull(watchdogAction, "watchdogAction");
        if (maxObservationAge != null) {
            requireBetween(
                    "maxObservationAge",
                    maxObservationAge,
                    Duration.ofNanos(1),
                    MAX_OBSERVATION_AGE);
        }
        require(
                maxStaleIterations >= 0 && maxStaleIterations <= MAX_STALE_ITERATIONS,
                "maxStaleIterations",
                maxStaleIterations,
                "0 to " + MAX_STALE_ITERATIONS);
        if (spinWindow != null && thread.fifoPriority() != null) {
            // It would spin all the time, and nobody else had the processor.
            requireBetween(
                    "spinWindow",
                    spinWindow,
                    Duration.ZERO,
                    Duration.ofNanos((long) (1e9 / rateHz / 2)));
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
        return with(copy -> copy.name = Objects.requireNonNull(name, "name"));
    }

    /**
     * Returns options with another rate.
     *
     * @param rateHz iterations per second
     * @return new options
     */
    public SessionOptions withRateHz(double rateHz) {
        return with(copy -> copy.rateHz = rateHz);
    }

    /**
     * Returns options with another warm-up.
     *
     * @param warmup the pause between reset and first iteration
     * @return new options
     */
    public SessionOptions withWarmup(Duration warmup) {
        return with(copy -> copy.warmup = Objects.requireNonNull(warmup, "warmup"));
    }

    /**
     * Returns options with another stop timeout.
     *
     * @param stopTimeout how long {@code stop()} waits for the control thread
     * @return new options
     */
    public SessionOptions withStopTimeout(Duration stopTimeout) {
        return with(copy -> copy.stopTimeout = Objects.requireNonNull(stopTimeout, "stopTimeout"));
    }

    /**
     * Returns options with another statistics window.
     *
     * @param maxTimingSamples how many of the last periods the statistics cover
     * @return new options
     */
    public SessionOptions withMaxTimingSamples(int maxTimingSamples) {
        return with(copy -> copy.maxTimingSamples = maxTimingSamples);
    }

    /**
     * Returns options with another spin window.
     *
     * @param spinWindow the fixed window, zero for no spin, or null for a self-calibrating one
     * @return new options
     */
    public SessionOptions withSpinWindow(@Nullable Duration spinWindow) {
        return with(copy -> copy.spinWindow = spinWindow);
    }

    /**
     * Returns options with another duration of a run.
     *
     * @param duration the time after which a run ends by itself, or null for no limit
     * @return new options
     */
    public SessionOptions withDuration(@Nullable Duration duration) {
        return with(copy -> copy.duration = duration);
    }

    /**
     * Returns options with another watchdog timeout.
     *
     * @param watchdogTimeout the time without an iteration after which a loop is stalled, zero for
     *     no watchdog, or null for five periods and at least 500 ms
     * @return new options
     */
    public SessionOptions withWatchdogTimeout(@Nullable Duration watchdogTimeout) {
        return with(copy -> copy.watchdogTimeout = watchdogTimeout);
    }

    /**
     * Returns options with another watchdog action.
     *
     * @param watchdogAction what happens to a stalled loop
     * @return new options
     */
    public SessionOptions withWatchdogAction(WatchdogAction watchdogAction) {
        return with(
                copy ->
                        copy.watchdogAction =
                                Objects.requireNonNull(watchdogAction, "watchdogAction"));
    }

    /**
     * Returns options with another limit of the age of observations.
     *
     * @param maxObservationAge the limit, or null for none
     * @return new options
     */
    public SessionOptions withMaxObservationAge(@Nullable Duration maxObservationAge) {
        return with(copy -> copy.maxObservationAge = maxObservationAge);
    }

    /**
     * Returns options with another limit of stale iterations.
     *
     * @param maxStaleIterations how many in a row are not yet a failure
     * @return new options
     */
    public SessionOptions withMaxStaleIterations(int maxStaleIterations) {
        return with(copy -> copy.maxStaleIterations = maxStaleIterations);
    }

    /**
     * Returns options with another control thread.
     *
     * @param thread what is asked of the operating system for it
     * @return new options
     */
    public SessionOptions withThread(ThreadOptions thread) {
        return with(copy -> copy.thread = Objects.requireNonNull(thread, "thread"));
    }

    private SessionOptions with(Consumer<Copy> change) {
        Copy copy = new Copy(this);
        change.accept(copy);
        return copy.toOptions();
    }

    /**
     * The target period. A double: at 30 Hz it is no whole number of nanoseconds. At most three
     * years, so that a deadline never overflows the clock.
     */
    double periodNanos() {
        return Math.min(1e9 / this.rateHz, 1e17);
    }

    /** The time without an iteration after which a loop is stalled; zero for never. */
    long effectiveWatchdogNanos() {
        return this.watchdogTimeout != null
                ? this.watchdogTimeout.toNanos()
                : (long) Math.max(WATCHDOG_PERIODS * periodNanos(), MIN_DEFAULT_WATCHDOG_NANOS);
    }

    /** Options while one of them is changed. */
    private static final class Copy {

        String name;
        double rateHz;
        Duration warmup;
        Duration stopTimeout;
        int maxTimingSamples;
        @Nullable Duration spinWindow;
        @Nullable Duration duration;
        @Nullable Duration watchdogTimeout;
        WatchdogAction watchdogAction;
        @Nullable Duration maxObservationAge;
        int maxStaleIterations;
        ThreadOptions thread;

        Copy(SessionOptions from) {
            this.name = from.name;
            this.rateHz = from.rateHz;
            this.warmup = from.warmup;
            this.stopTimeout = from.stopTimeout;
            this.maxTimingSamples = from.maxTimingSamples;
            this.spinWindow = from.spinWindow;
            this.duration = from.duration;
            this.watchdogTimeout = from.watchdogTimeout;
            this.watchdogAction = from.watchdogAction;
            this.maxObservationAge = from.maxObservationAge;
            this.maxStaleIterations = from.maxStaleIterations;
            this.thread = from.thread;
        }

        SessionOptions toOptions() {
            return new SessionOptions(
                    this.name,
                    this.rateHz,
                    this.warmup,
                    this.stopTimeout,
                    this.maxTimingSamples,
                    this.spinWindow,
                    this.duration,
                    this.watchdogTimeout,
                    this.watchdogAction,
                    this.maxObservationAge,
                    this.maxStaleIterations,
                    this.thread);
        }
    }
}
