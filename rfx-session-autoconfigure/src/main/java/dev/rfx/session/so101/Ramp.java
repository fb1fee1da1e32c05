package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves all joints to the start pose, none faster than the start speed. At each tick it measures
 * the positions. It waits for a joint that is far from its goal, and fails when the joint has made
 * no progress for a second, so that no force builds up against an obstacle. It does not wait for a
 * gripper, which may hold an object. A servo that reports a fault or has lost its torque ends the
 * ramp. The ramp is complete when all joints are near their goals and at rest. Used by one thread
 * at a time.
 */
final class Ramp {

    private static final long TICK_MILLIS = 20;
    private static final double TICK_SECONDS = TICK_MILLIS / 1e3;
    private static final double DEFAULT_STEPS_PER_SECOND = 0.5 / JointScale.RADIANS_PER_STEP;

    /** Maximum speed of an STS3215 without load at 12 V, 45 rpm. */
    private static final double MAX_STEPS_PER_SECOND = 45 / 60.0 * 4096;

    /** Minimum speed. A slower arm would hardly ever arrive. */
    private static final double MIN_STEPS_PER_SECOND = 1;

    /** Additional distance from the goal that a joint may have after its arrival. */
    private static final int NOISE = 10;

    /** Additional distance from the goal that a joint may have in motion, as a time. */
    private static final double MAX_LAG_SECONDS = 0.2;

    /** Minimum progress of a joint within a second, 0.7°. */
    private static final int MIN_PROGRESS = 8;

    private static final int MAX_BLOCKED_TICKS = (int) (1 / TICK_SECONDS);

    /** Number of ticks without motion after which the arm is at rest. */
    private static final int REST_TICKS = 5;

    /** Number of ticks in the pose after which a joint that trembles is accepted. */
    private static final int MAX_REST_TICKS = (int) (2 / TICK_SECONDS);

    private static final Joint[] JOINTS = Joint.values();

    private final int[] target = new int[JOINTS.length];
    private final double[] step = new double[JOINTS.length];
    private final int maxErrors;
    private final LongSupplier nanoTime;

    private final double[] goal = new double[JOINTS.length];
    private final int[] blockedTicks = new int[JOINTS.length];
    private final int[] position = new int[JOINTS.length];
    private final int[] restPosition = new int[JOINTS.length];
    private final double[] leastLag = new double[JOINTS.length];
    private final boolean[] arrived = new boolean[JOINTS.length];
    private final Replies replies =
            (joint, reply) ->
                    this.position[joint.ordinal()] = reply.value(Register.PRESENT_POSITION);
    private int errors;

    private Ramp(So101Settings settings, Calibration calibration, List<Double> pose) {
        this.maxErrors = settings.maxConsecutiveErrors();
        this.nanoTime = settings.nanoTime();
        for (Joint joint : JOINTS) {
            int i = joint.ordinal();
            JointCalibration own = calibration.joint(joint);
            JointScale scale = JointScale.of(own, settings.units());
            this.target[i] = own.nearestGoal(scale.toSteps(pose.get(i)));
            this.step[i] = stepsPerSecond(joint, scale, settings.startSpeed()) * TICK_SECONDS;
        }
    }

    /**
     * {@return the ramp to the start pose, or null if there is none}
     *
     * @throws IllegalArgumentException if the start speed is outside the range of a servo
     */
    static @Nullable Ramp toStartPose(So101Settings settings, Calibration calibration) {
        List<Double> pose = settings.startPose();
        return pose == null ? null : new Ramp(settings, calibration, pose);
    }

    private static double stepsPerSecond(Joint joint, JointScale scale, @Nullable Double speed) {
        if (speed == null) {
            return DEFAULT_STEPS_PER_SECOND;
        }
        double steps = scale.distanceToSteps(speed);
        if (steps < MIN_STEPS_PER_SECOND || steps > MAX_STEPS_PER_SECOND) {
            throw new IllegalArgumentException(
                    "startSpeed is %s, which is %.2f steps/s of %s, but must be %.0f to %.0f steps/s"
                            .formatted(
                                    speed,
                                    steps,
                                    joint,
                                    MIN_STEPS_PER_SECOND,
                                    MAX_STEPS_PER_SECOND));
        }
        return steps;
    }

