package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connected arm: from the open port to torque on, and back. Each servo is asked and told on its
 * own here, and confirms it; only the control loop and the way to the start pose speak to all at
 * once. Used by one thread at a time.
 */
final class Arm implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(So101Robot.class);

    /**
     * A joint at rest is so far from its goal at most, 8°: what gravity makes of it. Farther away
     * it is on its way, or something is in its way.
     */
    static final int MAX_SAG = 91;

    /** In so long a joint at rest does not move … */
    private static final long REST_NANOS = 40_000_000;

    /** … more than this, which is the noise of its encoder. */
    static final int REST_STEPS = 4;

    /** A joint with a speed limit that moved no farther than this may be in motion or at rest. */
    private static final int MOTION_STEPS = 2 * REST_STEPS + 2;

    /** Longest time in which a joint with a speed limit has to show that it moves. */
    private static final long MAX_REST_NANOS = 1_000_000_000;

    /** Speed limits below this make a motion too slow to be seen in {@link #MAX_REST_NANOS}. */
    private static final int MIN_VISIBLE_SPEED = (int) (MOTION_STEPS * 1e9 / MAX_REST_NANOS);

    /** Speed of a joint that returns into its range or leaves the seam, 9°/s. */
    private static final int RETURN_STEPS_PER_SECOND = 100;

    /** Time in which such a joint comes to rest at its goal. */
    private static final long RETURN_NANOS = 50_000_000;

    /** Longest time for such a return. No start allows a way that takes longer. */
    private static final long MAX_RETURN_NANOS = 2_000_000_000;

    /** A session waits for a stop for 10 s at most. */
    private static final Duration PARK_LIMIT = Duration.ofSeconds(8);

    private static final Joint[] JOINTS = Joint.values();

    private final So101Settings settings;
    private final Calibration calibration;
    private final @Nullable Ramp toStartPose;
    private final ArmPort port;
    private final ServoBus bus;
    private final int[] goals = new int[JOINTS.length];
    private final int[] positions = new int[JOINTS.length];

    /** The joints that keep the goal that they had. */
    private final boolean[] kept = new boolean[JOINTS.length];

    /** Those whose torque was off when the arm was connected. */
    private final Set<Joint> foundLimp = EnumSet.noneOf(Joint.class);

    /** Those whose torque was turned off then, to clear their overload. */
    private final Set<Joint> released = EnumSet.noneOf(Joint.class);

    /** Known speed limit (Goal_Velocity) of each servo, in steps/s; 0 is none. */
    private final int[] speedLimits = new int[JOINTS.length];

    /**
     * Joints whose speed this arm has limited, for a return at {@link #RETURN_STEPS_PER_SECOND}.
     */
    private final Set<Joint> slowed = EnumSet.noneOf(Joint.class);

    /** When the last of the slowed joints has returned. */
    private long returnedAt;

    private final Order holding = this::hold;
    private final Order holdingStill = this::holdIfItMovesOn;
    private final Order limp = this::turnTorqueOff;
    private final Order restoring = this::restoreSpeed;

    // What a servo told last of its state.
    private final Replies states = (joint, reply) -> state(reply);
    private boolean torqueOn;
    private int position;
    private int goal;
    private int speedLimit;

    /** What a servo is told. */
    private interface Order {
        void tell(Joint joint);
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
    }

    /**
     * Opens the port.
     *
     * @param atExit stops the arm when the JVM ends and nobody else does
     * @throws IllegalArgumentException if the start speed is more than a servo can turn
     * @throws PortException if it cannot be found or opened
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
    void checkAndConfigure(Cancellation cancellation) throws InterruptedException {
        new ArmSetup(this.bus, path(), this.calibration, this.settings, cancellation).run();
    }

    /**
     * Turns torque on, one servo after the other, each with the goal to stay where it is.
     *
     * <p>A speed limit that another program has left is removed, but only after all joints were
     * found at rest: a joint that is still driven would jump to full speed. A speed limit that this
     * method sets itself is removed on every exit.
     */
    void holdWithTorque(Cancellation cancellation) throws InterruptedException {
        Throwable failure = null;
        try {
            for (Joint joint : JOINTS) {
                cancellation.check();
                engage(joint);
            }
            this.bus.tolerate(EnumSet.noneOf(ServoFault.class)); // all that could be cleared is
            awaitMotion();
            cancellation.check(); // an interrupt has cut the wait short
            for (Joint joint : JOINTS) {
                holdIfItMovesOn(joint);
            }
            removeForeignSpeedLimits();
        } catch (Throwable ex) {
            failure = ex;
        }
        awaitReturn();
        rethrow(tellAll(this.restoring, failure));
    }

    private void engage(Joint joint) {
        hold(joint);
        if (!this.torqueOn) {
            this.foundLimp.add(joint);
        } else if (isToBeReleased(joint)) {
            this.bus.write(joint, Register.TORQUE_ENABLE, 0);
            this.released.add(joint);
            hold(joint);
        }
        this.bus.write(joint, Register.TORQUE_ENABLE, 1);
        awaitReturn();
    }

    private void removeForeignSpeedLimits() {
        for (Joint joint : JOINTS) {
            if (this.speedLimits[joint.ordinal()] != 0 && !this.slowed.contains(joint)) {
                this.bus.write(joint, Register.GOAL_VELOCITY, 0);
                this.speedLimits[joint.ordinal()] = 0;
            }
        }
    }

    /** Removes the speed limit that this arm has set. */
    private void restoreSpeed(Joint joint) {
        if (this.slowed.contains(joint)) {
            this.bus.write(joint, Register.GOAL_VELOCITY, 0);
            this.speedLimits[joint.ordinal()] = 0;
            this.slowed.remove(joint);
        }
    }

    private void turnTorqueOff(Joint joint) {
        this.bus.write(joint, Register.TORQUE_ENABLE, 0);
        restoreSpeed(joint);
    }

    /**
     * Waits until the slowed joints have returned. An interrupt does not end it, because a joint on
     * its way would jump to full speed when its limit goes.
     */
    private void awaitReturn() {
        boolean interrupted = false;
        long left = this.slowed.isEmpty() ? 0 : this.returnedAt - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(this, left);
            interrupted |= Thread.interrupted();
            left = this.returnedAt - System.nanoTime();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** An overload ends with the torque. Where the arm would fall then, it was not let in. */
    private boolean isToBeReleased(Joint joint) {
        return !joint.carriesTheArm() && this.bus.hasReported(joint, ServoFault.OVERLOAD);
    }

    /**
     * Says in the log what has cleared a fault, after torque has come on.
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
                            ? ", also after its torque was off"
                            : "");
        }
        for (Joint joint : this.released) {
            if (!this.bus.hasReported(joint, ServoFault.OVERLOAD)) {
                logger.info(
                        "SO-101 on {}: {} was in overload: turning its torque off and on has"
                                + " cleared it.",
                        path(),
                        joint);
            }
        }
        if (last != null && !this.released.contains(last.joint())) {
            logger.info(
                    "SO-101 on {}: {} does not report the fault of the last run any more ({}): {}.",
                    path(),
                    last.joint(),
                    last.faultNames(),
                    this.foundLimp.contains(last.joint())
                            ? "its torque was off in the meantime"
                            : "the servo has ended it by itself");
        }
    }

    /**
     * Lets a joint stay where it is. If it is near its goal with torque, it keeps the goal: with
     * its position as the goal the force would be gone that keeps it there, and it would sink a
     * little each time. So does a gripper, which would let go of what it holds, but not if it is in
     * overload: it would push against what it holds until it is too hot. Else its position becomes
     * its goal: what goal it has from before nobody knows.
     */
    private void hold(Joint joint) {
        this.kept[joint.ordinal()] = false; // unless it answers
        this.bus.read(joint, ServoBus.STATE_BEGIN, ServoBus.STATE_BYTES, this.states);
        this.position = this.bus.read(joint, Register.PRESENT_POSITION);
        this.speedLimits[joint.ordinal()] = this.speedLimit;
        boolean near =
                joint == Joint.GRIPPER
                        ? !this.bus.hasReported(joint, ServoFault.OVERLOAD)
                        : Math.abs(this.goal - this.position) <= MAX_SAG;
        boolean keep = this.torqueOn && near;
        this.kept[joint.ordinal()] = keep;
        this.positions[joint.ordinal()] = this.position;
        if (keep && joint == Joint.GRIPPER) {
            setGoal(joint, this.goal);
        } else {
            setAllowedGoal(joint, keep ? this.goal : this.position, this.position);
        }
    }

    /**
     * Sets a goal, or the nearest one that a joint may have. A servo outside its range goes to the
     * end of the range whatever its goal, and near the seam of the turn a push is enough to send it
     * all the way round. So the joint leaves these places slowly. Its speed stays limited until
     * {@link #restoreSpeed} or the next start.
     */
    private void setAllowedGoal(Joint joint, int steps, int position) {
        int allowed = this.calibration.joint(joint).nearestGoal(steps);
        if (allowed != steps) {
            long way = Math.abs(allowed - position) * 1_000_000_000L / RETURN_STEPS_PER_SECOND;
            long arrival = System.nanoTime() + Math.min(way + RETURN_NANOS, MAX_RETURN_NANOS);
            this.returnedAt = this.slowed.isEmpty() ? arrival : Math.max(this.returnedAt, arrival);
            this.slowed.add(joint); // also if the servo does not confirm it
            this.bus.write(joint, Register.GOAL_VELOCITY, RETURN_STEPS_PER_SECOND);
            this.speedLimits[joint.ordinal()] = RETURN_STEPS_PER_SECOND;
        }
        setGoal(joint, allowed);
    }

    private void setGoal(Joint joint, int steps) {
        this.bus.write(joint, Register.GOAL_POSITION, steps);
        this.goals[joint.ordinal()] = steps;
    }

    /**
     * Looks once more, a little later, whether a joint that keeps its goal is at rest: it may be on
     * its way, or about to set out. If it moves, or moves too slowly to tell, it holds where it is.
     */
    private void holdIfItMovesOn(Joint joint) {
        int i = joint.ordinal();
        if (!this.kept[i]) {
            return;
        }
        int now = this.bus.read(joint, Register.PRESENT_POSITION);
        boolean moved = Math.abs(now - this.positions[i]) > REST_STEPS;
        boolean tooSlowToTell =
                this.speedLimits[i] != 0
                        && this.speedLimits[i] < MIN_VISIBLE_SPEED
                        && Math.abs(now - this.goals[i]) > REST_STEPS;
        if (moved || tooSlowToTell) {
            setAllowedGoal(joint, now, now);
        }
    }

    private void awaitMotion() {
        long nanos = 0;
        for (int i = 0; i < JOINTS.length; i++) {
            if (this.kept[i]) {
                nanos = Math.max(nanos, restNanos(this.speedLimits[i]));
            }
        }
        if (nanos > 0) {
            LockSupport.parkNanos(this, nanos); // interrupted, it looks sooner
        }
    }

    /** How long a joint with a speed limit takes to move visibly. */
    private static long restNanos(int speedLimit) {
        return speedLimit < MIN_VISIBLE_SPEED
                ? REST_NANOS
                : Math.max(REST_NANOS, MOTION_STEPS * 1_000_000_000L / speedLimit);
    }

    private void state(ReplyParser reply) {
        this.torqueOn = reply.value(Register.TORQUE_ENABLE) == 1;
        this.goal = reply.value(Register.GOAL_POSITION);
        this.speedLimit = Math.abs(reply.value(Register.GOAL_VELOCITY));
    }

    /** Moves all joints to the start pose, if there is one. */
    void moveToStartPose(Cancellation cancellation) throws InterruptedException {
        if (this.toStartPose != null) {
            this.toStartPose.run(this.bus, this.goals, cancellation, null);
        }
    }

    /**
     * Brings the arm to rest. Every servo is told, also if it reports a fault, and if another one
     * does not listen. If nothing is wrong, nothing is allocated: the heap may be full.
     *
     * @throws So101Exception if one did not listen or reported a fault; the others are suppressed
     * @throws InterruptedException if the thread was interrupted on the way to the start pose;
     *     torque is off then
     */
    void rest(StopMode mode) throws InterruptedException {
        this.port.beginRest();
        this.bus.hurry();
        Throwable failure = mode == StopMode.PARK_THEN_TORQUE_OFF ? park() : null;
        this.bus.deferFaults();
        if (mode == StopMode.HOLD) {
            failure = tellAll(this.holding, failure);
            awaitMotion();
            failure = tellAll(this.holdingStill, failure);
        } else {
            failure = tellAll(this.limp, failure);
        }
        rethrow(failure);
    }

    private @Nullable Throwable tellAll(Order order, @Nullable Throwable before) {
        Throwable failure = before;
        for (Joint joint : JOINTS) {
            try {
                order.tell(joint);
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

    /** An arm that is not held by all its servos is not led anywhere. */
    private @Nullable Throwable park() {
        try {
            boolean held = this.toStartPose != null;
            for (Joint joint : JOINTS) {
                hold(joint);
                held &= this.torqueOn;
            }
            if (held) {
                awaitReturn();
                for (Joint joint : JOINTS) {
                    restoreSpeed(joint);
                }
                // An interrupt ends its sleep.
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
        if (first != other) { // there may be one OutOfMemoryError for all
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
