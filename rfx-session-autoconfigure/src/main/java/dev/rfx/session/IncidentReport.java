package dev.rfx.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what went wrong in a run without ending it, at most once per second and with the number of
 * what was left out: iterations that made the loop late, and the robot's own incidents. The
 * watchdog says when; the session's events thread does it, for a robot or a log may hang.
 */
final class IncidentReport {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

    private static final long INTERVAL_NANOS = 1_000_000_000;

    private final SessionOptions options;
    private final TimingRecorder recorder;
    private final Robot<?, ?> robot;
    private final Notifier notifier;

    private volatile boolean inProgress;
    private volatile boolean robotTells;
    private volatile long lateTold;

    // The watchdog's own.
    private boolean reported;
    private long reportedAt;

    /** By name and joint; the control thread's until the loop begins, then the events thread's. */
    private final Map<RobotReading, Double> told = new HashMap<>();

    IncidentReport(
            SessionOptions options, TimingRecorder recorder, Robot<?, ?> robot, Notifier notifier) {
        this.options = options;
        this.recorder = recorder;
        this.robot = robot;
        this.notifier = notifier;
    }

    /** Takes the robot's incidents up to now for those of earlier runs. Before the first action. */
    void begin() {
        try {
            boolean tells = false;
            for (RobotReading reading : this.robot.readings()) {
                if (reading.kind() == RobotReading.Kind.INCIDENTS) {
                    this.told.put(key(reading), reading.value());
                    tells = true;
                }
            }
            this.robotTells = tells; // publishes what was told
        } catch (RuntimeException ex) {
            readingsFailed(ex);
        }
    }

    private void readingsFailed(RuntimeException ex) {
        this.robotTells = false;
        this.notifier.execute(
                () ->
                        logger.warn(
                                "Robot.readings() of session '{}' failed: its incidents are not"
                                        + " logged",
                                this.options.name(),
                                ex),
                () -> {});
    }

    /** Lets a report be written if there may be something new and it is time. */
    void look(long now, long loopBegin) {
        boolean tooSoon = this.reported && now - this.reportedAt < INTERVAL_NANOS;
        boolean nothing = !this.robotTells && this.recorder.lateCount() == this.lateTold;
        if (this.inProgress || tooSoon || nothing) {
            return;
        }
        this.reported = true;
        this.reportedAt = now;
        write(loopBegin);
    }

    /** Lets a report of what is new be written in any case: the run is over. */
    void write(long loopBegin) {
        this.inProgress = true;
        this.notifier.execute(
                () -> {
                    writeLateIterations(loopBegin);
                    try {
                        writeIncidentsOfRobot();
                    } catch (RuntimeException ex) {
                        readingsFailed(ex);
                    }
                },
                () -> this.inProgress = false);
    }

    private void writeLateIterations(long loopBegin) {
        long late = this.recorder.lateCount();
        long leftOut = late - this.lateTold - 1;
        if (leftOut < 0) {
            return;
        }
        this.lateTold = late;
        for (IterationRecord last : this.recorder.lastLate(loopBegin)) {
            logger.warn(
                    "Session '{}' was late after iteration {}: {} (observe {}, policy {}, act {} ms"
                            + " of a period of {} ms); {} more since the last such line",
                    this.options.name(),
                    last.number(),
                    last.cause(),
                    Millis.of(last.observe()),
                    Millis.of(last.policy()),
                    Millis.of(last.act()),
                    Millis.of(this.options.periodNanos()),
                    leftOut);
        }
    }

    private void writeIncidentsOfRobot() {
        if (!this.robotTells) {
            return;
        }
        List<String> grown =
                this.robot.readings().stream()
                        .filter(reading -> reading.kind() == RobotReading.Kind.INCIDENTS)
                        .filter(reading -> growth(reading) > 0)
                        .map(this::describe)
                        .toList();
        if (!grown.isEmpty()) {
            logger.warn("Session '{}': {}", this.options.name(), String.join(", ", grown));
        }
    }

    private double growth(RobotReading reading) {
        return reading.value() - this.told.getOrDefault(key(reading), 0.0);
    }

    private String describe(RobotReading reading) {
        long growth = (long) growth(reading);
        this.told.put(key(reading), reading.value());
        return "%s%s +%d (%d in all)"
                .formatted(
                        reading.name(),
                        reading.joint() == null ? "" : " of joint " + reading.joint(),
                        growth,
                        (long) reading.value());
    }

    private static RobotReading key(RobotReading reading) {
        return RobotReading.incidents(reading.name(), reading.joint(), 0);
    }
}
