package dev.rfx.session.so101;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A connected arm: from the open port to torque on, and back. Each servo is asked and told on its
 * own here, and confirms it; only the control loop speaks to all at once. Used by one thread at a
 * time.
 */
final class Arm implements AutoCloseable {

    /** What LeRobot sets, so that policies that were trained with it meet the same arm. */
    private static final Map<Register, Integer> CONFIGURATION =
            Map.of(
                    Register.RETURN_DELAY_TIME, 0,
                    Register.OPERATING_MODE, 0,
                    Register.P_COEFFICIENT, 16,
                    Register.D_COEFFICIENT, 32,
                    Register.I_COEFFICIENT, 0,
                    Register.ACCELERATION, 254);

    /** A gripper pushes against what it holds, and must not burn. */
    private static final Map<Register, Integer> GRIPPER =
            Map.of(
                    Register.MAX_TORQUE_LIMIT, 500,
                    Register.PROTECTION_CURRENT, 250,
                    Register.OVERLOAD_TORQUE, 25);

    private static final double DEFAULT_SPEED_STEPS = 0.5 * 4096 / (2 * Math.PI);
    private static final long TICK_MILLIS = 20;

    private final So101Robot.Settings settings;
    private final Calibration calibration;
    private final ArmPort port;
    private final ServoBus bus;
    private final int[] goals = new int[Joint.values().length];
    private boolean goalsKnown;

    private Arm(
            So101Robot.Settings settings,
            Calibration calibration,
            ArmPort port,
            LinkStatistics statistics) {
        this.settings = settings;
        this.calibration = calibration;
        this.port = port;
        this.bus = new ServoBus(port, settings.baudRate(), settings.readTimeout(), statistics);
    }

    /**
     * Opens the port.
     *
     * @throws PortException if it cannot be found or opened
     */
    static Arm connect(
            So101Robot.Settings settings, Calibration calibration, LinkStatistics statistics) {
        String path =
                settings.port().equals(So101Robot.AUTO)
                        ? ArmFinder.find(settings.baudRate())
                        : settings.port();
        ArmPort port = ArmPort.open(path, settings.baudRate());
        return new Arm(settings, calibration, port, statistics);
    }

    String path() {
        return this.port.path();
    }

    ServoBus bus() {
        return this.bus;
    }

    /** The goals that the servos have, in steps. */
    int[] goals() {
        return this.goals;
    }

    /** Sends new goals, in steps. */
    void send(int[] next) {
        this.bus.writeGoals(next);
        System.arraycopy(next, 0, this.goals, 0, next.length);
    }

    /** Makes sure that this is the arm of the calibration, and that its servos are set up. */
    void checkAndConfigure() throws InterruptedException {
        requireAll();
        requireSameFirmware();
        for (Joint joint : Joint.values()) {
            stopIfInterrupted();
            configure(joint, CONFIGURATION);
            if (joint == Joint.GRIPPER) {
                configure(joint, GRIPPER);
            }
            calibrate(joint);
        }
    }

    private void requireAll() throws InterruptedException {
        Set<Joint> missing = EnumSet.noneOf(Joint.class);
        for (Joint joint : Joint.values()) {
            stopIfInterrupted();
            if (!this.bus.answers(joint)) {
                missing.add(joint);
            }
        }
        if (!missing.isEmpty()) {
            throw NotAnSo101Exception.missingServos(path(), missing);
        }
        for (Joint joint : Joint.values()) {
            int model = this.bus.read(joint, Register.MODEL_NUMBER);
            if (model != Register.STS3215_MODEL_NUMBER) {
                throw NotAnSo101Exception.wrongModel(joint, model);
            }
        }
    }

    private void requireSameFirmware() {
        Map<Joint, String> versions = new EnumMap<>(Joint.class);
        for (Joint joint : Joint.values()) {
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

    private void calibrate(Joint joint) {
        JointCalibration own = this.calibration.joint(joint);
        if (this.settings.writeCalibration()) {
            set(joint, Register.HOMING_OFFSET, own.homingOffset());
            set(joint, Register.MIN_POSITION_LIMIT, own.rangeMin());
            set(joint, Register.MAX_POSITION_LIMIT, own.rangeMax());
        }
        this.calibration.requireSame(
                joint,
                this.bus.read(joint, Register.HOMING_OFFSET),
                this.bus.read(joint, Register.MIN_POSITION_LIMIT),
                this.bus.read(joint, Register.MAX_POSITION_LIMIT));
    }

    private void configure(Joint joint, Map<Register, Integer> configuration) {
        configuration.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().address()))
                .forEach(entry -> set(joint, entry.getKey(), entry.getValue()));
    }

