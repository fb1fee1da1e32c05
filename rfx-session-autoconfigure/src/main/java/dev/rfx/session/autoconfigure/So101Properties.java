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
 * Configures an SO-101 arm on a serial port. Bound only if the port is set.
 *
 * @param port Path of the serial port, or auto for the only USB serial port on which an SO-101
 *     answers. If set, the arm is the robot, unless the application declares a Robot bean.
 * @param baudRate Speed of the port in bits per second; 38400 to 1000000.
 * @param calibration Calibration file of this arm, as written by LeRobot. Required with the port.
 * @param writeCalibration Whether to write the calibration file to the servos if their calibration
 *     differs. Otherwise a session does not start with a differing calibration. Not allowed with
 *     the port auto.
 * @param units Units of observations and actions. With degrees the gripper is 0 to 100, as in
 *     LeRobot.
 * @param readTimeout Maximum time of a measurement, retries included; 1ms to 1s, and at least the
 *     time on the wire. The first attempt gets half of it.
 * @param maxConsecutiveErrors Number of successive failed measurements that fails the run; 1 to
 *     1000.
 * @param maxSpeed Maximum speed of the goals of the joints, in the units of actions per second;
 *     more than 0, Infinity for no limit. The speed grows from 5 % in the first second of a run. By
 *     default 2 rad/s.
 * @param stopMode What the arm does at the end of a run.
 * @param startPose Pose to which the arm moves at the start of a run: six positions in the units of
 *     actions. By default the arm stays where it is.
 * @param startSpeed Speed of the move to the start pose, in the units of actions per second; up to
 *     the maximum of a servo, 4.7 rad/s. By default 0.5 rad/s.
 * @param sensors Values to observe in addition to position and velocity. Each adds to the time on
 *     the wire.
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
     * Returns the arm with these properties. Calibration file and port are opened when a session
     * starts.
     *
     * @throws InvalidConfigurationPropertyValueException if a value is outside its range
     */
    So101Robot toRobot() {
        String port = required("so101.port", this.port, "It must be set");
        Path file =
                required(
                        "so101.calibration",
                        this.calibration,
                        "It must be set if so101.port is set");
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
