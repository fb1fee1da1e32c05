package dev.rfx.session.so101;

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

    /** A joint that lies a little outside its range goes back so slowly, 9°/s. */
    private static final int RETURN_STEPS_PER_SECOND = 100;

    /** And then has so much time to be at rest. */
    private static final long RETURN_MILLIS = 50;

    /** A session waits for a stop for 10 s at most. */
    private static final Duration PARK_LIMIT = Duration.ofSeconds(8);

    private static final Joint[] JOINTS = Joint.values();

    private final So101Robot.Settings settings;
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

    /** Whether the last goal is another one than was asked for: the joint moves there slowly. */
    private boolean led;

    private final Order holding = this::hold;
    private final Order holdingStill = this::holdIfItMovesOn;
    private final Order limp = joint -> this.bus().write(joint, Register.TORQUE_ENABLE, 0);

    // What a servo told last of its state.
    private final ServoBus.Replies states = (joint, reply) -> state(reply);
    private boolean torqueOn;
    private int position;
    private int goal;
    private int goalVelocity;

    /** What a servo is told. */
    private interface Order {
        void tell(Joint joint);
    }

    private Arm(
            So101Robot.Settings settings,
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
            So101Robot.Settings settings,
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
     * Turns torque on, one servo after the other, each with the goal to stay where it is. A limit
     * of their speed that another program has left does not stay.
     */
    void holdWithTorque(Cancellation cancellation) throws InterruptedException {
        for (Joint joint : JOINTS) {
            cancellation.check();
            hold(joint);
            if (!this.torqueOn) {
                this.foundLimp.add(joint);
            } else if (isToBeReleased(joint)) {
                this.bus.write(joint, Register.TORQUE_ENABLE, 0);
                this.released.add(joint);
                hold(joint);
            }
            this.bus.write(joint, Register.TORQUE_ENABLE, 1);
            if (this.led) {
                int way = Math.abs(this.goals[joint.ordinal()] - this.position);
                Thread.sleep(way * 1000L / RETURN_STEPS_PER_SECOND + RETURN_MILLIS);
            }
            if (this.goalVelocity != 0) {
                this.bus.write(joint, Register.GOAL_VELOCITY, 0);
            }
        }
        this.bus.tolerate(EnumSet.noneOf(ServoFault.class)); // all that could be cleared is
        awaitMotion();
        for (Joint joint : JOINTS) {
            holdIfItMovesOn(joint);
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
        boolean near =
                joint == Joint.GRIPPER
                        ? !this.bus.hasReported(joint, ServoFault.OVERLOAD)
                        : Math.abs(this.goal - this.position) <= MAX_SAG;
        boolean keep = this.torqueOn && near;
        this.kept[joint.ordinal()] = keep;
        this.positions[joint.ordinal()] = this.position;
        if (keep && joint == Joint.GRIPPER) {
            this.led = false;
            setGoal(joint, this.goal);
        } else {
            setAllowedGoal(joint, keep ? this.goal : this.position);
        }
    }

    /**
     * Sets a goal, or the nearest one that a joint may have. Outside its range a servo goes to the
     * end of the range whatever its goal, and near the seam of the turn a push is enough to let it
     * go all the way round: the joint is led away from there, slowly. The speed stays limited until
     * the next start.
     */
    private void setAllowedGoal(Joint joint, int steps) {
        int allowed = this.calibration.joint(joint).nearestGoal(steps);
        this.led = allowed != steps;
        if (this.led) {
            this.bus.write(joint, Register.GOAL_VELOCITY, RETURN_STEPS_PER_SECOND);
            this.goalVelocity = RETURN_STEPS_PER_SECOND;
        }
        setGoal(joint, allowed);
    }

    private void setGoal(Joint joint, int steps) {
        this.bus.write(joint, Register.GOAL_POSITION, steps);
        this.goals[joint.ordinal()] = steps;
    }

    /**
     * Looks once more, a little later, whether a joint that keeps its goal is at rest indeed: it
     * may be on its way, or about to set out.
     */
    private void holdIfItMovesOn(Joint joint) {
        if (this.kept[joint.ordinal()]) {
            int now = this.bus.read(joint, Register.PRESENT_POSITION);
            if (Math.abs(now - this.positions[joint.ordinal()]) > REST_STEPS) {
                setAllowedGoal(joint, now);
            }
        }
    }

    private void awaitMotion() {
        for (boolean keeps : this.kept) {
            if (keeps) {
                LockSupport.parkNanos(this, REST_NANOS); // interrupted, it looks sooner
                return;
            }
        }
    }

    private void state(ReplyParser reply) {
        this.torqueOn = reply.value(Register.TORQUE_ENABLE) == 1;
        this.position = reply.value(Register.PRESENT_POSITION);
        this.goal = reply.value(Register.GOAL_POSITION);
        this.goalVelocity = reply.value(Register.GOAL_VELOCITY);
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