    /**
     * Moves the joints from their present goals to the pose, and returns when they are at rest.
     *
     * @param goals the present goals of the servos, in steps; updated at each tick
     * @param limit the longest time, or null
     * @throws StartPoseException if a joint does not follow, or the time is over
     * @throws LinkLostException if the port is gone, or a servo has lost its torque
     * @throws LinkException if too many measurements fail in a row
     * @throws ServoFaultException if a servo reports a fault
     * @throws InterruptedException if the ramp is cancelled; the servos keep their last goals
     */
    void run(ServoBus bus, int[] goals, Cancellation cancellation, @Nullable Duration limit)
            throws InterruptedException {
        long begin = this.nanoTime.getAsLong();
        for (int i = 0; i < goals.length; i++) {
            this.goal[i] = goals[i];
            this.leastLag[i] = Double.MAX_VALUE;
            this.blockedTicks[i] = 0;
            this.arrived[i] = false;
        }
        this.errors = 0;
        int atRest = 0;
        for (int inPose = 0; atRest < REST_TICKS && inPose < MAX_REST_TICKS; ) {
            cancellation.check();
            if (limit != null && this.nanoTime.getAsLong() - begin > limit.toNanos()) {
                throw StartPoseException.tooSlow(limit);
            }
            if (look(bus)) {
                boolean there = advance();
                round(goals);
                bus.writeGoals(goals);
                inPose = there ? inPose + 1 : 0;
                atRest = there && haveStayed() ? atRest + 1 : 0;
            }
            Thread.sleep(TICK_MILLIS);
        }
    }

    /**
     * Measures the positions, and the torque if it is in doubt. While either is unknown, the goals
     * stay as they are.
     */
    private boolean look(ServoBus bus) {
        try {
            bus.readAll(Register.PRESENT_POSITION, Measurement.MOTION_BYTES, this.replies);
            bus.requireTorque();
            this.errors = 0;
            return true;
        } catch (LinkException ex) {
            this.errors++;
            if (this.errors >= this.maxErrors) {
                throw ex;
            }
            return false;
        }
    }

    /** Moves the goals one step on, and returns whether all joints are in the pose. */
    private boolean advance() {
        boolean there = true;
        for (Joint joint : JOINTS) {
            int i = joint.ordinal();
            double way = this.target[i] - this.goal[i];
            double next = this.goal[i] + Math.min(Math.max(way, -this.step[i]), this.step[i]);
            if (Math.abs(next - this.position[i]) <= maxLag(i, way)) {
                this.goal[i] = next;
                this.leastLag[i] = Double.MAX_VALUE;
                this.blockedTicks[i] = 0;
                this.arrived[i] = next == this.target[i];
            } else if (joint == Joint.GRIPPER) {
                this.arrived[i] = true; // as far as it can
            } else {
                awaitJoint(joint);
                this.arrived[i] = false;
            }
            there &= this.arrived[i];
        }
        return there;
    }

    private double maxLag(int i, double way) {
        if (this.arrived[i]) {
            return JointHold.MAX_SAG + NOISE;
        }
        return way == 0
                ? JointHold.MAX_SAG
                : JointHold.MAX_SAG + this.step[i] * MAX_LAG_SECONDS / TICK_SECONDS;
    }

    private void awaitJoint(Joint joint) {
        int i = joint.ordinal();
        double lag = Math.abs(this.goal[i] - this.position[i]);
        if (lag <= this.leastLag[i] - MIN_PROGRESS) {
            this.leastLag[i] = lag;
            this.blockedTicks[i] = 0;
            return;
        }
        this.blockedTicks[i]++;
        if (this.blockedTicks[i] > MAX_BLOCKED_TICKS) {
            throw StartPoseException.blocked(
                    joint, this.position[i], (int) Math.rint(this.goal[i]));
        }
    }

    private void round(int[] goals) {
        for (int i = 0; i < goals.length; i++) {
            goals[i] = (int) Math.rint(this.goal[i]);
        }
    }

    /** Compares with the positions of the last motion, so that it also detects a slow motion. */
    private boolean haveStayed() {
        boolean stayed = true;
        for (int i = 0; i < JOINTS.length; i++) {
            stayed &= Math.abs(this.position[i] - this.restPosition[i]) <= JointHold.REST_STEPS;
        }
        if (!stayed) {
            System.arraycopy(this.position, 0, this.restPosition, 0, JOINTS.length);
        }
        return stayed;
    }
}
