package dev.rfx.session.so101;

import dev.rfx.session.Observation;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Reads all servos at once into an observation. The values count only when all replies have
 * arrived. Used by one thread at a time; {@link #readings()} by any.
 */
final class Measurement {

    /** Number of bytes of position and velocity. */
    static final int MOTION_BYTES = registerBytes(Set.of());

    private static final Joint[] JOINTS = Joint.values();
    private static final long UNKNOWN = Double.doubleToRawLongBits(Double.NaN);

    private final JointScale[] scales = new JointScale[JOINTS.length];
    private final Sensor[] sensors;
    private final int registerBytes;

    private final int[] positions = new int[JOINTS.length];
    private final int[] velocities = new int[JOINTS.length];
    private final int[][] sensed;
    private final Replies replies = this::replied;

    private final Tensor state = Tensor.zeros(2 * JOINTS.length);
    private final Tensor[] values;
    private final Observation observation;

    /** Voltage and temperature, for readers on other threads. */
    private final Map<Sensor, AtomicLongArray> published = new EnumMap<>(Sensor.class);

    private final GripperOverload overload = new GripperOverload();

    Measurement(So101Settings settings) {
        this.sensors = settings.sensors().toArray(Sensor[]::new);
        this.sensed = new int[this.sensors.length][JOINTS.length];
        this.values = new Tensor[this.sensors.length];
        Observation all = Observation.of(Observation.STATE, this.state);
        for (int i = 0; i < this.sensors.length; i++) {
            this.values[i] = Tensor.zeros(JOINTS.length);
            all = all.with(this.sensors[i].tensorName(), this.values[i]);
            if (this.sensors[i] == Sensor.VOLTAGE || this.sensors[i] == Sensor.TEMPERATURE) {
                this.published.put(this.sensors[i], new AtomicLongArray(JOINTS.length));
            }
        }
        forget();
        this.registerBytes = registerBytes(settings.sensors());
        this.observation = all;
    }

    /** {@return the number of bytes from the position to the last of the sensors} */
    static int registerBytes(Set<Sensor> sensors) {
        Register last = Register.PRESENT_VELOCITY;
        for (Sensor sensor : sensors) {
            last = sensor.register(); // in the order of their addresses
        }
        return last.address() + last.length() - Register.PRESENT_POSITION.address();
    }

    /** Sets the scale of each joint. Call this before the first measurement. */
    void calibrate(So101Settings settings, Calibration calibration) {
        for (Joint joint : JOINTS) {
            this.scales[joint.ordinal()] =
                    JointScale.of(calibration.joint(joint), settings.units());
        }
    }

    /** Makes all readings unknown, when the arm is disconnected. */
    void forget() {
        this.overload.forget();
        for (AtomicLongArray values : this.published.values()) {
            for (int i = 0; i < JOINTS.length; i++) {
                values.setOpaque(i, UNKNOWN);
            }
        }
    }

    /**
     * Measures. After a failure the observation is unchanged.
     *
     * @return the time of the measurement
     * @throws LinkException if a reply is missing or not intact
     * @throws ServoFaultException if a servo reports a fault
     */
    long take(ServoBus bus) {
        long measuredAt = bus.readAll(Register.PRESENT_POSITION, this.registerBytes, this.replies);
        for (int i = 0; i < JOINTS.length; i++) {
            this.state.set(i, (float) this.scales[i].toUnits(this.positions[i]));
            this.state.set(
                    JOINTS.length + i, (float) this.scales[i].velocityToUnits(this.velocities[i]));
        }
        for (int s = 0; s < this.sensors.length; s++) {
            AtomicLongArray shown = this.published.get(this.sensors[s]);
            for (int i = 0; i < JOINTS.length; i++) {
                double value = this.sensors[s].toUnits(this.sensed[s][i]);
                this.values[s].set(i, (float) value);
                if (shown != null) {
                    shown.setOpaque(i, Double.doubleToRawLongBits(value));
                }
            }
        }
        this.overload.observed(bus.hasReported(Joint.GRIPPER, ServoFault.OVERLOAD));
        this.observation.stamp(measuredAt);
        return measuredAt;
    }

    private void replied(Joint joint, ReplyParser reply) {
        int i = joint.ordinal();
        this.positions[i] = reply.value(Register.PRESENT_POSITION);
        this.velocities[i] = reply.value(Register.PRESENT_VELOCITY);
        for (int s = 0; s < this.sensors.length; s++) {
            this.sensed[s][i] = reply.value(this.sensors[s].register());
        }
    }

    /** {@return the last measurement, which the next one overwrites} */
    Observation observation() {
        return this.observation;
    }

    List<RobotReading> readings() {
        List<RobotReading> readings = new ArrayList<>(this.overload.readings());
        this.published.forEach(
                (sensor, values) -> {
                    for (Joint joint : JOINTS) {
                        readings.add(
                                RobotReading.value(
                                        sensor.tensorName(),
                                        joint.motorName(),
                                        Double.longBitsToDouble(
                                                values.getOpaque(joint.ordinal()))));
                    }
                });
        return readings;
    }
}
