package dev.rfx.session.so101;

/**
 * The calibration of one servo of one arm. Positions are in steps, 4096 to the turn.
 *
 * @param joint the joint
 * @param reversed whether the servo turns the other way (LeRobot's {@code drive_mode} 1)
 * @param homingOffset the number of steps that the servo subtracts from the position of its
 *     encoder, −2047 to 2047
 * @param rangeMin the lowest position, after the homing offset, 0 to 4095
 * @param rangeMax the highest position, after the homing offset, more than {@code rangeMin}, up to
 *     4095
 * @since 0.1
 */
public record JointCalibration(
        Joint joint, boolean reversed, int homingOffset, int rangeMin, int rangeMax) {

    private static final int MAX_HOMING_OFFSET = 2047;
    private static final int MAX_POSITION = 4095;

    /**
     * Minimum distance of a goal from the seam of the turn, between 4095 and 0: 3°. Beyond the seam
     * the position is that of the other end, so a servo that overshoots it goes all the way round.
     */
    private static final int SEAM_MARGIN = 34;

    /**
     * Creates a calibration.
     *
     * @param joint the joint
     * @param reversed whether the servo turns the other way
     * @param homingOffset the number of steps that the servo subtracts
     * @param rangeMin the lowest position
     * @param rangeMax the highest position
     * @throws IllegalArgumentException if a value is outside its range; the message has its name in
     *     LeRobot's file
     */
    public JointCalibration {
        require("homing_offset", homingOffset, -MAX_HOMING_OFFSET, MAX_HOMING_OFFSET);
        require("range_min", rangeMin, 0, MAX_POSITION);
        require("range_max", rangeMax, 0, MAX_POSITION);
        if (rangeMin >= rangeMax) {
            throw new IllegalArgumentException(
                    "range_min is %d and range_max is %d, but range_min must be less"
                            .formatted(rangeMin, rangeMax));
        }
    }

    /** {@return a position, clamped to the calibrated range} */
    int nearestInRange(int position) {
        return Math.min(Math.max(position, this.rangeMin), this.rangeMax);
    }

    /** {@return the lowest goal, which is in the range and away from the seam} */
    int lowestGoal() {
        return Math.min(Math.max(this.rangeMin, SEAM_MARGIN), this.rangeMax);
    }

    /** {@return the highest goal, which is in the range and away from the seam} */
    int highestGoal() {
        return Math.max(Math.min(this.rangeMax, MAX_POSITION - SEAM_MARGIN), lowestGoal());
    }

    /** {@return a position, clamped to the lowest and highest goal} */
    int nearestGoal(int position) {
        return Math.min(Math.max(position, lowestGoal()), highestGoal());
    }

    private static void require(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "%s is %d, but must be from %d to %d".formatted(name, value, min, max));
        }
    }
}
