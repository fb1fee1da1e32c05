package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;
import static dev.rfx.session.autoconfigure.PropertyChecks.isBetween;
import static dev.rfx.session.autoconfigure.PropertyChecks.require;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.RestartOptions;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.WatchdogAction;
import dev.rfx.session.actuate.SessionHealthThresholds;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.thread.ThreadOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Configures the session that connects the robot and the policy of the application, or, below
 * {@code sessions}, several.
 *
 * @param enabled Whether to create, start and expose sessions.
 * @param name Name of the session in logs, thread names and JFR events.
 * @param robot Name of the Robot bean. By default the only one.
 * @param policy Name of the Policy bean. By default the only one.
 * @param rateHz Target rate of the control loop in Hz; more than 0, up to 10000.
 * @param warmup Pause between the reset of the robot and the first iteration; up to 1h.
 * @param stopTimeout Time a stop waits for the control thread until the session is stuck; 1ms to
 *     10s.
 * @param maxTimingSamples Number of periods in the window of the statistics; 1 to 1000000.
 * @param spinWindow Time before each deadline for which the loop spins instead of sleeping; up to
 *     1200us, 0 to never spin. By default the loop calibrates it to the wakeup latency of the
 *     machine.
 * @param spinBudget Share of one processor that a loop may spend to wait exactly; 0 to 1. Without
 *     effect if the spin window is set.
 * @param duration Time after which a run stops. By default a run has no limit.
 * @param autoStartup Whether to start sessions with the application.
 * @param phase Lifecycle phase in which sessions start and stop. By default they start after, and
 *     stop before, all other components, including the web server.
 * @param maxObservationAge Maximum age of an observation when its action is sent; more than 0, up
 *     to 1h. No action is sent for an older, stale observation. By default no observation is stale.
 * @param maxStaleIterations Maximum number of successive iterations with a stale observation; 0 to
 *     1000000. One more fails the run.
 * @param startFailure What happens to the application if a session cannot start with it.
 * @param logInterval Time between two progress lines in the log; 10ms to 365d, 0 to disable them.
 * @param thread Operating system settings of the control thread; Linux only.
 * @param watchdog Detection of a stalled loop.
 * @param limits Limits of the commands to the robot.
 * @param engage Ramp of the first commands from the pose of the robot to the actions of the policy.
 * @param restart Restart after a failure.
 * @param record Recording of the runs.
 * @param health Thresholds of the health.
 * @param metrics Meters of the session.
 */
