package dev.rfx.session.so101;

import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Turns an action into goals that an arm may get: within the calibrated range, and within a step
 * from the last goal. Used by one thread at a time; {@link #readings()} by any.
 */
final class GoalLimits {

    /** 0.1 rad. */
    private static final int DEFAULT_MAX_STEP = 65;

    /** More than any joint can go. */
    private static final int NO_MAX_STEP = 1 << 16;

    private static final Joint[] JOINTS = Joint.values();

    private final JointScale[] scales = new JointScale[JOINTS.length];
    private final int[] min = new int[JOINTS.length];
    private final int[] max = new int[JOINTS.length];
    private final int[] maxStep = new int[JOINTS.length];
    private final AtomicLongArray clamps = new AtomicLongArray(JOINTS.length);

    /** Sets the range and the step of each joint. To be called before the first goal. */
    void calibrate(So101Robot.Settings settings, Calibration calibration) {
        for (Joint joint : JOINTS) {
            int i = joint.ordinal();
            JointCalibration own = calibration.joint(joint);
            this.scales[i] = JointScale.of(own, settings.units());
            this.min[i] = own.lowestGoal();
            this.max[i] = own.highestGoal();
            this.maxStep[i] = maxStep(this.scales[i], settings.maxStep());
        }
    }

    private static int maxStep(JointScale scale, @Nullable Double units) {
        return units == null
                ? DEFAULT_MAX_STEP
                : clamp((int) Math.rint(scale.distanceToSteps(units)), 1, NO_MAX_STEP);
    }

    /**
     * Works out the goals of an action.
     *
     * @param action six positions in units
     * @param last the goals before, in steps
     * @param goals takes the goals, in steps
     * @throws IllegalArgumentException if a value is not finite
     */
    void limit(Tensor action, int[] last, int[] goals) {
        for (int i = 0; i < goals.length; i++) {
            goals[i] = this.scales[i].toSteps(action.get(i)); // or throws, and nothing is counted
        }
        for (int i = 0; i < goals.length; i++) {
            int wanted = goals[i];
            int step = clamp(wanted, last[i] - this.maxStep[i], last[i] + this.maxStep[i]);
            goals[i] = clamp(step, this.min[i], this.max[i]);
            if (goals[i] != wanted) {
                this.clamps.incrementAndGet(i);
            }
        }
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
