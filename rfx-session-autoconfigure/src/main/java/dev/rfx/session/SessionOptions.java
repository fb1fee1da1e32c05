package dev.rfx.session;

import static dev.rfx.session.support.Checks.require;
import static dev.rfx.session.support.Checks.requireBetween;

import dev.rfx.session.thread.ThreadOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a {@link Session}. Immutable; begin with {@link #defaults()} and change values
 * with the {@code with…} methods. A value outside its range is refused with an {@link
 * IllegalArgumentException} that names the option, the value and the range.
 *
 * @since 0.1
 */
public final class SessionOptions {

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
    private static final SessionOptions DEFAULTS = new SessionOptions(new Values());

    /** Never changed once the constructor has returned. */
    private final Values values;

    private SessionOptions(Values values) {
        this.values = values;
        check(values);
    }

    private static void check(Values values) {
        require(!values.name.isBlank(), "name", '"' + values.name + '"', "not blank");
        // Written so that NaN fails it.
        require(
                values.rateHz > 0 && values.rateHz <= MAX_RATE_HZ,
                "rateHz",
                values.rateHz,
                "more than 0, at most 10000");
        requireBetween("warmup", values.warmup, Duration.ZERO, MAX_WARMUP);
        requireBetween("stopTimeout", values.stopTimeout, MIN_STOP_TIMEOUT, MAX_STOP_TIMEOUT);
        require(
                values.maxTimingSamples >= 1 && values.maxTimingSamples <= MAX_TIMING_SAMPLES,
                "maxTimingSamples",
                values.maxTimingSamples,
                "1 to " + MAX_TIMING_SAMPLES);
        Duration spinWindow = values.spinWindow;
        if (spinWindow != null) {
            requireBetween("spinWindow", spinWindow, Duration.ZERO, MAX_SPIN_WINDOW);
        }
        // Written so that NaN fails it.
        require(
                values.spinBudget >= 0 && values.spinBudget <= 1,
                "spinBudget",
                values.spinBudget,
                "0 to 1");
        if (values.duration != null) {
            requireBetween("duration", values.duration, Duration.ofNanos(1), MAX_DURATION);
        }
        checkWatchdog(values);
        if (values.maxObservationAge != null) {
            requireBetween(
                    "maxObservationAge",
                    values.maxObservationAge,
                    Duration.ofNanos(1),
                    MAX_OBSERVATION_AGE);
        }
        require(
                values.maxStaleIterations >= 0 && values.maxStaleIterations <= MAX_STALE_ITERATIONS,
                "maxStaleIterations",
                values.maxStaleIterations,
                "0 to " + MAX_STALE_ITERATIONS);
        if (spinWindow != null && values.thread.fifoPriority() != null) {
            // A longer one would spin all the time and take the processor from every other thread.
            requireBetween(
                    "spinWindow",
                    spinWindow,
                    Duration.ZERO,
                    Duration.ofNanos((long) (1e9 / values.rateHz / 2)));
        }
    }

    private static void checkWatchdog(Values values) {
        Duration timeout = values.watchdogTimeout;
        if (timeout != null && !timeout.isZero()) {
            // With a shorter one, a loop that is woken late once would count as stalled.
            Duration lowest = Duration.ofNanos((long) (MIN_WATCHDOG_PERIODS * 1e9 / values.rateHz));
            require(
                    timeout.compareTo(lowest) >= 0 && timeout.compareTo(MAX_WATCHDOG_TIMEOUT) <= 0,
                    "watchdogTimeout",
                    timeout,
                    "0 for none, or two periods (%s) to %s"
                            .formatted(lowest, MAX_WATCHDOG_TIMEOUT));
        }
    }

    /** {@return options with the default of every value} */
    public static SessionOptions defaults() {
        return DEFAULTS;
    }

    /** {@return the name of the session in logs and of its control thread} */
    public String name() {
        return this.values.name;
    }

    /** {@return the target rate in iterations per second} */
    public double rateHz() {
        return this.values.rateHz;
    }

    /** {@return the pause between the reset of the robot and the first iteration} */
    public Duration warmup() {
        return this.values.warmup;
    }

    /** {@return how long a stop waits for the control thread before the session is stuck} */
    public Duration stopTimeout() {
        return this.values.stopTimeout;
    }

    /** {@return the number of periods in the window of the statistics} */
    public int maxTimingSamples() {
        return this.values.maxTimingSamples;
    }

    /** {@return the length of the spin before each deadline, or null for a self-calibrating one} */
    public @Nullable Duration spinWindow() {
        return this.values.spinWindow;
    }

    /** {@return the share of one processor that the loop may spend to wait exactly} */
    public double spinBudget() {
        return this.values.spinBudget;
    }

    /** {@return the duration of a run, or null for no limit} */
    public @Nullable Duration duration() {
        return this.values.duration;
    }

    /**
     * {@return the time without a completed iteration after which a loop is stalled} Zero for no
     * watchdog; null for five periods, but at least 500 ms.
     */
    public @Nullable Duration watchdogTimeout() {
        return this.values.watchdogTimeout;
    }

    /** {@return what the watchdog does with a stalled loop} */
    public WatchdogAction watchdogAction() {
        return this.values.watchdogAction;
    }

    /** {@return the largest age of an observation when its action is sent, or null for no limit} */
    public @Nullable Duration maxObservationAge() {
        return this.values.maxObservationAge;
    }

    /** {@return the largest number of consecutive stale observations that is no failure} */
    public int maxStaleIterations() {
        return this.values.maxStaleIterations;
    }

    /** {@return what the session asks of the operating system for its control thread} */
    public ThreadOptions thread() {
        return this.values.thread;
    }

    /** {@return how runs are recorded, or null for not at all} */
    public @Nullable SessionRecording recording() {
        return this.values.recording;
    }

    /** {@return the limits of the commands to the robot, or null for none} */
    public @Nullable CommandLimits limits() {
        return this.values.limits;
    }

    /** {@return how the first commands of a run ramp to the actions of the policy} */
    public EngageOptions engage() {
        return this.values.engage;
    }

    /** {@return the restarts after failures} */
    public RestartOptions restart() {
        return this.values.restart;
    }

    /**
     * {@return options with another name} The name appears in logs, and in the name of the control
     * thread.
     *
     * @param name the name, not blank. Default {@code rfx-session}
     */
    public SessionOptions withName(String name) {
        return with(values -> values.name = Objects.requireNonNull(name, "name"));
    }

    /**
     * {@return options with another rate}
     *
     * @param rateHz iterations per second; more than 0, at most 10 000. Default 50
     */
    public SessionOptions withRateHz(double rateHz) {
        return with(values -> values.rateHz = rateHz);
    }

    /**
     * {@return options with another warm-up}
     *
     * @param warmup pause between the reset of the robot and the first iteration; 0 to 1 h. Default
     *     500 ms
     */
    public SessionOptions withWarmup(Duration warmup) {
        return with(values -> values.warmup = Objects.requireNonNull(warmup, "warmup"));
    }

    /**
     * {@return options with another stop timeout}
     *
     * @param stopTimeout how long {@code stop()} waits for the control thread before the session is
     *     stuck; 1 ms to 10 s. Default 2 s
     */
    public SessionOptions withStopTimeout(Duration stopTimeout) {
        return with(
                values -> values.stopTimeout = Objects.requireNonNull(stopTimeout, "stopTimeout"));
    }

    /**
     * {@return options with another window of the statistics}
     *
     * @param maxTimingSamples number of periods in the window; 1 to 1 000 000. Default 10 000
     */
    public SessionOptions withMaxTimingSamples(int maxTimingSamples) {
        return with(values -> values.maxTimingSamples = maxTimingSamples);
    }

    /**
     * {@return options with another spin window}
     *
     * @param spinWindow how long before each deadline the loop stops sleeping and spins; 0 to 1.2
     *     ms, 0 for no spin. The loop then has no naps and no budget. Null, the default, lets the
     *     loop learn naps and spin from how late the machine wakes it. With a FIFO priority at most
     *     half a period
     */
    public SessionOptions withSpinWindow(@Nullable Duration spinWindow) {
        return with(values -> values.spinWindow = spinWindow);
    }

    /**
     * {@return options with another spin budget}
     *
     * @param spinBudget the share of one processor that the loop may spend on the naps and the spin
     *     before each deadline, unless the spin window is fixed; 0 to 1, default 0.09. All loops of
     *     the JVM together spend at most a tenth of its processors
     */
    public SessionOptions withSpinBudget(double spinBudget) {
        return with(values -> values.spinBudget = spinBudget);
    }

    /**
     * {@return options with another duration of a run}
     *
     * @param duration time after which a run ends by itself; more than 0. Null, the default, for no
     *     limit
     */
    public SessionOptions withDuration(@Nullable Duration duration) {
        return with(values -> values.duration = duration);
    }

    /**
     * {@return options with another watchdog timeout}
     *
     * @param watchdogTimeout time without a completed iteration after which the loop is stalled; 0
     *     for no watchdog, or two periods to 1 h. Null, the default, for five periods, but at least
     *     500 ms
     */
    public SessionOptions withWatchdogTimeout(@Nullable Duration watchdogTimeout) {
        return with(values -> values.watchdogTimeout = watchdogTimeout);
    }

    /**
     * {@return options with another watchdog action}
     *
     * @param watchdogAction what the watchdog does with a stalled loop. Default {@link
     *     WatchdogAction#STOP_ROBOT}
     */
    public SessionOptions withWatchdogAction(WatchdogAction watchdogAction) {
        return with(
                values ->
                        values.watchdogAction =
                                Objects.requireNonNull(watchdogAction, "watchdogAction"));
    }

    /**
     * {@return options with another limit of the age of observations} No action is sent for an
     * older observation: the robot holds its last command.
     *
     * @param maxObservationAge largest age when the action is sent; more than 0, at most 1 h. Null,
     *     the default, for no limit. With a limit, observations have to be {@link Timestamped}
     */
    public SessionOptions withMaxObservationAge(@Nullable Duration maxObservationAge) {
        return with(values -> values.maxObservationAge = maxObservationAge);
    }

    /**
     * {@return options with another limit of stale iterations}
     *
     * @param maxStaleIterations number of consecutive stale observations after which the next one
     *     fails the run; 0 to 1 000 000. Default 10
     */
    public SessionOptions withMaxStaleIterations(int maxStaleIterations) {
        return with(values -> values.maxStaleIterations = maxStaleIterations);
    }

    /**
     * {@return options with another control thread}
     *
     * @param thread what the session asks of the operating system for it. Default {@link
     *     ThreadOptions#defaults()}
     */
    public SessionOptions withThread(ThreadOptions thread) {
        return with(values -> values.thread = Objects.requireNonNull(thread, "thread"));
    }

    /**
     * {@return options with another recording}
     *
     * @param recording how runs are recorded; null, the default, for not at all
     */
    public SessionOptions withRecording(@Nullable SessionRecording recording) {
        return with(values -> values.recording = recording);
    }

    /**
     * {@return options with other limits of the commands} The session puts them around its robot.
     *
     * @param limits the limits, or null, the default, for none
     */
    public SessionOptions withLimits(@Nullable CommandLimits limits) {
        return with(values -> values.limits = limits);
    }

    /**
     * {@return options with another engage guard}
     *
     * @param engage how the first commands of a run, and those after a takeover, ramp to the
     *     actions of the policy. Default {@link EngageOptions#defaults()}
     */
    public SessionOptions withEngage(EngageOptions engage) {
        return with(values -> values.engage = Objects.requireNonNull(engage, "engage"));
    }

    /**
     * {@return options with other restarts after failures}
     *
     * @param restart how often and how soon. Default {@link RestartOptions#none()}
     */
    public SessionOptions withRestart(RestartOptions restart) {
        return with(values -> values.restart = Objects.requireNonNull(restart, "restart"));
    }

    private SessionOptions with(Consumer<Values> change) {
        Values copy = this.values.copy();
        change.accept(copy);
        return new SessionOptions(copy);
    }

    /**
     * The target period. A double: at 30 Hz it is no whole number of nanoseconds. At most three
     * years, so that a deadline never overflows the clock.
     */
    double periodNanos() {
        return Math.min(1e9 / this.values.rateHz, 1e17);
    }

    /** The time without an iteration after which a loop is stalled; zero for never. */
    long effectiveWatchdogNanos() {
        Duration timeout = this.values.watchdogTimeout;
        return timeout != null
                ? timeout.toNanos()
                : (long) Math.max(WATCHDOG_PERIODS * periodNanos(), MIN_DEFAULT_WATCHDOG_NANOS);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SessionOptions options
                && this.values.asList().equals(options.values.asList());
    }

    @Override
    public int hashCode() {
        return this.values.asList().hashCode();
    }

    /** {@return all values, in the order of the accessors} */
    @Override
    public String toString() {
        return "SessionOptions" + this.values.asList();
    }

    /** The values, with their defaults. */
    private static final class Values implements Cloneable {

        private String name = "rfx-session";
        private double rateHz = 50;
        private Duration warmup = Duration.ofMillis(500);
        private Duration stopTimeout = Duration.ofSeconds(2);
        private int maxTimingSamples = 10_000;
        private @Nullable Duration spinWindow;
        private double spinBudget = 0.09;
        private @Nullable Duration duration;
        private @Nullable Duration watchdogTimeout;
        private WatchdogAction watchdogAction = WatchdogAction.STOP_ROBOT;
        private @Nullable Duration maxObservationAge;
        private int maxStaleIterations = 10;
        private ThreadOptions thread = ThreadOptions.defaults();
        private @Nullable CommandLimits limits;
        private EngageOptions engage = EngageOptions.defaults();
        private @Nullable SessionRecording recording;
        private RestartOptions restart = RestartOptions.none();

        Values copy() {
            try {
                return (Values) clone();
            } catch (CloneNotSupportedException ex) {
                throw new AssertionError(ex);
            }
        }

        List<@Nullable Object> asList() {
            return Arrays.asList(
                    this.name,
                    this.rateHz,
                    this.warmup,
                    this.stopTimeout,
                    this.maxTimingSamples,
                    this.spinWindow,
                    this.spinBudget,
                    this.duration,
                    this.watchdogTimeout,
                    this.watchdogAction,
                    this.maxObservationAge,
                    this.maxStaleIterations,
                    this.thread,
                    this.limits,
                    this.engage,
                    this.recording,
                    this.restart);
        }
    }
}
