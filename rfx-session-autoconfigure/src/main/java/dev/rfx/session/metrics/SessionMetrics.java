package dev.rfx.session.metrics;

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
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the meters {@code rfx.session.*} of sessions, tagged with the bean name as {@code session}.
 * The meters read what the loop records anyway: a scrape never makes it wait, and the loop never
 * calls Micrometer. The histograms follow the loop on a daemon thread, a quarter of a second late
 * at most, until {@link #close()}; a run that is shorter than that may be missing in them.
 */
public final class SessionMetrics implements MeterBinder, AutoCloseable {

    /** Often enough to miss no iteration at 10 000 Hz, of which a session keeps the last 4096. */
    private static final long UPDATE_MILLIS = 250;

    private static final long LAST_UPDATE_MILLIS = 1000;

    private static final Logger logger = LoggerFactory.getLogger(SessionMetrics.class);

    private final Map<String, Session> sessions;
    private final List<IterationTimers> timers = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor updates =
            new ScheduledThreadPoolExecutor(1, SessionMetrics::createThread);
    private boolean reported; // by the thread of the updates

    /**
     * Creates a binder.
     *
     * @param sessions the sessions by bean name
     */
    public SessionMetrics(Map<String, Session> sessions) {
        this.sessions = Map.copyOf(sessions);
    }

    private static Thread createThread(Runnable task) {
        Thread thread = new Thread(task, "rfx-session-metrics");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        boolean first = this.timers.isEmpty();
        this.sessions.forEach(
                (name, session) -> {
                    Tags tags = Tags.of("session", name);
                    bind(registry, tags, session);
                    this.timers.add(new IterationTimers(registry, tags, session));
                });
        if (first && !this.timers.isEmpty()) {
            this.updates.scheduleWithFixedDelay(
                    this::update, UPDATE_MILLIS, UPDATE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Brings the histograms up to date once more, and ends the thread. */
    @Override
    public void close() {
        if (this.updates.isShutdown()) {
            return;
        }
        this.updates.execute(this::update);
        this.updates.shutdown();
        try {
            if (!this.updates.awaitTermination(LAST_UPDATE_MILLIS, TimeUnit.MILLISECONDS)) {
                logger.warn("The last iterations may be missing in the histograms of sessions");
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Never throws: there would be no next update. */
    private void update() {
        for (IterationTimers each : this.timers) {
            try {
                Throwable problem = each.update();
                if (problem != null) {
                    report(problem);
                }
            } catch (Throwable ex) {
                report(ex);
            }
        }
    }

    private void report(Throwable problem) {
        if (this.reported) {
            return;
        }
        this.reported = true;
        try {
            logger.warn(
                    "A meter of rfx.session failed: iterations are missing in its histogram. The"
                            + " other meters go on; further failures are not logged",
                    problem);
        } catch (Throwable ex) {
            // There is no other log to report this to.
        }
    }

    private static void bind(MeterRegistry registry, Tags tags, Session session) {
        count(
                registry,
                tags,
                session,
                "iterations",
                "Completed iterations of the control loop",
                SessionTotals::iterations);
        count(
                registry,
                tags,
                session,
                "overruns",
                "Iterations whose work took longer than the target period",
                SessionTotals::overruns);
        count(
                registry,
                tags,
                session,
                "late.wakeups",
                "Iterations that were woken so late that they made the next one late",
                SessionTotals::lateWakeups);
        count(
                registry,
                tags,
                session,
                "stale",
                "Iterations whose observation was too old to act on",
                SessionTotals::stale);
        count(
                registry,
                tags,
                session,
                "stalls",
                "Times that the watchdog found the loop stalled",
                SessionTotals::stalls);
        count(registry, tags, session, "failures", "Failed runs", SessionTotals::failures);
        count(
                registry,
                tags,
                session,
                "restarts",
                "Runs that were started by the restart policy",
                SessionTotals::restarts);

        seconds(
                registry,
                tags,
                session,
                "period.target",
                "Target period",
                SessionStats::targetPeriodSeconds);
        seconds(
                registry,
                tags,
                session,
                "period.avg",
                "Mean period in the window",
                SessionStats::avgPeriodSeconds);
        seconds(
                registry,
                tags,
                session,
                "jitter.p50",
                "Median jitter in the window",
                SessionStats::p50JitterSeconds);
        seconds(
                registry,
                tags,
                session,
                "jitter.p95",
                "95th percentile of jitter in the window",
                SessionStats::p95JitterSeconds);
        seconds(
                registry,
                tags,
                session,
                "jitter.p99",
                "99th percentile of jitter in the window",
                SessionStats::p99JitterSeconds);
        seconds(
                registry,
                tags,
                session,
                "jitter.max",
                "Largest jitter in the window",
                SessionStats::maxJitterSeconds);

        TimeGauge.builder(
                        "rfx.session.last.iteration.age",
                        session,
                        TimeUnit.SECONDS,
                        s -> ageSeconds(s.snapshot()))
                .description(
                        "Time since the last completed iteration, NaN when the loop does not run")
                .tags(tags)
                .register(registry);
        Gauge.builder("rfx.session.state", session, s -> number(s.state()))
                .description(
                        "0 new, 1 starting, 2 running, 3 stopping, 4 stopped, 5 failed, 6 stuck")
                .tags(tags)
                .register(registry);
        try {
            session.readings().forEach(reading -> robot(registry, tags, session, reading));
        } catch (Throwable ex) {
            logger.warn(
                    "Robot.readings() of session '{}' failed: there are no metrics of its robot",
                    session.name(),
                    ex);
        }
    }

    /** One meter per figure of the robot, which tells the same ones at all times. */
    private static void robot(
            MeterRegistry registry, Tags tags, Session session, RobotReading reading) {
        String name = "rfx.session.robot." + reading.name();
        Tags all = reading.joint() == null ? tags : tags.and("joint", reading.joint());
        if (reading.kind() == RobotReading.Kind.VALUE) {
            Gauge.builder(name, session, s -> value(s, reading, Double.NaN))
                    .description("What the robot tells about itself")
                    .tags(all)
                    .register(registry);
        } else {
            double[] last = {reading.value()};
            FunctionCounter.builder(name, session, s -> last[0] = value(s, reading, last[0]))
                    .description("What the robot counts")
                    .tags(all)
                    .register(registry);
        }
    }

    /** A robot that fails does not end the scrape of all other meters. */
    private static double value(Session session, RobotReading wanted, double otherwise) {
        try {
            return session.readings().stream()
                    .filter(reading -> reading.name().equals(wanted.name()))
                    .filter(reading -> Objects.equals(reading.joint(), wanted.joint()))
                    .mapToDouble(RobotReading::value)
                    .findFirst()
                    .orElse(otherwise);
        } catch (Throwable ex) {
            return otherwise;
        }
    }

    private static void count(
            MeterRegistry registry,
            Tags tags,
            Session session,
            String name,
            String description,
            ToLongFunction<SessionTotals> value) {
        FunctionCounter.builder("rfx.session." + name, session, s -> value.applyAsLong(s.totals()))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private static void seconds(
            MeterRegistry registry,
            Tags tags,
            Session session,
            String name,
            String description,
            ToDoubleFunction<SessionStats> value) {
        TimeGauge.builder(
                        "rfx.session." + name,
                        session,
                        TimeUnit.SECONDS,
                        s -> value.applyAsDouble(s.stats()))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /** Dashboards know these numbers: they do not change when the enum does. */
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

    private static double ageSeconds(SessionSnapshot snapshot) {
        Duration age = snapshot.sinceLastIteration();
        return age == null ? Double.NaN : age.toNanos() / 1e9;
    }
}
