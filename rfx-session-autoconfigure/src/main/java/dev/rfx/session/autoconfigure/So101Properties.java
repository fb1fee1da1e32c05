package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;
import static dev.rfx.session.autoconfigure.PropertyChecks.required;

import dev.rfx.session.so101.JointUnits;
import dev.rfx.session.so101.Sensor;
import dev.rfx.session.so101.So101Robot;
import dev.rfx.session.so101.StopMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Configures an SO-101 arm on a serial port. Bound only where the port is set.
 *
 * @param port Path of the serial port, or auto for the one USB serial port on which an SO-101
 *     answers. When set, and the application has no robot of its own, this arm is the robot.
 * @param baudRate Speed of the port in bits per second; 38400 to 1000000.
 * @param calibration Calibration file of this arm, as LeRobot wrote it. Required where the port is
 *     set.
 * @param writeCalibration Whether a calibration that differs from the file is written to the
 *     servos, instead of being refused. Not together with the port auto.
 * @param units Units of observations and actions. In degrees the gripper is 0 to 100, as in
 *     LeRobot.
 * @param readTimeout How long a measurement may take, with its retries; 1ms to 1s, and at least
 *     what they take on the wire. Half of it is for the first attempt.
 * @param maxConsecutiveErrors How many measurements may fail in a row; the last of them fails the
 *     run. 1 to 1000.
 * @param maxSpeed How fast the goals of the joints may move, in the units of actions per second;
 *     more than 0, Infinity for no limit. It grows in the first second of a run. When not set, 2
 *     rad/s.
 * @param stopMode What the arm does at the end of a run.
 * @param startPose Where the arm goes at the start of a run: six positions in the units of actions.
 *     When not set, it stays where it is.
 * @param startSpeed How fast the arm goes to its start pose, in the units of actions per second.
 *     When not set, 0.5 rad/s; at most what a servo can turn, 4.7 rad/s.
 * @param sensors What is observed beside position and velocity. Each adds to the time on the wire.
 */
@ConfigurationProperties("rfx.session.so101")
record So101Properties(
        @Nullable String port,
        @DefaultValue("1000000") int baudRate,
        @Nullable Path calibration,
        @DefaultValue("false") boolean writeCalibration,
        @DefaultValue("radians") JointUnits units,
        @DefaultValue("10ms") Duration readTimeout,
        @DefaultValue("5") int maxConsecutiveErrors,
        @Nullable Double maxSpeed,
        @DefaultValue("hold") StopMode stopMode,
        @Nullable List<Double> startPose,
        @Nullable Double startSpeed,
        @DefaultValue Set<Sensor> sensors) {

    /**
     * The arm with these properties. Neither the calibration file nor the port is touched before a
     * session starts.
     *
     * @throws InvalidConfigurationPropertyValueException if a value is outside its range
     */
    So101Robot toRobot() {
        String port =
                required(
                        "so101.port",
                        this.port,
                        "It was set when the application was processed ahead of time (AOT), and has"
                                + " to be set at run time, too");
        Path file =
                required(
                        "so101.calibration",
                        this.calibration,
                        "It has to be set where rfx.session.so101.port is");
        So101Robot.Builder arm =
                checked("so101.port", port, path -> So101Robot.builder(path, file));
        checked("so101.baud-rate", this.baudRate, arm::baudRate);
        checked("so101.read-timeout", this.readTimeout, arm::readTimeout);
        checked(
                "so101.max-consecutive-errors",
                this.maxConsecutiveErrors,
                arm::maxConsecutiveErrors);
        checked("so101.max-speed", this.maxSpeed, arm::maxSpeed);
        checked("so101.start-pose", this.startPose, arm::startPose);
        checked("so101.start-speed", this.startSpeed, arm::startSpeed);
        arm.writeCalibration(this.writeCalibration).units(this.units).sensors(this.sensors);
        checked("so101.stop-mode", this.stopMode, arm::stopMode);
        return checked("so101", this, together -> arm.build());
    }
}
