package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that this is the arm of the calibration, and sets its servos up. First all is read and
 * compared, then what differs is written: an arm that is refused was not touched.
 */
final class ArmSetup {

    private static final Logger logger = LoggerFactory.getLogger(So101Robot.class);

    /**
     * What a register shall hold.
     *
     * @param mask the bits that matter; the others stay as they are
     * @param required whether the arm is refused if it does not: else it is only preferred
     */
    private record Setting(Register register, int value, int mask, boolean required) {

        static Setting required(Register register, int value) {
            return new Setting(register, value, -1, true);
        }

        static Setting preferred(Register register, int value) {
            return new Setting(register, value, -1, false);
        }

        static Setting cleared(Register register, int bits) {
            return new Setting(register, 0, bits, true);
        }

        int wanted(int present) {
            return present & ~this.mask | this.value;
        }
    }

    /** A setting that a servo does not have. */
    private record Difference(Joint joint, Setting setting, int present) {

        int wanted() {
            return this.setting.wanted(this.present);
        }

        /** Tells whether it may be written while the servo holds, because nothing moves then. */
        boolean isHarmless() {
            Register register = this.setting.register();
            return register == Register.LOCK
                    || (register == Register.TORQUE_LIMIT && wanted() < this.present);
        }

        boolean isOfCalibration() {
            return CALIBRATION.contains(this.setting.register());
        }

        OldRegisters.Change toChange() {
            return new OldRegisters.Change(
                    this.joint, this.setting.register(), this.present, wanted());
        }
    }

    private static final Joint[] JOINTS = Joint.values();

    private static final Set<Register> CALIBRATION =
            Set.of(
                    Register.HOMING_OFFSET,
                    Register.MIN_POSITION_LIMIT,
                    Register.MAX_POSITION_LIMIT);

    /**
     * What LeRobot sets, so that policies that were trained with it meet the same arm, in the order
     * in which it has to be written. The memory is locked at last, also if another program, or a
     * start that failed, has left it open.
     */
    private static final List<Setting> ALL_SERVOS =
            List.of(
                    Setting.cleared(Register.PHASE, Register.MULTI_TURN),
                    Setting.required(Register.RETURN_DELAY_TIME, 0),
                    Setting.required(Register.P_COEFFICIENT, 16),
                    Setting.required(Register.D_COEFFICIENT, 32),
                    Setting.required(Register.I_COEFFICIENT, 0),
                    Setting.required(Register.OPERATING_MODE, 0),
                    Setting.preferred(Register.MAXIMUM_ACCELERATION, 254),
                    Setting.preferred(Register.ACCELERATION, 254),
                    Setting.required(Register.LOCK, 1));

    /**
     * A gripper pushes against what it holds, and must not burn. The servo copies the maximum into
     * the limit only when its power comes.
     */
    private static final List<Setting> GRIPPER =
            List.of(
                    Setting.required(Register.MAX_TORQUE_LIMIT, 500),
                    Setting.required(Register.PROTECTION_CURRENT, 250),
                    Setting.required(Register.OVERLOAD_TORQUE, 25),
                    Setting.required(Register.TORQUE_LIMIT, 500));

    /**
     * By how much a joint may lie outside its range, 3°: so much give gravity and gears. It is led
     * back slowly when torque comes on.
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
        this.bus.tolerate(EnumSet.of(ServoFault.VOLTAGE, ServoFault.OVERLOAD)); // judged here
        requireAll();
        requireModel();
        requireSameFirmware();
        requireSupply();
        this.bus.tolerate(EnumSet.of(ServoFault.OVERLOAD));
        requireNoOverloadThatHolds();
        if (!this.writeCalibration) {
            requireCalibrated();
            requireInRange();
        } else {
            requireInRangeOnceWritten();
        }
        List<Difference> differences = differences();
        keepOldValues(differences);
        for (Difference difference : differences) {
            this.cancellation.check();
            write(difference);
        }
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
            warning = warning == null ? supply.warning() : warning; // they have the same supply
        }
        if (warning != null) {
            logger.warn("SO-101 on {}: {}.", this.port, warning);
        }
    }

    /** Only an end of the torque clears an overload, and with some joints the arm falls then. */
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
     * Compares the calibration of a servo with that of the file.
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

