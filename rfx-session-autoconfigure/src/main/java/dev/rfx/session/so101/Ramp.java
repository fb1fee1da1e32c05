package dev.rfx.session.so101;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leads all joints to the start pose, none faster than the start speed. At each tick it looks where
 * they are: a joint that does not follow is waited for, and given up after a second, so that no
 * force builds up against what is in its way; a servo that reports a fault ends it. Used by one
 * thread at a time.
 */
final class Ramp {

    private static final long TICK_MILLIS = 20;
    private static final double TICK_SECONDS = TICK_MILLIS / 1e3;
    private static final double DEFAULT_STEPS_PER_SECOND = 0.5 / JointScale.RADIANS_PER_STEP;

    /** What an STS3215 can turn without load at 12 V, 45 rpm. */
    private static final double MAX_STEPS_PER_SECOND = 45 / 60.0 * 4096;

    /** How far a joint may be behind its goal at rest, 20°, … */
    private static final int MAX_LAG = 228;

    /** … and by how much more in motion: the way of so much time. */
    private static final double MAX_LAG_SECONDS = 0.2;

    private static final int MAX_BLOCKED_TICKS = (int) (1 / TICK_SECONDS);

    /** A joint that moved less in a tick is at rest, but for the noise of its encoder. */
    private static final int REST_STEPS = 2;

    private static final int REST_TICKS = 5;

    /** A joint that never comes to rest in its goal trembles there. */
    private static final int MAX_REST_TICKS = (int) (2 / TICK_SECONDS);

    private static final Joint[] JOINTS = Joint.values();

    private final int[] target = new int[JOINTS.length];
    private final double[] step = new double[JOINTS.length];
    private final int maxErrors;

    private final double[] goal = new double[JOINTS.length];
    private final int[] blockedTicks = new int[JOINTS.length];
    private final int[] position = new int[JOINTS.length];
    private final int[] lastPosition = new int[JOINTS.length];
    private final ServoBus.Replies replies =
            (joint, reply) ->
                    this.position[joint.ordinal()] = reply.value(Register.PRESENT_POSITION);
    private int errors;

    private Ramp(So101Robot.Settings settings, Calibration calibration, List<Double> pose) {
        this.maxErrors = settings.maxConsecutiveErrors();
        for (Joint joint : JOINTS) {
            int i = joint.ordinal();
            JointCalibration own = calibration.joint(joint);
            JointScale scale = JointScale.of(own, settings.units());
            this.target[i] = own.nearestInRange(scale.toSteps(pose.get(i)));
            this.step[i] = stepsPerSecond(joint, scale, settings.startSpeed()) * TICK_SECONDS;
        }
    }

    /**
     * The way to the start pose, or null if there is none.
     *
     * @throws IllegalArgumentException if the start speed is more than a servo can turn
     */
    static @Nullable Ramp toStartPose(So101Robot.Settings settings, Calibration calibration) {
        List<Double> pose = settings.startPose();
        return pose == null ? null : new Ramp(settings, calibration, pose);
    }

    private static double stepsPerSecond(Joint joint, JointScale scale, @Nullable Double speed) {
        if (speed == null) {
            return DEFAULT_STEPS_PER_SECOND;
        }
        double steps = scale.distanceToSteps(speed);
        if (steps > MAX_STEPS_PER_SECOND) {
            throw new IllegalArgumentException(
                    "startSpeed is %s, which is %.0f steps/s of %s, but a servo turns at most %.0f steps/s"
                            .formatted(speed, steps, joint, MAX_STEPS_PER_SECOND));
        }
        return steps;
    }

    /**
     * Leads the joints from where they are to be held now, and returns when they are at rest.
     *
     * @param goals the goals that the servos have, in steps, and at the end those of the pose
     * @param limit how long it may take, or null
     * @throws StartPoseException if a joint does not follow, or it takes too long
     * @throws LinkException if the servos do not answer so many times in a row
     * @throws ServoFaultException if a servo reports a fault
     * @throws InterruptedException if it is cancelled; the arm then keeps its last goals
     */
    void run(ServoBus bus, int[] goals, Cancellation cancellation, @Nullable Duration limit)
            throws InterruptedException {
        long begin = System.nanoTime();
        for (int i = 0; i < goals.length; i++) {
            this.goal[i] = goals[i];
            this.blockedTicks[i] = 0;
        }
        this.errors = 0;
        int atRest = 0;
        for (int inPose = 0; atRest < REST_TICKS && inPose < MAX_REST_TICKS; ) {
            cancellation.check();
            if (limit != null && System.nanoTime() - begin > limit.toNanos()) {
                throw StartPoseException.tooSlow(limit);
            }
            if (look(bus)) {
                boolean there = advance();
                round(goals);
                bus.writeGoals(goals);
                inPose = there ? inPose + 1 : 0;
                atRest = there && isAtRest() ? atRest + 1 : 0;
            }
            Thread.sleep(TICK_MILLIS);
        }
    }

    /** Finds out where the joints are. Where that is not known, nothing is moved on. */
    private boolean look(ServoBus bus) {
        System.arraycopy(this.position, 0, this.lastPosition, 0, JOINTS.length);
        try {
            bus.readAll(Register.PRESENT_POSITION, Measurement.MOTION_BYTES, this.replies);
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

    private boolean advance() {
        boolean there = true;
        for (Joint joint : JOINTS) {
            int i = joint.ordinal();
            double way = this.target[i] - this.goal[i];
            double next = this.goal[i] + Math.min(Math.max(way, -this.step[i]), this.step[i]);
            double ahead = (next - this.position[i]) * Math.signum(way);
            if (ahead > MAX_LAG + this.step[i] * MAX_LAG_SECONDS / TICK_SECONDS) {
                this.blockedTicks[i]++;
                if (this.blockedTicks[i] > MAX_BLOCKED_TICKS) {
                    throw StartPoseException.blocked(
                            joint, this.position[i], (int) Math.rint(this.goal[i]));
                }
            } else {
                this.blockedTicks[i] = 0;
                this.goal[i] = next;
            }
            there &= this.goal[i] == this.target[i];
        }
        return there;
    }

    private void round(int[] goals) {
        for (int i = 0; i < goals.length; i++) {
            goals[i] = (int) Math.rint(this.goal[i]);
        }
    }

    private boolean isAtRest() {
        for (int i = 0; i < JOINTS.length; i++) {
            if (Math.abs(this.position[i] - this.lastPosition[i]) > REST_STEPS) {
                return false;
            }
        }
        return true;
    }
}
