package dev.rfx.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Logs by how much the robot's counters of incidents have grown since the last such line. The line
 * is written on the listeners' thread.
 */
final class RobotIncidentLog {

    private static final Logger logger = SessionLog.LOGGER;

    private final String sessionName;
    private final RobotReadings readings;
    private final Notifier notifier;
    private volatile boolean robotCounts;

    /** By name and joint; the control thread's until the loop begins, then the listeners'. */
    private final Map<RobotReading, Double> logged = new HashMap<>();

    RobotIncidentLog(String sessionName, RobotReadings readings, Notifier notifier) {
        this.sessionName = sessionName;
        this.readings = readings;
        this.notifier = notifier;
    }

    /**
     * Takes the incidents up to now for those of earlier runs. On the control thread, before the
     * first action.
     */
    void begin() {
        try {
            boolean counts = false;
            for (RobotReading reading : this.readings.getOnControlThread()) {
                if (reading.kind() == RobotReading.Kind.INCIDENTS) {
                    this.logged.put(key(reading), reading.value());
                    counts = true;
                }
            }
            this.robotCounts = counts; // publishes what was put
        } catch (Throwable ex) {
            failed(ex);
        }
    }

    /** The readings are not needed to drive the robot: the run goes on. */
    private void failed(Throwable ex) {
        this.robotCounts = false;
        String name = this.sessionName;
        this.notifier.execute(
                () ->
                        logger.warn(
                                "Robot.readings() of session '{}' failed: its incidents are not"
                                        + " logged",
                                name,
                                ex));
    }

    /** Whether the robot counts incidents at all: to know more, it has to be asked. */
    boolean mayHaveNews() {
        return this.robotCounts;
    }

    /**
     * Writes what is new.
     *
     * @param afterwards runs when the line is written, or when there is none
     */
    void write(Runnable afterwards) {
        if (this.robotCounts) {
            this.notifier.execute(this::log, afterwards);
        } else {
            afterwards.run();
        }
    }

    private void log() {
        try {
            List<String> grown =
                    this.readings.get().stream()
                            .filter(reading -> reading.kind() == RobotReading.Kind.INCIDENTS)
                            .filter(reading -> growth(reading) > 0)
                            .map(this::describe)
                            .toList();
            if (!grown.isEmpty()) {
                logger.warn("Session '{}': {}", this.sessionName, String.join(", ", grown));
            }
        } catch (Throwable ex) {
            failed(ex);
        }
    }

    private double growth(RobotReading reading) {
        return reading.value() - this.logged.getOrDefault(key(reading), 0.0);
    }

    private String describe(RobotReading reading) {
        long growth = (long) growth(reading);
        this.logged.put(key(reading), reading.value());
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
