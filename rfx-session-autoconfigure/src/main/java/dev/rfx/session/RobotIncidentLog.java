package dev.rfx.session;

import dev.rfx.session.support.Loggers;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs the increase of the robot's counters of incidents since the previous line. The control
 * thread calls {@link #begin}, the watchdog's thread and the thread that ends the run call the
 * other methods; the events thread writes the line.
 */
final class RobotIncidentLog {

    private static final Logger logger = Loggers.INCIDENTS;

    private final String sessionName;
    private final RobotReadings readings;
    private final Notifier notifier;
    private volatile boolean robotCounts;

    /**
     * The counters in the previous line, by name and joint. Confined to the control thread until
     * the loop begins, then to the events thread.
     */
    private final Map<List<@Nullable String>, Double> logged = new HashMap<>();

    RobotIncidentLog(String sessionName, RobotReadings readings, Notifier notifier) {
        this.sessionName = sessionName;
        this.readings = readings;
        this.notifier = notifier;
    }

    /**
     * Attributes the incidents up to now to earlier runs. Called before the first action of the
     * run.
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
            this.robotCounts = counts; // publishes the entries of the map
        } catch (Throwable ex) {
            failed(ex);
        }
    }

    /** The run goes on: it does not need the readings to drive the robot. */
    private void failed(Throwable ex) {
        this.robotCounts = false;
        String name = this.sessionName;
        this.notifier.execute(
                () ->
                        logger.warn(
                                "Robot.readings() of session '{}' failed; incidents of the robot are"
                                        + " not logged in this run",
                                name,
                                ex));
    }

    /** {@return whether the robot counts incidents} Only a new reading shows whether any is new. */
    boolean mayHaveNews() {
        return this.robotCounts;
    }

    /**
     * Queues a line, which is written if a counter has increased.
     *
     * @param afterwards runs when the line is written, or at once without a line
     */
    void report(Runnable afterwards) {
        if (this.robotCounts) {
            this.notifier.execute(this::log, afterwards);
        } else {
            afterwards.run();
        }
    }

    private void log() {
        try {
            List<String> increases =
                    this.readings.get().stream()
                            .filter(reading -> reading.kind() == RobotReading.Kind.INCIDENTS)
                            .filter(reading -> increase(reading) > 0)
                            .map(this::describe)
                            .toList();
            if (!increases.isEmpty()) {
                logger.warn(
                        "Session '{}' has new incidents of its robot: {}",
                        this.sessionName,
                        String.join(", ", increases));
            }
        } catch (Throwable ex) {
            failed(ex);
        }
    }

    private double increase(RobotReading reading) {
        return reading.value() - this.logged.getOrDefault(key(reading), 0.0);
    }

    private String describe(RobotReading reading) {
        long increase = (long) increase(reading);
        this.logged.put(key(reading), reading.value());
        return "%s%s +%d (%d in total)"
                .formatted(
                        reading.name(),
                        reading.joint() == null ? "" : " of joint " + reading.joint(),
                        increase,
                        (long) reading.value());
    }

    /** A list, because the first hash code of a record takes long: the JVM links its code. */
    private static List<@Nullable String> key(RobotReading reading) {
        return Arrays.asList(reading.name(), reading.joint());
    }
}
