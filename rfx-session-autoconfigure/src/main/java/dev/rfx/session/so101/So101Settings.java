package dev.rfx.session.so101;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The checked settings of a {@link So101Robot}, as its builder documents them. The constructor
 * checks each value alone; {@link #requireConsistent()} checks them together.
 */
record So101Settings(
        String port,
        Supplier<Calibration> calibration,
        int baudRate,
        boolean writeCalibration,
        JointUnits units,
        Duration readTimeout,
        int maxConsecutiveErrors,
        @Nullable Double maxSpeed,
        StopMode stopMode,
        @Nullable List<Double> startPose,
        @Nullable Double startSpeed,
        Set<Sensor> sensors,
        LongSupplier nanoTime) {

    private static final int JOINTS = Joint.values().length;
    private static final Duration MIN_READ_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_READ_TIMEOUT = Duration.ofSeconds(1);

    So101Settings {
        require(!port.isBlank(), "port", '"' + port + '"', "a path or auto");
        require(
                baudRate >= 38_400 && baudRate <= 1_000_000,
                "baudRate",
                baudRate,
                "38400 to 1000000");
        Objects.requireNonNull(units, "units");
        require(
                readTimeout.compareTo(MIN_READ_TIMEOUT) >= 0
                        && readTimeout.compareTo(MAX_READ_TIMEOUT) <= 0,
                "readTimeout",
                readTimeout,
                MIN_READ_TIMEOUT + " to " + MAX_READ_TIMEOUT);
        require(
                maxConsecutiveErrors >= 1 && maxConsecutiveErrors <= 1000,
                "maxConsecutiveErrors",
                maxConsecutiveErrors,
                "1 to 1000");
        require(maxSpeed == null || maxSpeed > 0, "maxSpeed", maxSpeed, "more than 0");
        Objects.requireNonNull(stopMode, "stopMode");
        require(
                startPose == null
                        || (startPose.size() == JOINTS
                                && startPose.stream().allMatch(Double::isFinite)),
                "startPose",
                startPose,
                "six finite positions");
        require(
                startSpeed == null || (startSpeed > 0 && Double.isFinite(startSpeed)),
                "startSpeed",
                startSpeed,
                "finite and more than 0");
        startPose = startPose == null ? null : List.copyOf(startPose);
        sensors = sensors.isEmpty() ? EnumSet.noneOf(Sensor.class) : EnumSet.copyOf(sensors);
    }

    /**
     * Checks the settings together.
     *
     * @return these settings
     * @throws IllegalArgumentException if two of them exclude each other
     */
    So101Settings requireConsistent() {
        require(
                this.stopMode != StopMode.PARK_THEN_TORQUE_OFF || this.startPose != null,
                "stopMode",
                this.stopMode,
                "another one without a startPose to park in");
        require(
                !this.writeCalibration || !this.port.equals(So101Robot.AUTO),
                "port",
                this.port,
                "a path where writeCalibration is true: auto can find another arm");
        Duration shortest =
                ServoBus.minReadTimeout(this.baudRate, Measurement.registerBytes(this.sensors));
        require(
                this.readTimeout.compareTo(shortest) >= 0,
                "readTimeout",
                this.readTimeout,
                "at least %s, the time for three requests and their replies at %d bit/s"
                        .formatted(shortest, this.baudRate));
        return this;
    }

    private static void require(
            boolean valid, String setting, @Nullable Object value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(
                    "%s is %s, but must be %s".formatted(setting, value, range));
        }
    }
}
