package dev.rfx.session.so101;

import dev.rfx.session.MotionTime;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Converts an action to goals, clamped to the calibrated range and to the maximum speed. Used by
 * one thread at a time; {@link #readings()} by any.
 */
final class GoalLimits {

    /** 2 rad/s, less than half the speed of a servo without load. */
    private static final double DEFAULT_STEPS_PER_SECOND = 2 / JointScale.RADIANS_PER_STEP;

    /** A distance beyond the travel of any joint. */
    private static final int NO_LIMIT = 1 << 16;

    private static final Joint[] JOINTS = Joint.values();

    private final JointScale[] scales = new JointScale[JOINTS.length];
    private final int[] min = new int[JOINTS.length];
    private final int[] max = new int[JOINTS.length];
    private final double[] stepsPerSecond = new double[JOINTS.length];

    /** Fraction of a step that each joint was allowed but could not move: goals are whole steps. */
    private final double[] remainders = new double[JOINTS.length];

    private final MotionTime time;
    private final AtomicLongArray clamps = new AtomicLongArray(JOINTS.length);

    GoalLimits(LongSupplier nanoTime) {
        this.time = new MotionTime(nanoTime, true);
    }

    /** Sets the range and the speed of each joint. Call this before {@link #begin()}. */
    void calibrate(So101Settings settings, Calibration calibration) {
        for (Joint joint : JOINTS) {
            int i = joint.ordinal();
            JointCalibration own = calibration.joint(joint);
            this.scales[i] = JointScale.of(own, settings.units());
            this.min[i] = own.lowestGoal();
            this.max[i] = own.highestGoal();
            this.stepsPerSecond[i] = stepsPerSecond(this.scales[i], settings.maxSpeed());
        }
    }

    private static double stepsPerSecond(JointScale scale, @Nullable Double units) {
        return units == null ? DEFAULT_STEPS_PER_SECOND : scale.distanceToSteps(units);
    }

    /** Begins a run: the arm holds its position, and the next goal is the first one. */
    void begin() {
        this.time.begin();
        Arrays.fill(this.remainders, 0);
    }

    /**
     * Computes the goals of an action.
     *
     * @param action six positions in units
     * @param last the previous goals, in steps
     * @param goals receives the goals, in steps
     * @throws IllegalArgumentException if a value is not finite
     */
    void limit(Tensor action, int[] last, int[] goals) {
        for (int i = 0; i < goals.length; i++) {
            goals[i] = this.scales[i].toSteps(action.get(i)); // throws before anything is counted
        }
        double seconds = this.time.next();
        for (int i = 0; i < goals.length; i++) {
            int wanted = goals[i];
            int most = mostSteps(i, seconds);
            // The range comes first: a joint outside its range returns at the maximum speed.
            int inRange = clamp(wanted, this.min[i], this.max[i]);
            goals[i] = clamp(inRange, last[i] - most, last[i] + most);
            if (goals[i] != wanted) {
                this.clamps.incrementAndGet(i);
            }
        }
    }

    /** {@return goals in the units of actions} */
    Tensor toUnits(int[] steps) {
        float[] units = new float[steps.length];
        for (int i = 0; i < steps.length; i++) {
            units[i] = toUnits(i, steps[i]);
        }
        return Tensor.of(units);
    }

    /** {@return the goal of a joint in the units of actions} */
    float toUnits(int joint, int steps) {
        return (float) this.scales[joint].toUnits(steps);
    }

    private int mostSteps(int i, double seconds) {
        if (this.stepsPerSecond[i] == Double.POSITIVE_INFINITY) {
            return NO_LIMIT;
        }
        double most = Math.min(this.remainders[i] + this.stepsPerSecond[i] * seconds, NO_LIMIT);
        this.remainders[i] = most - Math.floor(most);
        return (int) most;
    }

    private static int clamp(int value, int min, int max) {
        return Math.min(Math.max(value, min), max);
    }

    List<RobotReading> readings() {
        return Arrays.stream(JOINTS)
                .map(
                        joint ->
                                RobotReading.incidents(
                                        "clamps",
                                        joint.motorName(),
                                        this.clamps.get(joint.ordinal())))
                .toList();
    }
}
