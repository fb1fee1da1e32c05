package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connected arm: from the open port to torque on, and back to rest. It addresses each servo alone
 * and waits for the confirmation. Only the control loop and the way to the start pose address all
 * servos at once. Used by one thread at a time.
 */
final class Arm implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(So101Robot.class);

    /** Longest time to park. A session waits 10 s for a stop. */
    private static final Duration PARK_LIMIT = Duration.ofSeconds(8);

    private static final Joint[] JOINTS = Joint.values();

    private final So101Settings settings;
    private final Calibration calibration;
    private final @Nullable Ramp toStartPose;
    private final ArmPort port;
    private final ServoBus bus;
    private final int[] goals = new int[JOINTS.length];
    private final JointHold holds;

    /** Joints whose torque was off before the start. */
    private final Set<Joint> foundLimp = EnumSet.noneOf(Joint.class);

    /** Joints whose torque the start has turned off for a moment, to clear an overload. */
    private final Set<Joint> released = EnumSet.noneOf(Joint.class);

    private final Order hold;
    private final Order holdIfItMovesOn;
    private final Order restoreSpeed;
    private final Order turnTorqueOff = this::turnTorqueOff;

    /** An order to one servo. */
    private interface Order {
        void send(Joint joint);
    }

    private Arm(
            So101Settings settings,
            Calibration calibration,
            @Nullable Ramp toStartPose,
            ArmPort port,
            LinkStatistics statistics) {
        this.settings = settings;
        this.calibration = calibration;
        this.toStartPose = toStartPose;
        this.port = port;
        this.bus = new ServoBus(port, settings.baudRate(), settings.readTimeout(), statistics);
        this.holds = new JointHold(this.bus, calibration, this.goals);
        this.hold = this.holds::hold;
        this.holdIfItMovesOn = this.holds::holdIfItMovesOn;
        this.restoreSpeed = this.holds::restoreSpeed;
    }

    /**
     * Opens the port.
     *
     * @param atExit stops the arm when the JVM ends and no other thread does
     * @throws IllegalArgumentException if the start speed is more than a servo can turn
     * @throws PortException if the port cannot be found or opened
     */
    static Arm connect(
            So101Settings settings,
            Calibration calibration,
            LinkStatistics statistics,
            Runnable atExit) {
        Ramp toStartPose = Ramp.toStartPose(settings, calibration);
        ArmPort port = ArmFinder.open(settings.port(), settings.baudRate());
        port.setAtExit(atExit);
        return new Arm(settings, calibration, toStartPose, port, statistics);
    }

    String path() {
        return this.port.path();
    }

    ServoBus bus() {
        return this.bus;
    }

    /** {@return the present goals of the servos, in steps} */
    int[] goals() {
        return this.goals;
    }

    /** Sends new goals, in steps. */
    void send(int[] next) {
        this.bus.writeGoals(next);
        System.arraycopy(next, 0, this.goals, 0, next.length);
    }

    /** Checks that this is the arm of the calibration, and configures its servos. */
    void checkAndConfigure(Cancellation cancellation) throws InterruptedException {
        new ArmSetup(this.bus, path(), this.calibration, this.settings, cancellation).run();
    }

    /**
     * Turns torque on, one servo after the other. Each joint holds where it is.
     *
     * <p>A speed limit of another program is removed only after all joints were found at rest: a
     * joint in motion would jump to full speed. A speed limit that this method sets itself is
     * removed on every exit.
     */
    void holdWithTorque(Cancellation cancellation) throws InterruptedException {
        Throwable failure = null;
        try {
            for (Joint joint : JOINTS) {
                cancellation.check();
                engage(joint);
            }
            this.bus.tolerate(
                    EnumSet.noneOf(ServoFault.class)); // the start has cleared what it can
            this.holds.awaitMotion();
            cancellation.check(); // an interrupt has cut the wait short
            for (Joint joint : JOINTS) {
                this.holds.holdIfItMovesOn(joint);
            }
            this.holds.removeForeignSpeedLimits();
        } catch (Throwable ex) {
            failure = ex;
        }
        this.holds.awaitReturn();
        rethrow(sendAll(this.restoreSpeed, failure));
    }

    private void engage(Joint joint) {
        if (!this.holds.hold(joint)) {
            this.foundLimp.add(joint);
        } else if (isToBeReleased(joint)) {
            this.bus.write(joint, Register.TORQUE_ENABLE, 0);
            this.released.add(joint);
            this.holds.hold(joint);
        }
        this.bus.write(joint, Register.TORQUE_ENABLE, 1);
        this.holds.awaitReturn();
    }

    /** Torque off clears an overload. {@link ArmSetup} refuses an arm that would fall. */
    private boolean isToBeReleased(Joint joint) {
        return !joint.carriesTheArm() && this.bus.hasReported(joint, ServoFault.OVERLOAD);
    }

    /**
     * Logs what has cleared a fault, after torque has come on.
     *
     * @param last the fault that ended the last run, or null
     */
    void logRecovery(@Nullable ServoFaultException last) {
        if (this.bus.hasReported(Joint.GRIPPER, ServoFault.OVERLOAD)) {
            logger.warn(
                    "SO-101 on {}: {} is in overload{}. It holds with less torque.",
                    path(),
                    Joint.GRIPPER,
                    this.released.contains(Joint.GRIPPER) || this.foundLimp.contains(Joint.GRIPPER)
                            ? ", even after its torque was off"
                            : "");
        }
        for (Joint joint : this.released) {
            if (!this.bus.hasReported(joint, ServoFault.OVERLOAD)) {
                logger.info(
                        "SO-101 on {}: {} was in overload. Turning its torque off and on has"
                                + " cleared it.",
                        path(),
                        joint);
            }
        }
        if (last != null && !this.released.contains(last.joint())) {
            logger.info(
                    "SO-101 on {}: {} no longer reports the fault of the last run ({}). {}.",
                    path(),
                    last.joint(),
                    last.faultNames(),
                    this.foundLimp.contains(last.joint())
                            ? "Its torque was off in the meantime"
                            : "The servo has cleared it");
        }
    }

    /** Moves all joints to the start pose, if there is one. */
    void moveToStartPose(Cancellation cancellation) throws InterruptedException {
        if (this.toStartPose != null) {
            this.toStartPose.run(this.bus, this.goals, cancellation, null);
        }
    }

    /**
     * Brings the arm to rest. It addresses every servo, also one that reports a fault, and also
     * after another servo did not confirm. It allocates nothing while nothing fails, because the
     * heap may be full.
     *
     * @throws So101Exception if a servo did not confirm or reported a fault; those of other servos
     *     are suppressed
     * @throws InterruptedException if the thread is interrupted while the arm parks; torque is off
     *     then
     */
    void rest(StopMode mode) throws InterruptedException {
        this.port.beginRest();
        this.bus.hurry();
        Throwable failure = mode == StopMode.PARK_THEN_TORQUE_OFF ? park() : null;
        this.bus.deferFaults();
        if (mode == StopMode.HOLD) {
            failure = sendAll(this.hold, failure);
            this.holds.awaitMotion();
            failure = sendAll(this.holdIfItMovesOn, failure);
        } else {
            failure = sendAll(this.turnTorqueOff, failure);
        }
        rethrow(failure);
    }

    private void turnTorqueOff(Joint joint) {
        this.bus.write(joint, Register.TORQUE_ENABLE, 0);
        this.holds.restoreSpeed(joint);
    }

    private @Nullable Throwable sendAll(Order order, @Nullable Throwable before) {
        Throwable failure = before;
        for (Joint joint : JOINTS) {
            try {
                order.send(joint);
            } catch (Throwable ex) {
                failure = with(failure, ex);
            }
            ServoFaultException fault = this.bus.takeFault();
            if (fault != null) {
                failure = with(failure, fault);
            }
        }
        return failure;
    }

    /** Moves the arm to its start pose, but only if all servos have torque. */
    private @Nullable Throwable park() {
        try {
            boolean held = this.toStartPose != null;
            for (Joint joint : JOINTS) {
                held &= this.holds.hold(joint);
            }
            if (held) {
                this.holds.awaitReturn();
                for (Joint joint : JOINTS) {
                    this.holds.restoreSpeed(joint);
                }
                // There is nothing to check: an interrupt ends the sleeps of the ramp.
                this.toStartPose.run(this.bus, this.goals, () -> {}, PARK_LIMIT);
            }
            return null;
        } catch (Throwable ex) {
            return ex;
        }
    }

    private static Throwable with(@Nullable Throwable first, Throwable other) {
        if (first == null) {
            return other;
        }
        if (first != other) { // the JVM may throw one OutOfMemoryError several times
            first.addSuppressed(other);
        }
        return first;
    }

    private static void rethrow(@Nullable Throwable failure) throws InterruptedException {
        if (failure instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    @Override
    public void close() {
        this.port.close();
    }
}
