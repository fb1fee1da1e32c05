package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the state of an arm, for tools. It writes no register of a servo, so nothing moves and
 * torque stays as it is. The port must not be in use by a session.
 *
 * <p>Each servo is addressed alone, so that one that does not answer or reports a fault does not
 * hide the others. Used by one thread at a time.
 *
 * @since 0.1
 */
public final class So101Inspector implements AutoCloseable {

    private final ArmPort port;
    private final ServoBus bus;
    private final int baudRate;
    private final @Nullable Calibration calibration;

    private So101Inspector(ArmPort port, int baudRate, @Nullable Calibration calibration) {
        this.port = port;
        this.baudRate = baudRate;
        this.bus = new ServoBus(port, baudRate, Duration.ofMillis(10), new LinkStatistics());
        this.bus.hurry();
        this.bus.tolerate(EnumSet.of(ServoFault.OVERLOAD)); // the JointReport contains it
        this.calibration = calibration;
    }

    /**
     * Lists all serial ports, with the servos that answer on those on USB. A request on another
     * port could disturb an unrelated device.
     *
     * @param baudRate the speed of the ports in bits per second
     * @return the ports
     */
    public static List<PortReport> scan(int baudRate) {
        return ArmPort.list().stream().map(port -> scan(port, baudRate)).toList();
    }

    private static PortReport scan(ArmPort.Listed port, int baudRate) {
        if (!port.onUsb()) {
            return new PortReport(
                    port.path(), port.description(), List.of(), "not scanned: it is not on USB");
        }
        try {
            return scan(port.path(), port.description(), baudRate);
        } catch (PortException | LinkLostException ex) {
            return new PortReport(port.path(), port.description(), List.of(), ex.description());
        }
    }

    /**
     * Finds the servos that answer on a serial port.
     *
     * @param path the path of the port
     * @param baudRate the speed of the port in bits per second
     * @return the port
     * @throws PortException if the port cannot be found or opened, or its adapter echoes
     * @throws LinkLostException if the port disappears during the scan
     */
    public static PortReport scan(String path, int baudRate) {
        return scan(path, "", baudRate);
    }

    private static PortReport scan(String path, String description, int baudRate) {
        try (So101Inspector inspector =
                new So101Inspector(ArmPort.open(path, baudRate), baudRate, null)) {
            return new PortReport(path, description, inspector.bus.answering(), null);
        }
    }

    /**
     * Opens the port of an arm.
     *
     * @param path the path of the port, or {@link So101Robot#AUTO}
     * @param baudRate the speed of the port in bits per second
     * @param calibration the calibration of the arm, or null for positions in steps only
     * @return an inspector, which the caller closes
     * @throws PortException if the port cannot be found or opened, or its adapter echoes
     * @throws NotAnSo101Exception if no servo answers
     * @throws CalibrationException if the calibration of a servo differs
     * @throws LinkException if a servo stops answering
     * @throws ServoFaultException if a servo reports a fault, so that its calibration cannot be
     *     compared
     */
    public static So101Inspector open(
            String path, int baudRate, @Nullable Calibration calibration) {
        So101Inspector inspector =
                new So101Inspector(ArmFinder.open(path, baudRate), baudRate, calibration);
        try {
            inspector.check();
            return inspector;
        } catch (So101Exception ex) {
            inspector.close();
            throw ex;
        }
    }

    private void check() {
        List<Joint> answering = this.bus.answering();
        if (answering.isEmpty()) {
            Set<Joint> all = EnumSet.allOf(Joint.class);
            throw NotAnSo101Exception.missingServos(this.port.path(), all, this.baudRate);
        }
        if (this.calibration != null) {
            for (Joint joint : answering) {
                ArmSetup.requireCalibrated(this.bus, this.calibration, joint);
            }
        }
    }

    /** {@return the path by which the port was opened} */
    public String path() {
        return this.port.path();
    }

    /**
     * Reads all joints.
     *
     * @return one report for each joint, in the order of {@link Joint}
     * @throws LinkLostException if the port is gone
     */
    public List<JointReport> read() {
        List<JointReport> reports = new ArrayList<>();
        for (Joint joint : Joint.values()) {
            try {
                reports.add(new JointReport(joint, state(joint), null));
            } catch (LinkException | ServoFaultException ex) {
                reports.add(new JointReport(joint, null, ex));
            }
        }
        return reports;
    }

    private JointReport.State state(Joint joint) {
        int position = this.bus.read(joint, Register.PRESENT_POSITION);
        return new JointReport.State(
                position,
                inUnits(joint, position),
                this.bus.read(joint, Register.PRESENT_VELOCITY),
                sensed(joint, Sensor.LOAD),
                sensed(joint, Sensor.VOLTAGE),
                sensed(joint, Sensor.TEMPERATURE),
                this.bus.hasReported(joint, ServoFault.OVERLOAD));
    }

    private @Nullable Double inUnits(Joint joint, int position) {
        return this.calibration == null
                ? null
                : JointScale.of(this.calibration.joint(joint), JointUnits.DEGREES)
                        .toUnits(position);
    }

    private double sensed(Joint joint, Sensor sensor) {
        return sensor.toUnits(this.bus.read(joint, sensor.register()));
    }

    /** Closes the port. */
    @Override
    public void close() {
        this.port.close();
    }
}
