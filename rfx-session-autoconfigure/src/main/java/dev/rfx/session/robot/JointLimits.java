package dev.rfx.session.robot;

import static dev.rfx.session.robot.Limit.require;

import java.util.List;

/**
 * Range and speed of the commands to each joint, in the units of the commands. Immutable. Limiting
 * a command allocates nothing.
 */
final class JointLimits {

    private final Limit min;
    private final Limit max;
    private final Limit maxSpeed;
    private final int joints;

    /**
     * Creates limits.
     *
     * @param joints the number of joints of the robot, or {@link Limit#ANY_NUMBER} if not known
     * @throws IllegalArgumentException if the limits are for different numbers of joints, or a
     *     minimum is larger than the maximum
     */
    JointLimits(Limit min, Limit max, Limit maxSpeed, int joints) {
        this.min = min;
        this.max = max;
        this.maxSpeed = maxSpeed;
        this.joints = commonNumber(joints, List.of(min, max, maxSpeed));
        for (int i = 0; i < Math.max(this.joints, 1); i++) {
            require(
                    min.of(i) <= max.of(i),
                    "min of joint %d is %s, more than max, %s".formatted(i, min.of(i), max.of(i)));
        }
    }

    private static int commonNumber(int joints, List<Limit> limits) {
        int common = joints;
        for (Limit limit : limits) {
            if (limit.joints() != Limit.ANY_NUMBER) {
                require(
                        common == Limit.ANY_NUMBER || common == limit.joints(),
                        "The limit %s is for %d joints, but there are %d"
                                .formatted(limit, limit.joints(), common));
                common = limit.joints();
            }
        }
        return common;
    }

    /** {@return the number of joints, or {@link Limit#ANY_NUMBER}} */
    int joints() {
        return this.joints;
    }

    boolean hasMaxSpeed() {
        return this.maxSpeed.isSet();
    }

    /** {@return the command within the range that is nearest to {@code wanted}} */
    float withinRange(int joint, float wanted) {
        return Math.min(Math.max(wanted, this.min.of(joint)), this.max.of(joint));
    }

    /** {@return the command that is nearest to {@code wanted} and reachable in the given time} */
    float withinSpeed(int joint, float wanted, float from, double seconds) {
        if (!hasMaxSpeed()) {
            return wanted;
        }
        float step = maxStep(joint, seconds);
        return Math.min(Math.max(wanted, from - step), from + step);
    }

    private float maxStep(int joint, double seconds) {
        return (float) (this.maxSpeed.of(joint) * seconds);
    }

    LimitViolationException outOfRange(int joint, float wanted) {
        return new LimitViolationException(
                "The command for joint %d is %s, but must be %s to %s"
                        .formatted(joint, wanted, this.min.of(joint), this.max.of(joint)));
    }

    LimitViolationException tooFast(int joint, float wanted, float from, double seconds) {
        return new LimitViolationException(
                "The command for joint %d is %s, %s from %s, but at a speed of %s it may be %s"
                        .formatted(
                                joint,
                                wanted,
                                Math.abs(wanted - from),
                                from,
                                this.maxSpeed.of(joint),
                                maxStep(joint, seconds)));
    }

    @Override
    public String toString() {
        return "min %s, max %s, max speed %s".formatted(this.min, this.max, this.maxSpeed);
    }
}