    private List<Difference> differences() throws InterruptedException {
        List<Difference> differences = new ArrayList<>();
        for (Joint joint : JOINTS) {
            this.cancellation.check();
            List<Difference> own = differences(joint);
            if (!own.isEmpty() && this.bus.read(joint, Register.TORQUE_ENABLE) != 0) {
                own.removeIf(difference -> !difference.setting().required());
                requireTorqueOff(own);
            }
            differences.addAll(own);
        }
        return differences;
    }

    private List<Difference> differences(Joint joint) {
        List<Difference> differences = new ArrayList<>();
        for (Setting setting : settings(joint)) {
            int present = this.bus.read(joint, setting.register());
            if (present != setting.wanted(present)) {
                differences.add(new Difference(joint, setting, present));
            }
        }
        return differences;
    }

    /**
     * In the log, and where a calibration is overwritten in a file, before the first is written.
     */
    private void keepOldValues(List<Difference> differences) {
        if (differences.isEmpty()) {
            return;
        }
        if (differences.stream().anyMatch(Difference::isOfCalibration)) {
            Path file =
                    OldRegisters.save(
                            this.calibration.file(),
                            differences.stream().map(Difference::toChange).toList());
            logger.info("The calibration is written to the servos; what they held is in {}", file);
        }
        Map<Joint, String> changes =
                differences.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Difference::joint,
                                        () -> new EnumMap<>(Joint.class),
                                        Collectors.mapping(
                                                difference ->
                                                        "%s from %d to %d"
                                                                .formatted(
                                                                        difference
                                                                                .setting()
                                                                                .register(),
                                                                        difference.present(),
                                                                        difference.wanted()),
                                                Collectors.joining(", "))));
        changes.forEach((joint, registers) -> logger.info("{} is set up: {}", joint, registers));
    }

    private List<Setting> settings(Joint joint) {
        List<Setting> settings = new ArrayList<>();
        if (this.writeCalibration) {
            JointCalibration own = this.calibration.joint(joint);
            settings.add(Setting.required(Register.HOMING_OFFSET, own.homingOffset()));
            settings.add(Setting.required(Register.MIN_POSITION_LIMIT, own.rangeMin()));
            settings.add(Setting.required(Register.MAX_POSITION_LIMIT, own.rangeMax()));
        }
        if (joint == Joint.GRIPPER) {
            settings.addAll(GRIPPER);
        }
        settings.addAll(ALL_SERVOS);
        return settings;
    }

    private static void requireTorqueOff(List<Difference> differences) {
        for (Difference difference : differences) {
            if (!difference.isHarmless()) {
                throw new ArmBusyException(
                        difference.joint(),
                        difference.setting().register(),
                        difference.present(),
                        difference.wanted());
            }
        }
    }

    private void write(Difference difference) {
        Joint joint = difference.joint();
        Register register = difference.setting().register();
        int wanted = difference.wanted();
        if (register.isEeprom()) {
            writeUnlocked(joint, register, wanted);
        } else {
            this.bus.write(joint, register, wanted);
        }
        int kept = this.bus.read(joint, register);
        if (difference.setting().required() && kept != wanted) {
            throw NotAnSo101Exception.notKept(joint, register, wanted, kept);
        }
    }

    private void writeUnlocked(Joint joint, Register register, int value) {
        So101Exception failure = null;
        try {
            this.bus.write(joint, Register.LOCK, 0);
            this.bus.write(joint, register, value);
        } catch (So101Exception ex) {
            failure = ex;
        }
        try {
            this.bus.write(joint, Register.LOCK, 1);
        } catch (So101Exception ex) {
            if (failure == null) {
                throw ex;
            }
            failure.addSuppressed(ex);
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Whoever is outside would be moved to the end of the range. */
    private void requireInRange() {
        for (Joint joint : JOINTS) {
            // A servo that counts turns may be in another one: that is about to end.
            int position = Math.floorMod(this.bus.read(joint, Register.PRESENT_POSITION), TURN);
            JointCalibration own = this.calibration.joint(joint);
            if (isOutside(position, own)) {
                throw JointOutOfRangeException.at(position, own);
            }
        }
    }

    /** The file of another arm shows in where its joints would be: that is found out before. */
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