@ConfigurationProperties("rfx.session")
record SessionProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("rfx-session") String name,
        @Nullable String robot,
        @Nullable String policy,
        @DefaultValue("50") double rateHz,
        @DefaultValue("500ms") Duration warmup,
        @DefaultValue("2s") Duration stopTimeout,
        @DefaultValue("10000") int maxTimingSamples,
        @Nullable Duration spinWindow,
        @DefaultValue("0.09") double spinBudget,
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
        @DefaultValue Engage engage,
        @DefaultValue Restart restart,
        @DefaultValue Recording record,
        @DefaultValue Health health,
        @DefaultValue Metrics metrics) {

    private static final Duration MIN_LOG_INTERVAL = Duration.ofMillis(10);
    private static final Duration MAX_LOG_INTERVAL = Duration.ofDays(365);

    /** What happens to the application if a session cannot start with it. */
    enum StartFailure {
        /** The application does not start, and the failure is explained. */
        FAIL,
        /** The application runs without the session, which is restarted if configured. */
        CONTINUE
    }

    /** Scheduling policy of the control thread. */
    enum Scheduling {
        /** The policy of the operating system for all threads. */
        DEFAULT,
        /** SCHED_FIFO: runs before all threads that are not real-time. */
        FIFO
    }

    /**
     * Operating system settings of the control thread. They need Linux; all but cpuLatency needs
     * JDK 22 or newer, or the library JNA.
     *
     * @param scheduling Scheduling policy of the thread. SCHED_FIFO needs CAP_SYS_NICE or the limit
     *     rtprio.
     * @param priority Priority with SCHED_FIFO; 1 to 99.
     * @param slice Scheduler time slice of the thread; 100us to 100ms, not with SCHED_FIFO. A
     *     thread with a shorter slice is scheduled sooner after a wakeup. Needs Linux 6.12. 0 for
     *     the slice of the kernel. By default 100us where that is available.
     * @param cpus Numbers of the processors on which the thread may run, from 0. By default all.
     * @param cpuLatency Longest time in which an idle processor wakes up; 0 to 10ms in whole
     *     microseconds. Keeps all processors of the machine out of deeper idle states, which costs
     *     power. Needs the right to write /dev/cpu_dma_latency. By default no limit.
     * @param lockMemory Whether to keep the memory of the process from being paged out. Needs
     *     CAP_IPC_LOCK or an unlimited memlock.
     * @param required Whether the start fails if one of these settings cannot be applied. Otherwise
     *     the session logs a warning and runs without the setting.
     */
    record ControlThread(
            @DefaultValue("default") Scheduling scheduling,
            @DefaultValue("80") int priority,
            @Nullable Duration slice,
            @DefaultValue Set<Integer> cpus,
            @Nullable Duration cpuLatency,
            @DefaultValue("false") boolean lockMemory,
            @DefaultValue("true") boolean required) {

        /**
         * Returns the thread options with these properties.
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
            options = checked("thread.cpu-latency", this.cpuLatency, options::withCpuLatency);
            return options.withLockMemory(this.lockMemory).withRequired(this.required);
        }
    }

    /**
     * Detection of a stalled loop.
     *
     * @param timeout Time without a completed iteration after which the loop is stalled; two
     *     periods to 1h, 0 to disable the watchdog. By default five periods, at least 500ms.
     * @param action What happens to a stalled loop, in addition to the report.
     */
    record Watchdog(
            @Nullable Duration timeout, @DefaultValue("stop-robot") WatchdogAction action) {}

    /**
     * Limits of the commands to the robot, in the units of its actions, which must be tensors. They
     * apply to every session that has the auto-configured options. An application with another
     * session does not start with them.
     *
     * @param min Smallest command: one value for all joints, or one per joint. By default no limit.
     * @param max Largest command: one value for all joints, or one per joint. By default no limit.
     * @param maxSpeed Maximum speed of the commands in units per second: one value for all joints,
     *     or one per joint. The speed grows from 5 % in the first second of a run. By default no
     *     limit.
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

        /** An empty value overrides the value of another property source. */
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
     * Ramp of the first commands of a run, and of those after another policy takes over, from the
     * pose of the robot to the actions of the policy.
     *
     * @param enabled Whether to ramp. If true, a robot whose actions cannot be ramped is refused.
     *     By default commands ramp if the robot reports its joint positions, and such a robot is
     *     refused if another of these properties is set.
     * @param duration Time of a ramp; 1ms to 10m.
     * @param maxSpeed Maximum speed of the commands of a ramp, per second. One value for all joints
     *     or one per joint. A joint that is farther away takes longer. By default no limit.
     * @param timeout Time after which a ramp that max-speed makes longer fails the run; duration to
     *     10m. By default 10s, or the duration if that is longer.
     */
    record Engage(
            @Nullable Boolean enabled,
            @DefaultValue("2s") Duration duration,
            @Nullable List<Float> maxSpeed,
            @Nullable Duration timeout) {

        /**
         * The options with these properties.
         *
         * @throws InvalidConfigurationPropertyValueException if a value is outside its range
         */
        EngageOptions toOptions() {
            EngageOptions options = EngageOptions.defaults().withEnabled(this.enabled);
            options = checked("engage.duration", this.duration, options::withDuration);
            options =
                    checked(
                            "engage.max-speed",
                            this.maxSpeed == null ? List.of() : this.maxSpeed,
                            options::withMaxSpeed);
            return this.timeout == null
                    ? options
                    : checked("engage.timeout", this.timeout, options::withTimeout);
        }
    }

    /**
     * Restart after a failure.
     *
     * @param maxAttempts Maximum number of restarts within the window; 0 to 1000, 0 to disable
     *     restarts.
     * @param initialDelay Delay between a failure and the first restart; up to 1h.
     * @param multiplier Factor by which each delay exceeds the previous one; 1 to 100.
     * @param maxDelay Maximum delay; initial-delay to 1h.
     * @param window Sliding window in which restarts are counted; 1s to 365d. The delay is reset
     *     when the window is empty.
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
     * Recording of the runs as MCAP files. A problem of the recording never ends a run.
     *
     * @param enabled Whether to record.
     * @param directory Directory of the files, relative to the working directory of the process.
     *     Created if it does not exist.
     * @param fileName Pattern of the names of the files: {session}, {start} (time of the start in
     *     UTC) and {part} (1, 2, ...) are replaced. Contains {part} and ends with .mcap.
     * @param last Time before a failure, a stall or the command SAVE_RECORDING that is written, in
     *     addition to the two seconds that follow; 1ms to 1h. By default every iteration is
     *     written.
     * @param ringSize Size of the memory between the control thread and the writer; 64KB to 1GB.
     *     Iterations for which there is no room are dropped and counted.
     * @param maxFileSize Size from which a run continues in the next file; at least 1MB.
     * @param maxFileAge Age from which a run continues in the next file; 1s to 24h.
     * @param maxDisk Maximum size of all files of a session in the directory; at least
     *     max-file-size.
     * @param whenFull What happens when the files reach max-disk.
     */
    record Recording(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("./recordings") String directory,
            @DefaultValue("{session}-{start}-{part}.mcap") String fileName,
            @Nullable Duration last,
            @DefaultValue("4MB") DataSize ringSize,
            @DefaultValue("256MB") DataSize maxFileSize,
            @DefaultValue("1h") Duration maxFileAge,
            @DefaultValue("10GB") DataSize maxDisk,
            @DefaultValue("delete-oldest") RecordingOptions.WhenFull whenFull) {

        /**
         * The options with these properties, or null if recording is disabled.
         *
         * @throws InvalidConfigurationPropertyValueException if a value is outside its range, even
         *     if recording is disabled
         */
        @Nullable RecordingOptions toOptions() {
            // A text: Spring would look for a Path on the class path, too.
            RecordingOptions options =
                    checked(
                            "record.directory",
                            this.directory,
                            path -> RecordingOptions.into(Path.of(path)));
            options = checked("record.file-name", this.fileName, options::withFileName);
            options = checked("record.last", this.last, options::withLast);
            options =
                    checked(
                            "record.ring-size",
                            saturated(this.ringSize.toBytes()),
                            options::withRingBytes);
            // The limits are checked one by one, so that the message names the right one.
            RecordingOptions unlimited = options.withDiskLimit(Long.MAX_VALUE, this.whenFull);
            checked(
                    "record.max-file-size",
                    this.maxFileSize,
                    size -> unlimited.withFileLimits(size.toBytes(), Duration.ofHours(1)));
            RecordingOptions limited =
                    checked(
                            "record.max-file-age",
                            this.maxFileAge,
                            age -> unlimited.withFileLimits(this.maxFileSize.toBytes(), age));
            options =
                    checked(
                            "record.max-disk",
                            this.maxDisk,
                            size -> limited.withDiskLimit(size.toBytes(), this.whenFull));
            return this.enabled ? options : null;
        }

        /** Returns the nearest int, which is outside the range if the number is. */
        private static int saturated(long bytes) {
            return (int) Math.max(0, Math.min(bytes, Integer.MAX_VALUE));
        }
    }

    /**
     * Thresholds beyond which a running session is DOWN.
     *
     * @param maxOverrunRatio Maximum share of overruns in the window; 0 to 1. By default no limit.
     * @param maxP99Jitter Maximum 99th percentile of the jitter in the window; more than 0. By
     *     default no limit.
     */
    record Health(@Nullable Double maxOverrunRatio, @Nullable Duration maxP99Jitter) {

        /**
         * Returns the thresholds of the health indicators.
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
     * Meters of the session.
     *
     * @param histogram Whether the histograms of period and phases have buckets. Otherwise they
     *     have count, sum and maximum.
     */
    record Metrics(@DefaultValue("true") boolean histogram) {}

    /**
     * Returns the session options with these properties.
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
        options = checked("spin-budget", this.spinBudget, options::withSpinBudget);
        options = checked("duration", this.duration, options::withDuration);
        options =
                checked("watchdog.timeout", this.watchdog.timeout(), options::withWatchdogTimeout);
        options =
                options.withWatchdogAction(this.watchdog.action())
                        .withThread(this.thread.toOptions())
                        .withLimits(this.limits.toOptions())
                        .withEngage(this.engage.toOptions())
                        .withRestart(this.restart.toOptions())
                        .withRecording(this.record.toOptions());
        options =
                checked(
                        "max-observation-age",
                        this.maxObservationAge,
                        options::withMaxObservationAge);
        return checked(
                "max-stale-iterations", this.maxStaleIterations, options::withMaxStaleIterations);
    }

    /**
     * Returns the time between two progress lines, or zero if they are disabled.
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
