package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks that this is the arm of the calibration, and has its servos configured. All checks come
 * before the first write, so a refused arm is unchanged.
 */
final class ArmSetup {

    private static final Logger logger = LoggerFactory.getLogger(So101Robot.class);

    private static final Joint[] JOINTS = Joint.values();

    /**
     * How far a joint may lie outside its range, 3°, due to gravity and gears. It returns slowly
     * when torque comes on.
     */
    static final int TOLERANCE = 34;

    private static final int TURN = 4096;

    private final ServoBus bus;
    private final String port;
    private final Calibration calibration;
    private final boolean writeCalibration;
    private final int baudRate;
    private final Cancellation cancellation;

    ArmSetup(
            ServoBus bus,
            String port,
            Calibration calibration,
            So101Settings settings,
            Cancellation cancellation) {
        this.bus = bus;
        this.port = port;
        this.calibration = calibration;
        this.writeCalibration = settings.writeCalibration();
        this.baudRate = settings.baudRate();
        this.cancellation = cancellation;
    }

    void run() throws InterruptedException {
        // The checks below judge voltage and overload themselves.
        this.bus.tolerate(EnumSet.of(ServoFault.VOLTAGE, ServoFault.OVERLOAD));
        requireAll();
        requireModel();
        requireSameFirmware();
        requireSupply();
        this.bus.tolerate(EnumSet.of(ServoFault.OVERLOAD));
        requireNoOverloadThatHolds();
        if (this.writeCalibration) {
            requireInRangeOnceWritten();
        } else {
            requireCalibrated();
            requireInRange();
        }
        new ServoConfiguration(this.bus, this.calibration, this.writeCalibration, this.cancellation)
                .apply();
        if (this.writeCalibration) {
            requireCalibrated();
            requireInRange();
        }
    }

    private void requireAll() throws InterruptedException {
        Set<Joint> missing = EnumSet.noneOf(Joint.class);
        for (Joint joint : JOINTS) {
            this.cancellation.check();
            if (!this.bus.answers(joint)) {
                missing.add(joint);
            }
        }
        if (!missing.isEmpty()) {
            throw NotAnSo101Exception.missingServos(this.port, missing, this.baudRate);
        }
    }

    private void requireModel() {
        for (Joint joint : JOINTS) {
            int model = this.bus.read(joint, Register.MODEL_NUMBER);
            if (model != Register.STS3215_MODEL_NUMBER) {
                throw NotAnSo101Exception.wrongModel(joint, model);
            }
        }
    }

    private void requireSameFirmware() {
        Map<Joint, String> versions = new EnumMap<>(Joint.class);
        for (Joint joint : JOINTS) {
            versions.put(
                    joint,
                    this.bus.read(joint, Register.FIRMWARE_MAJOR_VERSION)
                            + "."
                            + this.bus.read(joint, Register.FIRMWARE_MINOR_VERSION));
        }
        if (new HashSet<>(versions.values()).size() > 1) {
            throw NotAnSo101Exception.firmwareDiffers(versions);
        }
    }

    private void requireSupply() {
        String warning = null;
        for (Joint joint : JOINTS) {
            SupplyVoltage supply = SupplyVoltage.read(this.bus, joint);
            supply.requireWithinLimits();
            warning = warning == null ? supply.warning() : warning; // all servos share one supply
        }
        if (warning != null) {
            logger.warn("SO-101 on {}: {}.", this.port, warning);
        }
    }

    /** Only torque off clears an overload, and the arm falls if the joint carries it. */
    private void requireNoOverloadThatHolds() {
        for (Joint joint : JOINTS) {
            if (joint.carriesTheArm()
                    && this.bus.hasReported(joint, ServoFault.OVERLOAD)
                    && this.bus.read(joint, Register.TORQUE_ENABLE) != 0) {
                int overload = ServoFault.errorByte(EnumSet.of(ServoFault.OVERLOAD));
                throw new ServoFaultException(joint, overload, null);
            }
        }
    }

    private void requireCalibrated() {
        for (Joint joint : JOINTS) {
            requireCalibrated(this.bus, this.calibration, joint);
        }
    }

    /**
     * Compares the calibration of a servo with the file.
     *
     * @throws CalibrationException if it differs
     */
    static void requireCalibrated(ServoBus bus, Calibration calibration, Joint joint) {
        calibration.requireSame(
                joint,
                bus.read(joint, Register.HOMING_OFFSET),
                bus.read(joint, Register.MIN_POSITION_LIMIT),
                bus.read(joint, Register.MAX_POSITION_LIMIT));
    }

    /** Torque would move a joint outside its range to the end of the range. */
    private void requireInRange() {
        for (Joint joint : JOINTS) {
            // A servo that counts turns may be in another turn, until it is configured.
            int position = Math.floorMod(this.bus.read(joint, Register.PRESENT_POSITION), TURN);
            JointCalibration own = this.calibration.joint(joint);
            if (isOutside(position, own)) {
                throw JointOutOfRangeException.at(position, own);
            }
        }
    }

    /** Recognizes the file of another arm by the positions that its calibration would give. */
    private void requireInRangeOnceWritten() {
        for (Joint joint : JOINTS) {
            JointCalibration own = this.calibration.joint(joint);
            int position = this.bus.read(joint, Register.PRESENT_POSITION);
            int shift = this.bus.read(joint, Register.HOMING_OFFSET) - own.homingOffset();
            int written = Math.floorMod(position + shift, TURN);
            if (isOutside(written, own)) {
                throw JointOutOfRangeException.onceWritten(written, own);
            }
        }
    }

    private static boolean isOutside(int position, JointCalibration own) {
        return Math.abs(position - own.nearestInRange(position)) > TOLERANCE;
    }
}
