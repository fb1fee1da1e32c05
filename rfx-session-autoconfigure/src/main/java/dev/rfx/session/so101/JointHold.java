package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes each joint hold where it is, without a jump: it chooses the goal to hold, leads a joint
 * away from the seam and from outside its range slowly, and checks that the joints are at rest.
 * Used by one thread at a time.
 */
final class JointHold {

    /**
     * Maximum distance of a joint at rest from its goal, 8°, due to gravity. A joint farther away
     * is moving or blocked.
     */
    static final int MAX_SAG = 91;

    /** Encoder noise: a joint that moved no farther is at rest. */
    static final int REST_STEPS = 4;

    /** Sampling interval of the rest check. */
    private static final long REST_NANOS = 40_000_000;

    /** Distance beyond the encoder noise, by which the interval for a speed limit is chosen. */
    private static final int MOTION_STEPS = 2 * REST_STEPS + 2;

    /** Longest sampling interval. */
    private static final long MAX_REST_NANOS = 1_000_000_000;

    /** With a speed limit below this, a motion is too slow for the longest interval. */
    private static final int MIN_VISIBLE_SPEED = (int) (MOTION_STEPS * 1e9 / MAX_REST_NANOS);

    /** Speed of a joint that returns into its range or leaves the seam, 9°/s. */
    private static final int RETURN_STEPS_PER_SECOND = 100;

    /** Time in which such a joint comes to rest at its goal. */
    private static final long RETURN_NANOS = 50_000_000;

    /** Longest wait for such a joint. A start accepts no joint that needs longer. */
    private static final long MAX_RETURN_NANOS = 2_000_000_000;

    private static final Joint[] JOINTS = Joint.values();

    private final ServoBus bus;
    private final Calibration calibration;
    private final int[] goals;
    private final int[] positions = new int[JOINTS.length];

    /** Whether each joint keeps its previous goal. */
    private final boolean[] kept = new boolean[JOINTS.length];

    /** Known speed limit (Goal_Velocity) of each servo, in steps/s; 0 is none. */
    private final int[] speedLimits = new int[JOINTS.length];

    /** Joints with a speed limit that this object has set. */
    private final Set<Joint> slowed = EnumSet.noneOf(Joint.class);

    /** When the last of the slowed joints has returned. */
    private long returnedAt;

    // State of the servo that was read last.
    private final Replies states = (joint, reply) -> state(reply);
    private boolean torqueOn;
    private int goal;
    private int speedLimit;

    /**
     * Creates it.
     *
     * @param goals receives the goals, in steps
     */
    JointHold(ServoBus bus, Calibration calibration, int[] goals) {
        this.bus = bus;
        this.calibration = calibration;
        this.goals = goals;
    }

    /**
     * Makes a joint hold where it is.
     *
     * <p>A joint with torque near its goal keeps that goal. With its position as the goal the servo
     * would lose the force against gravity, and the joint would sink a little at each stop. A
     * gripper with torque keeps its goal too, because it would drop its object. The exception is a
     * gripper in overload, which would overheat. In all other cases the position becomes the goal,
     * because the previous goal is unknown.
     *
     * @return whether the joint has torque
     */
    boolean hold(Joint joint) {
        int i = joint.ordinal();
        this.kept[i] = false; // unless the servo replies
        this.bus.read(joint, ServoBus.STATE_BEGIN, ServoBus.STATE_BYTES, this.states);
        this.speedLimits[i] = this.speedLimit;
        int position = this.bus.read(joint, Register.PRESENT_POSITION);
        this.positions[i] = position;
        this.kept[i] = this.torqueOn && isNearGoal(joint, position);
        if (this.kept[i] && joint == Joint.GRIPPER) {
            setGoal(joint, this.goal);
        } else {
            setAllowedGoal(joint, this.kept[i] ? this.goal : position, position);
        }
        return this.torqueOn;
    }

    private boolean isNearGoal(Joint joint, int position) {
        return joint == Joint.GRIPPER
                ? !this.bus.hasReported(joint, ServoFault.OVERLOAD)
                : Math.abs(this.goal - position) <= MAX_SAG;
    }

    private void state(ReplyParser reply) {
        this.torqueOn = reply.value(Register.TORQUE_ENABLE) == 1;
        this.goal = reply.value(Register.GOAL_POSITION);
        this.speedLimit = Math.abs(reply.value(Register.GOAL_VELOCITY));
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
            this.slowed.add(joint); // also if the servo does not confirm
            this.bus.write(joint, Register.GOAL_VELOCITY, RETURN_STEPS_PER_SECOND);
            this.speedLimits[joint.ordinal()] = RETURN_STEPS_PER_SECOND;
        }
        setGoal(joint, allowed);
    }

    private void setGoal(Joint joint, int steps) {
        this.bus.write(joint, Register.GOAL_POSITION, steps);
        this.goals[joint.ordinal()] = steps;
    }

    /** Waits until a joint that keeps its goal and moves has moved visibly, or an interrupt. */
    void awaitMotion() {
        long nanos = 0;
        for (int i = 0; i < JOINTS.length; i++) {
            if (this.kept[i]) {
                nanos = Math.max(nanos, samplingNanos(this.speedLimits[i]));
            }
        }
        if (nanos > 0) {
            LockSupport.parkNanos(this, nanos);
        }
    }

    private static long samplingNanos(int speedLimit) {
        return speedLimit < MIN_VISIBLE_SPEED
                ? REST_NANOS
                : Math.max(REST_NANOS, MOTION_STEPS * 1_000_000_000L / speedLimit);
    }

    /**
     * Checks that a joint which keeps its goal is at rest. A joint that moves holds where it is
     * now. So does a joint that might move too slowly to detect.
     */
    void holdIfItMovesOn(Joint joint) {
        int i = joint.ordinal();
        if (!this.kept[i]) {
            return;
        }
        int now = this.bus.read(joint, Register.PRESENT_POSITION);
        boolean moved = Math.abs(now - this.positions[i]) > REST_STEPS;
        boolean maybeTooSlow =
                this.speedLimits[i] != 0
                        && this.speedLimits[i] < MIN_VISIBLE_SPEED
                        && Math.abs(now - this.goals[i]) > REST_STEPS;
        if (moved || maybeTooSlow) {
            setAllowedGoal(joint, now, now);
        }
    }

    /**
     * Waits until the slowed joints have returned. An interrupt does not end the wait, because a
     * joint on its way would jump to full speed when its limit is removed.
     */
    void awaitReturn() {
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

    /** Removes the speed limit of a joint, if this object has set it. */
    void restoreSpeed(Joint joint) {
        if (this.slowed.contains(joint)) {
            removeSpeedLimit(joint);
            this.slowed.remove(joint);
        }
    }

    /** Removes the speed limits of another program, once all joints hold. */
    void removeForeignSpeedLimits() {
        for (Joint joint : JOINTS) {
            if (this.speedLimits[joint.ordinal()] != 0 && !this.slowed.contains(joint)) {
                removeSpeedLimit(joint);
            }
        }
    }

    private void removeSpeedLimit(Joint joint) {
        this.bus.write(joint, Register.GOAL_VELOCITY, 0);
        this.speedLimits[joint.ordinal()] = 0;
    }
}
