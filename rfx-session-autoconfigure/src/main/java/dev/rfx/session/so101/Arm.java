package dev.rfx.session.so101;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A connected arm: from the open port to torque on, and back. Each servo is asked and told on its
 * own here, and confirms it; only the control loop and the way to the start pose speak to all at
 * once. Used by one thread at a time.
 */
final class Arm implements AutoCloseable {

    /**
     * A joint at rest is so far from its goal at most, 3.5°: what gravity makes of it. Farther away
     * it is on its way, or something is in its way.
     */
    private static final int MAX_SAG = 40;

    /** In so long a joint at rest does not move … */
    private static final long REST_NANOS = 40_000_000;

    /** … more than this, which is the noise of its encoder. */
    static final int REST_STEPS = 1;

    /** A session waits for a stop for 10 s at most. */
    private static final Duration PARK_LIMIT = Duration.ofSeconds(8);

    private static final Register STATE_BEGIN = Register.TORQUE_ENABLE;
    private static final int STATE_BYTES =
            Register.PRESENT_VELOCITY.address()
                    + Register.PRESENT_VELOCITY.length()
                    - STATE_BEGIN.address();

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

    // What a servo told last of its state.
    private final ServoBus.Replies states = (joint, reply) -> state(reply);
    private boolean torqueOn;
    private boolean atRest;
    private int position;
    private int goal;

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
        new ArmSetup(
                        this.bus,
                        path(),
                        this.calibration,
                        this.settings.writeCalibration(),
                        cancellation)
                .run();
    }

    /** Turns torque on, one servo after the other, each with the goal to stay where it is. */
    void holdWithTorque(Cancellation cancellation) throws InterruptedException {
        for (Joint joint : JOINTS) {
            cancellation.check();
            hold(joint);
            this.bus.write(joint, Register.TORQUE_ENABLE, 1);
        }
        holdWhatMovesOn();
    }

    /**
     * Lets a joint stay where it is. If it is at rest with torque, it keeps its goal: with its
     * position as the goal the force would be gone that keeps it there, and it would sink a little
     * each time. Else its position becomes its goal: what goal it has from before nobody knows.
     */
    private void hold(Joint joint) {
        this.bus.read(joint, STATE_BEGIN, STATE_BYTES, this.states);
        boolean keep =
                this.torqueOn && this.atRest && Math.abs(this.goal - this.position) <= MAX_SAG;
        this.kept[joint.ordinal()] = keep;
        this.positions[joint.ordinal()] = this.position;
        setGoal(joint, keep ? this.goal : this.position);
    }

    private void setGoal(Joint joint, int steps) {
        this.bus.write(joint, Register.GOAL_POSITION, steps);
        this.goals[joint.ordinal()] = steps;
    }

    /**
     * Looks once more, a little later, whether a joint that keeps its goal is at rest indeed: a
     * servo does not tell of a slow motion, nor of one that it is about to begin.
     */
    private void holdWhatMovesOn() {
        boolean any = false;
        for (boolean keeps : this.kept) {
            any |= keeps;
        }
        if (!any) {
            return;
        }
        LockSupport.parkNanos(this, REST_NANOS); // interrupted, it looks sooner
        for (Joint joint : JOINTS) {
            if (this.kept[joint.ordinal()]) {
                holdIfItMovesOn(joint);
            }
        }
    }

    private void holdIfItMovesOn(Joint joint) {
        int now = this.bus.read(joint, Register.PRESENT_POSITION);
        if (Math.abs(now - this.positions[joint.ordinal()]) > REST_STEPS) {
            setGoal(joint, now);
        }
    }

    private void state(ReplyParser reply) {
        this.torqueOn = reply.value(Register.TORQUE_ENABLE) == 1;
        this.atRest = reply.value(Register.PRESENT_VELOCITY) == 0;
        this.position = reply.value(Register.PRESENT_POSITION);
        this.goal = reply.value(Register.GOAL_POSITION);
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
     * @throws InterruptedException if the way to the start pose was cancelled; torque is off then
     */
    void rest(StopMode mode, Cancellation cancellation) throws InterruptedException {
        this.port.beginRest();
        this.bus.hurry();
        Throwable failure = mode == StopMode.PARK_THEN_TORQUE_OFF ? park(cancellation) : null;
        this.bus.deferFaults();
        Arrays.fill(this.kept, false);
        for (Joint joint : JOINTS) {
            try {
                if (mode == StopMode.HOLD) {
                    hold(joint);
                } else {
                    this.bus.write(joint, Register.TORQUE_ENABLE, 0);
                }
            } catch (Throwable ex) {
                failure = with(failure, ex);
            }
            ServoFaultException fault = this.bus.takeFault();
            if (fault != null) {
                failure = with(failure, fault);
            }
        }
        try {
            holdWhatMovesOn();
        } catch (So101Exception ex) {
            failure = with(failure, ex);
        }
        rethrow(failure);
    }

    /** An arm that is not held by all its servos is not led anywhere. */
    private @Nullable Throwable park(Cancellation cancellation) {
        try {
            boolean held = this.toStartPose != null;
            for (Joint joint : JOINTS) {
                hold(joint);
                held &= this.torqueOn;
            }
            if (held) {
                this.toStartPose.run(this.bus, this.goals, cancellation, PARK_LIMIT);
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
