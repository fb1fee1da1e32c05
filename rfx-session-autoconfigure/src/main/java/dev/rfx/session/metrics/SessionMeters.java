package dev.rfx.session.metrics;

import dev.rfx.session.RecordingStatus;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Session;
import dev.rfx.session.SessionSnapshot;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionStats;
import dev.rfx.session.SessionTotals;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The counters and gauges of one session in one registry. A scrape computes the statistics, the
 * totals and the readings of the robot once each. Any thread.
 */
final class SessionMeters {

    private static final Logger logger = LoggerFactory.getLogger(SessionMetrics.class);

    private final MeterRegistry registry;
    private final Tags tags;
    private final Session session;
    private final OncePerScrape<SessionSnapshot> snapshot;
    private final OncePerScrape<SessionTotals> totals;
    private final OncePerScrape<Map<Figure, Double>> robot;
    private final OncePerScrape<RecordingStatus> recording;

    SessionMeters(MeterRegistry registry, Tags tags, Session session) {
        this.registry = registry;
        this.tags = tags;
        this.session = session;
        this.snapshot = new OncePerScrape<>(Session::snapshot, System::nanoTime);
        this.totals = new OncePerScrape<>(Session::totals, System::nanoTime);
        this.robot = new OncePerScrape<>(SessionMeters::readRobot, System::nanoTime);
        this.recording = new OncePerScrape<>(SessionMeters::readRecording, System::nanoTime);
    }

    void bind() {
        counter("iterations", "Completed iterations", SessionTotals::iterations);
        counter(
                "overruns",
                "Iterations whose work took longer than the period",
                SessionTotals::overruns);
        counter(
                "late.wakeups",
                "Late wakeups that made the next iteration late",
                SessionTotals::lateWakeups);
        counter("stale", "Iterations whose observation was stale", SessionTotals::stale);
        counter("stalls", "Times that the watchdog found the loop stalled", SessionTotals::stalls);
        counter("failures", "Failed runs", SessionTotals::failures);
        counter("restarts", "Runs started by the restart policy", SessionTotals::restarts);

        statistic("period.target", "Target period", SessionStats::targetPeriodSeconds);
        statistic("period.avg", "Mean period in the window", SessionStats::avgPeriodSeconds);
        statistic("jitter.p50", "Median jitter in the window", SessionStats::p50JitterSeconds);
        statistic("jitter.p95", "95th percentile of the jitter", SessionStats::p95JitterSeconds);
        statistic("jitter.p99", "99th percentile of the jitter", SessionStats::p99JitterSeconds);
        statistic("jitter.max", "Largest jitter in the window", SessionStats::maxJitterSeconds);

        seconds(
                "last.iteration.age",
                "Time since the last completed iteration, NaN when the loop does not run",
                SessionMeters::ageSeconds);
        gauge(
                "state",
                "0 new, 1 starting, 2 running, 3 stopping, 4 stopped, 5 failed, 6 stuck",
                now -> number(now.state()));
        bindStates();
        bindRecording();
        bindRobot();
    }

    /** A gauge for each state, of which one is 1: an alert needs no number of a state. */
    private void bindStates() {
        OncePerScrape<SessionSnapshot> shared = this.snapshot;
        for (SessionState state : SessionState.values()) {
            String reader = "states." + state;
            Gauge.builder(
                            fullName("states"),
                            this.session,
                            now -> shared.read(reader, now).state() == state ? 1 : 0)
                    .description("1 for the state that the session has, 0 for the others")
                    .tags(this.tags.and("state", state.name().toLowerCase(Locale.ROOT)))
                    .register(this.registry);
        }
    }

    private void counter(String name, String text, ToLongFunction<SessionTotals> function) {
        OncePerScrape<SessionTotals> shared = this.totals;
        FunctionCounter.builder(
                        fullName(name),
                        this.session,
                        now -> function.applyAsLong(shared.read(name, now)))
                .description(text)
                .tags(this.tags)
                .register(this.registry);
    }

    private void statistic(String name, String text, ToDoubleFunction<SessionStats> function) {
        seconds(name, text, now -> function.applyAsDouble(now.stats()));
    }