    /** Only where the value differs, and then only with torque off. */
    private void set(Joint joint, Register register, int value) {
        int present = this.bus.read(joint, register);
        if (present == value) {
            return;
        }
        if (this.bus.read(joint, Register.TORQUE_ENABLE) != 0) {
            throw new ArmBusyException(joint, register, present, value);
        }
        if (register.isEeprom()) {
            this.bus.write(joint, Register.LOCK, 0);
        }
        try {
            this.bus.write(joint, register, value);
        } finally {
            if (register.isEeprom()) {
                this.bus.write(joint, Register.LOCK, 1);
            }
        }
    }

    /**
     * Turns torque on, one servo after the other, each with the goal to stay where it is: what goal
     * it has from before nobody knows.
     */
    void holdWithTorque() throws InterruptedException {
        for (Joint joint : Joint.values()) {
            stopIfInterrupted();
            hold(joint);
            this.bus.write(joint, Register.TORQUE_ENABLE, 1);
        }
        this.goalsKnown = true;
    }

    private void hold(Joint joint) {
        int present = this.bus.read(joint, Register.PRESENT_POSITION);
        this.bus.write(joint, Register.GOAL_POSITION, present);
        this.goals[joint.ordinal()] = present;
    }

    /**
     * Moves all joints to the start pose, from their last goals and none faster than the start
     * speed.
     *
     * @throws InterruptedException if the thread is interrupted; the arm then stays where it is
     */
    void moveToStartPose() throws InterruptedException {
        List<Double> pose = this.settings.startPose();
        if (pose == null) {
            return;
        }
        boolean there = false;
        while (!there) {
            there = true;
            for (Joint joint : Joint.values()) {
                int i = joint.ordinal();
                int target = inRange(joint, pose.get(i));
                int step = stepsPerTick(joint);
                this.goals[i] += Math.min(Math.max(target - this.goals[i], -step), step);
                there &= this.goals[i] == target;
            }
            this.bus.writeGoals(this.goals);
            Thread.sleep(TICK_MILLIS);
        }
    }

    private int inRange(Joint joint, double value) {
        JointCalibration own = this.calibration.joint(joint);
        int steps = scale(joint).toSteps(value);
        return Math.min(Math.max(steps, own.rangeMin()), own.rangeMax());
    }

    private JointScale scale(Joint joint) {
        return JointScale.of(this.calibration.joint(joint), this.settings.units());
    }

    private int stepsPerTick(Joint joint) {
        Double speed = this.settings.startSpeed();
        double stepsPerSecond =
                speed == null ? DEFAULT_SPEED_STEPS : scale(joint).distanceToSteps(speed);
        return (int) Math.max(stepsPerSecond * TICK_MILLIS / 1000, 1);
    }

    /**
     * Brings the arm to rest. Every servo is told, also if it reports a fault, and if another one
     * does not listen.
     *
     * @throws So101Exception if one did not listen or reported a fault; the others are suppressed
     */
    void rest(StopMode mode) throws InterruptedException {
        List<Exception> failures = new ArrayList<>();
        this.bus.hurry();
        this.bus.deferFaults();
        switch (mode) {
            case HOLD -> tellAll(this::hold, failures);
            case TORQUE_OFF -> tellAll(this::torqueOff, failures);
            case PARK_THEN_TORQUE_OFF -> {
                try {
                    if (this.goalsKnown) { // else it would be a jump, from nowhere
                        moveToStartPose();
                    }
                } catch (So101Exception | InterruptedException ex) {
                    failures.add(ex);
                }
                tellAll(this::torqueOff, failures);
            }
        }
        rethrow(failures);
    }

    private void torqueOff(Joint joint) {
        this.bus.write(joint, Register.TORQUE_ENABLE, 0);
    }

    private interface Order {
        void tell(Joint joint);
    }

    private void tellAll(Order order, List<Exception> failures) {
        for (Joint joint : Joint.values()) {
            try {
                order.tell(joint);
            } catch (So101Exception ex) {
                failures.add(ex);
            }
            ServoFaultException fault = this.bus.takeFault();
            if (fault != null) {
                failures.add(fault);
            }
        }
    }

    private static void rethrow(List<Exception> failures) throws InterruptedException {
        Exception first = null;
        for (Exception failure : failures) {
            if (first == null) {
                first = failure;
            } else {
                first.addSuppressed(failure);
            }
        }
        if (first instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (first instanceof So101Exception exception) {
            throw exception;
        }
    }

    /** A stop that comes while the arm is being connected interrupts the thread. */
    private static void stopIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("stopped while the arm was being connected");
        }
    }

    @Override
    public void close() {
        this.port.close();
    }
}
