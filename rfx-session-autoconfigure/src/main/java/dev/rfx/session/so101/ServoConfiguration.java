package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configures the servos: reads the registers that LeRobot sets, saves the values that differ, then
 * writes them. Used by one thread at a time.
 */
final class ServoConfiguration {

    private static final Logger logger = LoggerFactory.getLogger(So101Robot.class);

    /**
     * The value that a register needs.
     *
     * @param mask the bits that matter; the others stay as they are
     * @param required whether the arm is refused without this value
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

    /** A register of a servo with another value than its setting. */
    private record Difference(Joint joint, Setting setting, int present) {

        int wanted() {
            return this.setting.wanted(this.present);
        }

        /** {@return whether a write moves nothing while the servo has torque} */
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

        @Override
        public String toString() {
            return "%s from %d to %d".formatted(this.setting.register(), this.present, wanted());
        }
    }

    private static final Joint[] JOINTS = Joint.values();

    private static final Set<Register> CALIBRATION =
            Set.of(
                    Register.HOMING_OFFSET,
                    Register.MIN_POSITION_LIMIT,
                    Register.MAX_POSITION_LIMIT);

    /**
     * The values that LeRobot sets, so that a policy finds the arm with which it was trained, in
     * the order of the writes. The lock comes last. It is also set if another program, or a start
     * that failed, has left the EEPROM unlocked.
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
     * Limits that keep a gripper from burning while it pushes against an object. The servo copies
     * the maximum torque into the limit only at power-up, so both are set.
     */
    private static final List<Setting> GRIPPER =
            List.of(
                    Setting.required(Register.MAX_TORQUE_LIMIT, 500),
                    Setting.required(Register.PROTECTION_CURRENT, 250),
                    Setting.required(Register.OVERLOAD_TORQUE, 25),
                    Setting.required(Register.TORQUE_LIMIT, 500));

    private final ServoBus bus;
    private final Calibration calibration;
    private final boolean writeCalibration;
    private final Cancellation cancellation;

    ServoConfiguration(
            ServoBus bus,
            Calibration calibration,
            boolean writeCalibration,
            Cancellation cancellation) {
        this.bus = bus;
        this.calibration = calibration;
        this.writeCalibration = writeCalibration;
        this.cancellation = cancellation;
    }

    /**
     * Configures the servos. All are read before the first is written.
     *
     * @throws ArmBusyException if a servo with torque needs another configuration
     * @throws CalibrationException if the previous calibration cannot be saved
     * @throws NotAnSo101Exception if a servo does not keep a value
     * @throws InterruptedException if the start is cancelled
     */
    void apply() throws InterruptedException {
        List<Difference> differences = differences();
        keepOldValues(differences);
        for (Difference difference : differences) {
            this.cancellation.check();
            write(difference);
        }
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

    /** Logs the values that differ, and saves those of a calibration to a file. */
    private void keepOldValues(List<Difference> differences) {
        if (differences.isEmpty()) {
            return;
        }
        if (differences.stream().anyMatch(Difference::isOfCalibration)) {
            Path file =
                    OldRegisters.save(
                            this.calibration.file(),
                            differences.stream().map(Difference::toChange).toList());
            logger.info(
                    "Writing the calibration to the servos. Their previous values are in {}.",
                    file);
        }
        Map<Joint, String> changes =
                differences.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Difference::joint,
                                        () -> new EnumMap<>(Joint.class),
                                        Collectors.mapping(
                                                Difference::toString, Collectors.joining(", "))));
        changes.forEach((joint, registers) -> logger.info("Configuring {}: {}", joint, registers));
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
}
