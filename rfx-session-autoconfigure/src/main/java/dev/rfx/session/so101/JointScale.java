package dev.rfx.session.so101;

/**
 * Converts the positions of one joint between the steps of its servo and {@link JointUnits}.
 *
 * <p>Every unit is linear in steps, so a scale consists of the position of the zero and the value
 * of one step. Goals are rounded to the nearest step, whereas LeRobot truncates. Immutable; a
 * conversion allocates nothing.
 */
final class JointScale {

    static final double RADIANS_PER_STEP = 2 * Math.PI / 4096;

    /** LeRobot divides by the highest position, 4095, not by the number of steps. */
    private static final double DEGREES_PER_STEP = 360.0 / 4095;

    private final Joint joint;
    private final double zeroSteps;
    private final double unitsPerStep;
    private final int lowestReading;
    private final int highestReading;

    private JointScale(
            Joint joint,
            double zeroSteps,
            double unitsPerStep,
            int lowestReading,
            int highestReading) {
        this.joint = joint;
        this.zeroSteps = zeroSteps;
        this.unitsPerStep = unitsPerStep;
        this.lowestReading = lowestReading;
        this.highestReading = highestReading;
    }

    static JointScale of(JointCalibration calibration, JointUnits units) {
        return switch (units) {
            case RADIANS ->
                    unbounded(calibration, calibration.reversed() ? -1 : 1, RADIANS_PER_STEP);
            case DEGREES ->
                    calibration.joint() == Joint.GRIPPER
                            ? normalized(calibration)
                            : unbounded(calibration, 1, DEGREES_PER_STEP);
            case NORMALIZED -> normalized(calibration);
        };
    }

    private static JointScale unbounded(
            JointCalibration calibration, int sign, double unitsPerStep) {
        return new JointScale(
                calibration.joint(),
                middle(calibration),
                sign * unitsPerStep,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE);
    }

    private static JointScale normalized(JointCalibration calibration) {
        int min = calibration.rangeMin();
        int max = calibration.rangeMax();
        boolean reversed = calibration.reversed();
        boolean gripper = calibration.joint() == Joint.GRIPPER;
        double zero = gripper ? (reversed ? max : min) : middle(calibration);
        double unitsPerStep = (gripper ? 100.0 : 200.0) / (max - min);
        return new JointScale(
                calibration.joint(), zero, reversed ? -unitsPerStep : unitsPerStep, min, max);
    }

    private static double middle(JointCalibration calibration) {
        return (calibration.rangeMin() + calibration.rangeMax()) / 2.0;
    }

    /** {@return a measured position in units} */
    double toUnits(int steps) {
        int reading = Math.min(Math.max(steps, this.lowestReading), this.highestReading);
        return (reading - this.zeroSteps) * this.unitsPerStep;
    }

    /** {@return a measured velocity in units/s} */
    double velocityToUnits(int stepsPerSecond) {
        return stepsPerSecond * this.unitsPerStep;
    }

    /**
     * {@return a goal in steps} It may be outside the calibrated range; the caller clamps it.
     *
     * @param value a position in units
     * @throws IllegalArgumentException if the value is not finite
     */
    int toSteps(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "The goal of " + this.joint + " is " + value + ", but must be finite");
        }
        return (int) Math.rint(value / this.unitsPerStep + this.zeroSteps);
    }

    /**
     * {@return a distance in steps}
     *
     * @param distance in units, 0 or more, may be infinite
     */
    double distanceToSteps(double distance) {
        return distance / Math.abs(this.unitsPerStep);
    }
}
