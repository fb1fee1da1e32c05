package dev.rfx.session.robot;

import dev.rfx.session.MotionTime;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the commands to a robot within limits, joint by joint: first within a range, then within a
 * speed. A command that is not finite after that is refused. All values are in the units of the
 * robot's actions.
 *
 * <p><b>Speed.</b> The distance between two commands is limited, in units per second at any rate of
 * the loop: see {@link MotionTime}. After a stall, and below 10 Hz, a command moves no farther than
 * in 0.1 s. In the first second of a run the speed grows from a twentieth of the limit to all of
 * it. With {@link OnViolation#FAIL} it does not, because no command is changed then. The distance
 * is measured from the last <i>command</i>, not from the position of the joint: a joint that lags
 * behind could otherwise never reach its speed.
 *
 * <p><b>First command.</b> The first command of a run is measured from the last observed positions
 * ({@link Robot#positions}), so that a joint outside its range is led back into it. If the robot
 * reports no positions, only the range limits the first command, and {@link #reset()} logs a
 * warning.
 *
 * <p>{@link #readings()} counts the clamped commands, per joint if the number of joints is known.
 *
 * @param <O> the type of an observation
 * @since 0.1
 */
public final class SafetyLimits<O> extends RobotDecorator<O, Tensor> {

    private static final Logger logger = LoggerFactory.getLogger(SafetyLimits.class);

    /**
     * What happens to a command beyond a limit.
     *
     * @since 0.1
     */
    public enum OnViolation {
        /** The nearest command within the limits is sent instead, and counted. */
        CLAMP,
        /** Nothing is sent, and a {@link LimitViolationException} ends the run. */
        FAIL
    }

    private final JointLimits limits;
    private final OnViolation onViolation;
    private final AtomicLongArray clamps; // written by the control thread only

    // Confined to the control thread.
    private final MotionTime time;
    private @Nullable O observation;
    private @Nullable Tensor command;
    private float @Nullable [] last;

    private SafetyLimits(Builder<O> builder, JointLimits limits) {
        super(builder.robot);
        this.limits = limits;
        this.onViolation = builder.onViolation;
        this.time = new MotionTime(builder.nanoTime, this.onViolation == OnViolation.CLAMP);
        this.clamps = new AtomicLongArray(Math.max(limits.joints(), 1));
    }

    /**
     * Returns a builder of limits around a robot. Without any limit, only commands that are not
     * finite are refused.
     *
     * @param robot the robot
     * @param <O> the type of an observation
     * @return a builder
     */
    public static <O> Builder<O> around(Robot<O, Tensor> robot) {
        return new Builder<>(robot);
    }

    @Override
    public O reset() throws Exception {
        this.last = null;
        O first = super.reset();
        this.observation = first;
        this.time.begin();
        if (this.limits.hasMaxSpeed() && first != null && positions(first) == null) {
            logger.warn(
                    "{} reports no joint positions (Robot.positions): the speed to the first"
                            + " command is not limited",
                    device().getClass().getName());
        }
        return first;
    }

    @Override
    public O observe() throws Exception {
        O observed = super.observe();
        if (this.last == null) {
            this.observation = observed;
        }
        return observed;
    }

    /**
     * Sends a command within the limits.
     *
     * @throws LimitViolationException if a value is not finite, if a value is beyond a limit and
     *     violations fail, or if the number of values differs from the number of joints or exceeds
     *     the number of observed positions
     */
    @Override
    public void act(Tensor action) throws Exception {
        int n = action.size();
        int joints = this.limits.joints();
        if (joints != Limit.ANY_NUMBER && n != joints) {
            throw new LimitViolationException(
                    "The action has %d values, but the limits are for %d joints"
                            .formatted(n, joints));
        }
        float[] from = this.last;
        if (from == null || from.length != n) {
            from = observedPositions(n);
        }
        Tensor limited = this.command;
        if (limited == null || !limited.hasShapeOf(action)) {
            limited = action.copy();
            this.command = limited;
        }
        double seconds = this.time.next();
        for (int i = 0; i < n; i++) {
            limited.set(i, limit(i, action.get(i), from, seconds));
        }
        super.act(limited);
        if (this.last == null || this.last.length != n) {
            this.last = new float[n];
            this.observation = null;
        }
        for (int i = 0; i < n; i++) {
            this.last[i] = limited.get(i);
        }
    }

    /** {@return the target within the range; the target itself if {@link #act} refuses it} */
    @Override
    public float withinRange(int joint, float target) {
        int joints = this.limits.joints();
        if (this.onViolation == OnViolation.FAIL || joints != Limit.ANY_NUMBER && joint >= joints) {
            return target;
        }
        return super.withinRange(joint, this.limits.withinRange(joint, target));
    }

    /** {@return the command within range and speed} */
    @Override
    public float lastCommand(int joint, float sent) {
        float[] last = this.last;
        return super.lastCommand(joint, last == null ? sent : last[joint]);
    }

    private float @Nullable [] observedPositions(int n) {
        Tensor observed = this.observation == null ? null : positions(this.observation);
        if (observed == null) {
            return null;
        }
        if (observed.size() < n) {
            throw new LimitViolationException(
                    "The observation has %d positions, but the action %d values"
                            .formatted(observed.size(), n));
        }
        return Arrays.copyOf(observed.toArray(), n);
    }

    private float limit(int joint, float wanted, float @Nullable [] from, double seconds) {
        float value = this.limits.withinRange(joint, wanted);
        if (violates(wanted, value)) {
            throw this.limits.outOfRange(joint, wanted);
        }
        if (from != null) {
            float near = this.limits.withinSpeed(joint, value, from[joint], seconds);
            if (violates(value, near)) {
                throw this.limits.tooFast(joint, value, from[joint], seconds);
            }
            value = near;
        }
        if (!Float.isFinite(value)) {
            throw new LimitViolationException(
                    "The command for joint %d is %s, but must be finite".formatted(joint, value));
        }
        if (value != wanted) {
            countClamp(joint);
        }
        return value;
    }

    /** NaN is no violation here: it stays NaN and is refused as such. */
    private boolean violates(float wanted, float limited) {
        return this.onViolation == OnViolation.FAIL && limited != wanted && !Float.isNaN(limited);
    }

    private void countClamp(int joint) {
        int counter = this.clamps.length() == 1 ? 0 : joint;
        this.clamps.setOpaque(counter, this.clamps.getPlain(counter) + 1);
    }

    /** {@return the readings of the robot, and {@code clamps}} */
    @Override
    public List<RobotReading> readings() {
        List<RobotReading> readings = new ArrayList<>(super.readings());
        boolean perJoint = this.limits.joints() != Limit.ANY_NUMBER;
        for (int i = 0; i < this.clamps.length(); i++) {
            String joint = perJoint ? Integer.toString(i) : null;
            readings.add(RobotReading.incidents("clamps", joint, this.clamps.getOpaque(i)));
        }
        return readings;
    }

    /** {@return the type of the robot, and its limits} */
    @Override
    public String toString() {
        return device().getClass().getSimpleName() + " within " + this.limits;
    }

    /**
     * Builds {@link SafetyLimits}. Each limit is one value for all joints, or one for each joint.
     *
     * @param <O> the type of an observation
     * @since 0.1
     */
    public static final class Builder<O> {

        private final Robot<O, Tensor> robot;
        private Limit min = Limit.none(Float.NEGATIVE_INFINITY);
        private Limit max = Limit.none(Float.POSITIVE_INFINITY);
        private Limit maxSpeed = Limit.none(Float.POSITIVE_INFINITY);
        private OnViolation onViolation = OnViolation.CLAMP;
        private LongSupplier nanoTime = System::nanoTime;

        private Builder(Robot<O, Tensor> robot) {
            this.robot = Objects.requireNonNull(robot, "robot");
        }

        /**
         * Sets the smallest command. There is no limit by default.
         *
         * @param min one value, or one per joint; finite
         * @return this builder
         * @throws IllegalArgumentException if there is no value, or one is not finite
         */
        public Builder<O> min(float... min) {
            this.min = this.min.with("min", min);
            return this;
        }

        /**
         * Sets the largest command. There is no limit by default.
         *
         * @param max one value, or one per joint; finite
         * @return this builder
         * @throws IllegalArgumentException if there is no value, or one is not finite
         */
        public Builder<O> max(float... max) {
            this.max = this.max.with("max", max);
            return this;
        }

        /**
         * Sets the speed at which commands may change. There is no limit by default.
         *
         * @param maxSpeed one value, or one per joint, in the units of actions per second; finite
         *     and more than 0
         * @return this builder
         * @throws IllegalArgumentException if there is no value, or one is not finite and positive
         */
        public Builder<O> maxSpeed(float... maxSpeed) {
            this.maxSpeed = this.maxSpeed.with("maxSpeed", maxSpeed).requirePositive("maxSpeed");
            return this;
        }

        /**
         * Sets the clock of the speed limit; {@code System::nanoTime} by default.
         *
         * @param nanoTime the clock of the session, in ns
         * @return this builder
         */
        public Builder<O> nanoTime(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
            return this;
        }

        /**
         * Sets what happens to a command beyond a limit; {@link OnViolation#CLAMP} by default. With
         * {@link OnViolation#FAIL} a speed limit needs a margin: two commands are never exactly one
         * period apart.
         *
         * @param onViolation what happens
         * @return this builder
         */
        public Builder<O> onViolation(OnViolation onViolation) {
            this.onViolation = Objects.requireNonNull(onViolation, "onViolation");
            return this;
        }

        /**
         * Puts the limits around the robot. Nothing moves.
         *
         * @return the robot within limits
         * @throws IllegalArgumentException if the limits are for different numbers of joints, or a
         *     minimum is larger than the maximum
         */
        public SafetyLimits<O> build() {
            return new SafetyLimits<>(
                    this, new JointLimits(this.min, this.max, this.maxSpeed, joints()));
        }

        private int joints() {
            int[] shape = this.robot.actionShape();
            return shape == null
                    ? Limit.ANY_NUMBER
                    : Arrays.stream(shape).reduce(1, Math::multiplyExact);
        }
    }
}
