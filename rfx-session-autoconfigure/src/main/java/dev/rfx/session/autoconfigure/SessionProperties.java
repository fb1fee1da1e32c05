package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;
import static dev.rfx.session.autoconfigure.PropertyChecks.isBetween;
import static dev.rfx.session.autoconfigure.PropertyChecks.require;

import dev.rfx.session.RestartOptions;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.WatchdogAction;
import dev.rfx.session.actuate.SessionHealthThresholds;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.thread.ThreadOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
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
 * @param maxObservationAge How old an observation may be when its action would be sent; more than
 *     0, at most 1h. An older one is not acted on. When not set, there is no limit.
 * @param maxStaleIterations How many iterations in a row may have an observation that is too old;
 *     the next one fails. 0 to 1000000.
 * @param startFailure What happens to the application if a session cannot start with it.
 * @param logInterval Time between two lines of progress in the log; 10ms to 365d, 0 for none.
 * @param thread What is asked of the operating system for the control thread; Linux only.
 * @param watchdog What looks after the loop from outside.
 * @param limits Limits of the commands to the robot.
 * @param restart Restart after a failure.
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
        @Nullable Duration maxObservationAge,
        @DefaultValue("10") int maxStaleIterations,
        @DefaultValue("true") boolean autoStartup,
        @DefaultValue("fail") StartFailure startFailure,
        @DefaultValue("2147483647") int phase,
        @DefaultValue("30s") Duration logInterval,
        @DefaultValue ControlThread thread,
        @DefaultValue Watchdog watchdog,
        @DefaultValue Limits limits,
        @DefaultValue Restart restart,
        @DefaultValue Health health) {

    private static final Duration MIN_LOG_INTERVAL = Duration.ofMillis(10);
    private static final Duration MAX_LOG_INTERVAL = Duration.ofDays(365);

    /** What happens to the application if a session cannot start with it. */
    enum StartFailure {
        /** It ends, and says why. */
        FAIL,
        /** It runs without, and the session is restarted as configured. */
        CONTINUE
    }

    /** How the control thread is scheduled. */
    enum Scheduling {
        /** As all threads. */
        DEFAULT,
        /** Before all that are not real-time. */
        FIFO
    }

    /**
     * What is asked of the operating system for the control thread; Linux only, with the library
     * JNA.
     *
     * @param scheduling How the thread is scheduled: as all, or with SCHED_FIFO, which needs
     *     CAP_SYS_NICE or the limit rtprio.
     * @param priority Priority with SCHED_FIFO; 1 to 99.
     * @param slice How long the thread runs before others have their turn; 100us to 100ms, not with
     *     SCHED_FIFO. A short one lets it run sooner when it wakes. Needs Linux 6.12. When not set,
     *     the kernel's.
     * @param cpus Processors on which the thread may run, by their numbers from 0. When not set,
     *     all.
     * @param lockMemory Whether the memory of the process is kept from being paged out. Needs
     *     CAP_IPC_LOCK or the limit memlock unlimited.
     * @param required Whether the session does not start where one of these cannot be had. Else it
     *     warns and runs without.
     */
    record ControlThread(
            @DefaultValue("default") Scheduling scheduling,
            @DefaultValue("80") int priority,
            @Nullable Duration slice,
            @DefaultValue Set<Integer> cpus,
            @DefaultValue("false") boolean lockMemory,
            @DefaultValue("true") boolean required) {

        /**
         * The options with these properties.
         *
         * @throws InvalidConfigurationPropertyValueException if a value is outside its range
         */
        ThreadOptions toOptions() {
            ThreadOptions options = ThreadOptions.defaults();
            ThreadOptions fifo =
                    checked("thread.priority", this.priority, options::withFifoPriority);
            if (this.scheduling == Scheduling.FIFO) {
                options = fifo;
            }
            options = checked("thread.slice", this.slice, options::withSlice);
            options = checked("thread.cpus", this.cpus, options::withCpus);
            return options.withLockMemory(this.lockMemory).withRequired(this.required);
        }
    }

    /**
     * What looks after the loop from outside.
     *
     * @param timeout Time without a completed iteration after which the loop is stalled; 0 for no
     *     watchdog, or at least two periods, at most 1h. When not set, five periods, at least
     *     500ms.
     * @param action What happens to a stalled loop, beside the report.
     */
    record Watchdog(
            @Nullable Duration timeout, @DefaultValue("stop-robot") WatchdogAction action) {}

    /**
     * Limits of the commands to the robot, in the units of its actions. For the session between the
     * application's robot and policy, whose actions have to be tensors. An application with Session
     * beans of its own does not start with them.
     *
     * @param min Smallest command: one value for all joints, or one for each. No limit when not
     *     set.
     * @param max Largest command: one value for all joints, or one for each. No limit when not set.
     * @param maxSpeed How fast a command may move away from the last one, per second: one value for
     *     all joints, or one for each. It grows in the first second of a run. No limit when not
     *     set.
     * @param onViolation What happens to a command beyond a limit.
     */
    record Limits(
            @Nullable List<Float> min,
            @Nullable List<Float> max,
            @Nullable List<Float> maxSpeed,
            @DefaultValue("clamp") SafetyLimits.OnViolation onViolation) {

        boolean isSet() {
            return isSet(this.min) || isSet(this.max) || isSet(this.maxSpeed);
        }

        /** An empty value takes back one of another file. */
        private static boolean isSet(@Nullable List<Float> values) {
            return values != null && !values.isEmpty();
        }

        /**
         * The options with these properties, or null if no limit is set.
         *
         * @throws InvalidConfigurationPropertyValueException if a value is outside its range
         */
        @Nullable LimitOptions toOptions() {
            if (!isSet()) {
                return null;
            }
            LimitOptions options = LimitOptions.none().withOnViolation(this.onViolation);
            options = checked("limits.min", orEmpty(this.min), options::withMin);
            options = checked("limits.max", orEmpty(this.max), options::withMax);
            return checked("limits.max-speed", orEmpty(this.maxSpeed), options::withMaxSpeed);
        }

        private static List<Float> orEmpty(@Nullable List<Float> values) {
            return values == null ? List.of() : values;
        }
    }

    /**
     * Restart after a failure.
     *
     * @param maxAttempts How many restarts there may be within the window; 0 for none, at most
     *     1000.
     * @param initialDelay Time between a failure and the first restart; at most 1h.
     * @param multiplier By how much each following delay is longer; 1 to 100.
     * @param maxDelay Longest delay; at least the initial one, at most 1h.
     * @param window Time after which a restart does not count any more, and, when none counts, the
     *     delay is the initial one again; 1s to 365d.
     */
    record Restart(
            @DefaultValue("0") int maxAttempts,
            @DefaultValue("1s") Duration initialDelay,
            @DefaultValue("2") double multiplier,
            @DefaultValue("30s") Duration maxDelay,
            @DefaultValue("10m") Duration window) {

        /**
         * The options with these properties.
         *
         * @throws InvalidConfigurationPropertyValueException if a value is outside its range
         */
        RestartOptions toOptions() {
            RestartOptions none = RestartOptions.none();
            Duration longest = RestartOptions.MAX_DELAY;
            checked(
                    "restart.initial-delay",
                    this.initialDelay,
                    d -> none.withDelays(d, 1, longest));
            checked(
                    "restart.multiplier",
                    this.multiplier,
                    factor -> none.withDelays(Duration.ZERO, factor, longest));
            RestartOptions options =
                    checked(
                            "restart.max-delay",
                            this.maxDelay,
                            d -> none.withDelays(this.initialDelay, this.multiplier, d));
            options = checked("restart.max-attempts", this.maxAttempts, options::withMaxAttempts);
            return checked("restart.window", this.window, options::withWindow);
        }
    }

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
        options = checked("duration", this.duration, options::withDuration);
        options =
                checked("watchdog.timeout", this.watchdog.timeout(), options::withWatchdogTimeout);
        options =
                options.withWatchdogAction(this.watchdog.action())
                        .withThread(this.thread.toOptions())
                        .withLimits(this.limits.toOptions())
                        .withRestart(this.restart.toOptions());
        options =
                checked(
                        "max-observation-age",
                        this.maxObservationAge,
                        options::withMaxObservationAge);
        return checked(
                "max-stale-iterations", this.maxStaleIterations, options::withMaxStaleIterations);
    }

    /**
     * The time between two lines of progress, zero for none.
     *
     * @throws InvalidConfigurationPropertyValueException if it is outside its range
     */
    Duration checkedLogInterval() {
        if (!this.logInterval.isZero()) {
            require(
                    isBetween(this.logInterval, MIN_LOG_INTERVAL, MAX_LOG_INTERVAL),
                    "log-interval",
                    this.logInterval,
                    "0, or %s to %s".formatted(MIN_LOG_INTERVAL, MAX_LOG_INTERVAL));
        }
        return this.logInterval;
    }
}
