package dev.rfx.session.so101;

import java.time.Duration;
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

    // What a servo told last of its state.
    private final ServoBus.Replies states = (joint, reply) -> state(reply);
    private boolean torqueOn;
    private boolean atRest;
    private int position;
    private int goal;

    private final boolean[] torques = new boolean[JOINTS.length];
    private final ServoBus.Replies torqueReplies =
            (joint, reply) ->
                    this.torques[joint.ordinal()] = reply.value(Register.TORQUE_ENABLE) == 1;

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
     * @throws IllegalArgumentException if the start speed is more than a servo can turn
     * @throws PortException if it cannot be found or opened
     */
    static Arm connect(
            So101Robot.Settings settings, Calibration calibration, LinkStatistics statistics) {
        Ramp toStartPose = Ramp.toStartPose(settings, calibration);
        ArmPort port = ArmFinder.open(settings.port(), settings.baudRate());
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
    }

    /**
     * Lets a joint stay where it is. If it is at rest with torque, it keeps its goal: with its
     * position as the goal the force would be gone that keeps it there, and it would sink a little
     * each time. Else its position becomes its goal: what goal it has from before nobody knows.
     */
    private void hold(Joint joint) {
        this.bus.read(joint, STATE_BEGIN, STATE_BYTES, this.states);
        boolean held =
                this.torqueOn && this.atRest && Math.abs(this.goal - this.position) <= MAX_SAG;
        int next = held ? this.goal : this.position;
        this.bus.write(joint, Register.GOAL_POSITION, next);
        this.goals[joint.ordinal()] = next;
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
     * Makes sure that the servos hold still, after some did not answer: one whose power was gone
     * for a moment has no torque any more.
     *
     * @throws LinkLostException if that is so
     */
    void requireTorque() {
        Joint limp = findWithoutTorque();
        if (limp != null) {
            throw LinkLostException.torqueLost(limp);
        }
    }

    private @Nullable Joint findWithoutTorque() {
        // More than the control loop ever asks for: by its length no reply is taken for another.
        this.bus.readAll(STATE_BEGIN, STATE_BYTES, this.torqueReplies);
        for (Joint joint : JOINTS) {
            if (!this.torques[joint.ordinal()]) {
                return joint;
            }
        }
        return null;
    }

    /**
     * Brings the arm to rest. Every servo is told, also if it reports a fault, and if another one
     * does not listen. If nothing is wrong, nothing is allocated: the heap may be full.
     *
     * @throws So101Exception if one did not listen or reported a fault; the others are suppressed
     * @throws InterruptedException if the way to the start pose was cancelled; torque is off then
     */
    void rest(StopMode mode, Cancellation cancellation) throws InterruptedException {
        this.bus.hurry();
        Throwable failure = mode == StopMode.PARK_THEN_TORQUE_OFF ? park(cancellation) : null;
        this.bus.deferFaults();
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
        rethrow(failure);
    }

    /** An arm that is not held by all its servos is not led anywhere. */
    private @Nullable Throwable park(Cancellation cancellation) {
        try {
            if (findWithoutTorque() == null && this.toStartPose != null) {
                for (Joint joint : JOINTS) {
                    hold(joint);
                }
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