    private void seconds(String name, String text, ToDoubleFunction<SessionSnapshot> function) {
        OncePerScrape<SessionSnapshot> shared = this.snapshot;
        TimeGauge.builder(
                        fullName(name),
                        this.session,
                        TimeUnit.SECONDS,
                        now -> function.applyAsDouble(shared.read(name, now)))
                .description(text)
                .tags(this.tags)
                .register(this.registry);
    }

    private void gauge(String name, String text, ToDoubleFunction<SessionSnapshot> function) {
        OncePerScrape<SessionSnapshot> shared = this.snapshot;
        Gauge.builder(
                        fullName(name),
                        this.session,
                        now -> function.applyAsDouble(shared.read(name, now)))
                .description(text)
                .tags(this.tags)
                .register(this.registry);
    }

    /** Whether a session is recorded is one of its options, and never changes. */
    private void bindRecording() {
        if (this.session.recordingStatus() == null) {
            return;
        }
        recordingCounter("iterations", "Recorded iterations", null, RecordingStatus::iterations);
        recordingCounter(
                "dropped", "Iterations that could not be recorded", null, RecordingStatus::dropped);
        recordingCounter(
                "bytes", "Size of the recordings", BaseUnits.BYTES, RecordingStatus::bytes);
    }

    private void recordingCounter(
            String name,
            String text,
            @Nullable String unit,
            ToLongFunction<RecordingStatus> function) {
        OncePerScrape<RecordingStatus> shared = this.recording;
        FunctionCounter.builder(
                        fullName("recording." + name),
                        this.session,
                        now -> function.applyAsLong(shared.read(name, now)))
                .description(text)
                .baseUnit(unit)
                .tags(this.tags)
                .register(this.registry);
    }

    private static RecordingStatus readRecording(Session session) {
        return Objects.requireNonNull(session.recordingStatus());
    }

    /** Binds one meter per reading. A robot returns the same readings at all times. */
    private void bindRobot() {
        try {
            this.session.readings().forEach(this::bindReading);
        } catch (Throwable ex) {
            logger.warn(
                    "Robot.readings() of session '{}' failed: there are no metrics of its robot",
                    this.session.name(),
                    ex);
        }
    }

    private void bindReading(RobotReading reading) {
        String name = fullName("robot." + reading.name());
        String joint = reading.joint();
        Tags all = joint == null ? this.tags : this.tags.and("joint", joint);
        Figure figure = Figure.of(reading);
        OncePerScrape<Map<Figure, Double>> shared = this.robot;
        if (reading.kind() == RobotReading.Kind.VALUE) {
            Gauge.builder(name, this.session, now -> figure.in(shared, now, Double.NaN))
                    .description("Value reported by the robot")
                    .tags(all)
                    .register(this.registry);
        } else {
            // While the robot does not answer, a counter keeps its value: it must never go down.
            double[] last = {reading.value()};
            FunctionCounter.builder(
                            name, this.session, now -> last[0] = figure.in(shared, now, last[0]))
                    .description("Count reported by the robot")
                    .tags(all)
                    .register(this.registry);
        }
    }

    /** Never throws: the scrape of all other meters would fail, too. */
    private static Map<Figure, Double> readRobot(Session session) {
        Map<Figure, Double> values = new HashMap<>();
        try {
            session.readings()
                    .forEach(reading -> values.putIfAbsent(Figure.of(reading), reading.value()));
        } catch (Throwable ex) {
            values.clear();
        }
        return values;
    }

    private static String fullName(String name) {
        return "rfx.session." + name;
    }

    /** Numbers of the states in dashboards. They stay the same when the enum changes. */
    private static int number(SessionState state) {
        return switch (state) {
            case NEW -> 0;
            case STARTING -> 1;
            case RUNNING -> 2;
            case STOPPING -> 3;
            case STOPPED -> 4;
            case FAILED -> 5;
            case STUCK -> 6;
        };
    }

    private static double ageSeconds(SessionSnapshot now) {
        Duration age = now.sinceLastIteration();
        return age == null ? Double.NaN : age.toNanos() / 1e9;
    }

    /** What identifies a reading. */
    private record Figure(String name, @Nullable String joint) {

        static Figure of(RobotReading reading) {
            return new Figure(reading.name(), reading.joint());
        }

        double in(OncePerScrape<Map<Figure, Double>> shared, Session session, double otherwise) {
            return shared.read(toString(), session).getOrDefault(this, otherwise);
        }
    }
}
