package dev.rfx.session.robot;

import dev.rfx.session.MotionTime;
import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the commands to a robot within limits, joint by joint: first within a range, then within a
 * speed from the last command; what is not finite after that is refused. All in the units of the
 * robot's actions, one value per joint.
 *
 * <p>The speed is that of the <i>commands</i>, in units per second, at any rate of the loop: a
 * command may be as far from the last one as the time between them allows, see {@link MotionTime}.
 * After a stall, or at less than 10 Hz, it is no more than 0.1 s allow. In the first second of a
 * run the speed grows from a twentieth to all of the limit, unless violations are to fail: then no
 * command is changed.
 *
 * <p>The first command of a run has no last one. It starts from the positions that were observed
 * last before it, where observations have them: an {@link Observation} has them at the begin of its
 * {@code state}. A joint that is found outside its range is thus led back into it. Where there are
 * no positions, the first command is only kept within the range, and a warning says so.
 *
 * <p>The way is measured from the last <i>command</i>, not from where the joint is: a joint that
 * lags behind would otherwise never be told to go faster.
 *
 * <p>{@link #readings()} counts the clamped commands, per joint where robot or limits tell how many
 * there are.
 *
 * @param <O> the type of an observation
 */
public final class SafetyLimits<O> implements Robot<O, Tensor> {

    private static final Logger logger = LoggerFactory.getLogger(SafetyLimits.class);

    /** What happens to a command beyond a limit. */
    public enum OnViolation {
        /** The nearest command within the limits is sent instead, and counted. */
        CLAMP,
        /** Nothing is sent: a {@link LimitViolationException} ends the run. */
        FAIL
    }

    private static final int UNKNOWN = -1;

    private final Robot<O, Tensor> robot;
    private final Limit min;
    private final Limit max;
    private final Limit maxSpeed;
    private final OnViolation onViolation;
    private final Function<? super O, @Nullable Tensor> positions;
    private final int joints;
    private final AtomicLongArray clamps;

    // The control thread's own.
    private final MotionTime time;
    private @Nullable O observation;
    private @Nullable Tensor command;
    private float @Nullable [] last;

    private SafetyLimits(Builder<O> builder) {
        this.robot = builder.robot;
        this.min = builder.min;
        this.max = builder.max;
        this.maxSpeed = builder.maxSpeed;
        this.onViolation = builder.onViolation;
        this.positions = builder.positions;
        this.joints = builder.joints();
        this.time = new MotionTime(builder.nanoTime, this.onViolation == OnViolation.CLAMP);
        this.clamps = new AtomicLongArray(Math.max(this.joints, 1));
    }

    /**
     * Begins to put limits around a robot. Without any, only what is not finite is refused.
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
        O first = this.robot.reset();
        this.observation = first;
        this.time.begin();
        if (this.maxSpeed.isSet() && first != null && this.positions.apply(first) == null) {
            logger.warn(
                    "The observations of {} have no positions: the speed to the first command is"
                            + " not limited",
                    this.robot.getClass().getName());
        }
        return first;
    }

    @Override
    public O observe() throws Exception {
        O observed = this.robot.observe();
        if (this.last == null) {
            this.observation = observed;
        }
        return observed;
    }

    /**
     * Sends a command, if need be another one than was asked for.
     *
     * @throws LimitViolationException if a value is not finite, if it is beyond a limit and
     *     violations are to fail, or if there are not as many values as joints or more than
     *     observed positions
     */
    @Override
    public void act(Tensor action) throws Exception {
        int n = action.size();
        if (this.joints != UNKNOWN && n != this.joints) {
            throw new LimitViolationException(
                    "The action has %d values, but the limits are for %d joints"
                            .formatted(n, this.joints));
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
        this.robot.act(limited);
        if (this.last == null || this.last.length != n) {
            this.last = new float[n];
            this.observation = null;
        }
        for (int i = 0; i < n; i++) {
            this.last[i] = limited.get(i);
        }
    }

    private float @Nullable [] observedPositions(int n) {
        Tensor observed = this.observation == null ? null : this.positions.apply(this.observation);
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

    private float limit(int i, float wanted, float @Nullable [] from, double seconds) {
        float value = Math.min(Math.max(wanted, this.min.of(i)), this.max.of(i));
        if (value != wanted && this.onViolation == OnViolation.FAIL && !Float.isNaN(wanted)) {
            throw new LimitViolationException(
                    "The command for joint %d is %s, but must be %s to %s"
                            .formatted(i, wanted, this.min.of(i), this.max.of(i)));
        }
        if (from != null && this.maxSpeed.isSet()) {
            float most = (float) (this.maxSpeed.of(i) * seconds);
            float near = Math.min(Math.max(value, from[i] - most), from[i] + most);
            if (near != value && this.onViolation == OnViolation.FAIL && !Float.isNaN(near)) {
                throw new LimitViolationException(
                        "The command for joint %d is %s, %s from %s, but at a speed of %s it may be %s"
                                .formatted(
                                        i,
                                        value,
                                        Math.abs(value - from[i]),
                                        from[i],
                                        this.maxSpeed.of(i),
                                        most));
            }
            value = near;
        }
        if (!Float.isFinite(value)) {
            throw new LimitViolationException(
                    "The command for joint %d is %s, but must be finite".formatted(i, value));
        }
        if (value != wanted) {
            int counter = this.joints == UNKNOWN ? 0 : i;
            this.clamps.setOpaque(counter, this.clamps.getPlain(counter) + 1);
        }
        return value;
    }

    @Override
    public void stop() throws Exception {
        this.robot.stop();
    }

    @Override
    public Object device() {
        return this.robot.device();
    }

    @Override
    public int @Nullable [] actionShape() {
        return this.robot.actionShape();
    }

    /**
     * Tells what the robot tells, and {@code clamps}.
     *
     * @return the readings
     */
    @Override
    public List<RobotReading> readings() {
        List<RobotReading> readings = new ArrayList<>(this.robot.readings());
        for (int i = 0; i < this.clamps.length(); i++) {
            String joint = this.joints == UNKNOWN ? null : Integer.toString(i);
            readings.add(RobotReading.incidents("clamps", joint, this.clamps.getOpaque(i)));
        }
        return readings;
    }

    /**
     * Describes the limits.
     *
     * @return the robot's type and its limits
     */
    @Override
    public String toString() {
        return "%s within min %s, max %s, max speed %s"
                .formatted(
                        this.robot.getClass().getSimpleName(), this.min, this.max, this.maxSpeed);
    }

    /** One value for each joint, one for all of them, or none. */
    private static final class Limit {

        private final float[] values;
        private final float none;

        Limit(float[] values, float none) {
            this.values = values;
            this.none = none;
        }

        float of(int joint) {
            return switch (this.values.length) {
                case 0 -> this.none;
                case 1 -> this.values[0];
                default -> this.values[joint];
            };
        }

        boolean isSet() {
            return this.values.length > 0;
        }

        int joints() {
            return this.values.length > 1 ? this.values.length : UNKNOWN;
        }

        @Override
        public String toString() {
            return isSet() ? Arrays.toString(this.values) : "none";
        }
    }

    /**
     * Builds {@link SafetyLimits}. Each limit is one value for all joints, or one for each.
     *
     * @param <O> the type of an observation
     */
    public static final class Builder<O> {

        private final Robot<O, Tensor> robot;
        private Limit min = new Limit(new float[0], Float.NEGATIVE_INFINITY);
        private Limit max = new Limit(new float[0], Float.POSITIVE_INFINITY);
        private Limit maxSpeed = new Limit(new float[0], Float.POSITIVE_INFINITY);
        private OnViolation onViolation = OnViolation.CLAMP;
        private Function<? super O, @Nullable Tensor> positions = Builder::positionsInState;
        private LongSupplier nanoTime = System::nanoTime;

        private Builder(Robot<O, Tensor> robot) {
            this.robot = Objects.requireNonNull(robot, "robot");
        }

        private static @Nullable Tensor positionsInState(Object observation) {
            return observation instanceof Observation named ? named.find(Observation.STATE) : null;
        }

        /**
         * Sets the smallest command.
         *
         * @param min one value, or one per joint; finite
         * @return this builder
         * @throws IllegalArgumentException if a value is not finite
         */
        public Builder<O> min(float... min) {
            requireFinite("min", min);
            this.min = new Limit(min.clone(), Float.NEGATIVE_INFINITY);
            return this;
        }

        /**
         * Sets the largest command.
         *
         * @param max one value, or one per joint; finite
         * @return this builder
         * @throws IllegalArgumentException if a value is not finite
         */
        public Builder<O> max(float... max) {
            requireFinite("max", max);
            this.max = new Limit(max.clone(), Float.POSITIVE_INFINITY);
            return this;
        }

        /**
         * Sets how fast a command may move away from the last one.
         *
         * @param maxSpeed one value, or one per joint, in the units of actions per second; finite
         *     and more than 0
         * @return this builder
         * @throws IllegalArgumentException if a value is not finite, or 0 or less
         */
        public Builder<O> maxSpeed(float... maxSpeed) {
            requireFinite("maxSpeed", maxSpeed);
            for (float speed : maxSpeed) {
                require(speed > 0, "maxSpeed is " + speed + ", but must be more than 0");
            }
            this.maxSpeed = new Limit(maxSpeed.clone(), Float.POSITIVE_INFINITY);
            return this;
        }

        /** Sets the time of the speed limit. */
        Builder<O> nanoTime(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
            return this;
        }

        /**
         * Sets what happens to a command beyond a limit. By default it is clamped. A limit of speed
         * that is to fail needs a margin: two commands are never exactly a period apart.
         *
         * @param onViolation what happens
         * @return this builder
         */
        public Builder<O> onViolation(OnViolation onViolation) {
            this.onViolation = Objects.requireNonNull(onViolation, "onViolation");
            return this;
        }

        /**
         * Sets where an observation has the positions of the joints. By default those of an {@link
         * Observation} are at the begin of its {@code state}, and others have none.
         *
         * @param positions returns a tensor whose first values are the positions of the joints, in
         *     the units of the actions, or null if there are none
         * @return this builder
         */
        public Builder<O> positions(Function<? super O, @Nullable Tensor> positions) {
            this.positions = Objects.requireNonNull(positions, "positions");
            return this;
        }

        /**
         * Puts the limits around the robot. Nothing moves.
         *
         * @return the robot within limits
         * @throws IllegalArgumentException if the limits are for different numbers of joints, or a
         *     smallest command is larger than the largest
         */
        public SafetyLimits<O> build() {
            int n = Math.max(joints(), 1);
            for (int i = 0; i < n; i++) {
                require(
                        this.min.of(i) <= this.max.of(i),
                        "min of joint %d is %s, more than max, %s"
                                .formatted(i, this.min.of(i), this.max.of(i)));
            }
            return new SafetyLimits<>(this);
        }

        private int joints() {
            int[] shape = this.robot.actionShape();
            int joints =
                    shape == null ? UNKNOWN : Arrays.stream(shape).reduce(1, Math::multiplyExact);
            for (Limit limit : List.of(this.min, this.max, this.maxSpeed)) {
                if (limit.joints() != UNKNOWN) {
                    require(
                            joints == UNKNOWN || joints == limit.joints(),
                            "The limit %s is for %d joints, but there are %d"
                                    .formatted(limit, limit.joints(), joints));
                    joints = limit.joints();
                }
            }
            return joints;
        }

        private static void requireFinite(String name, float[] values) {
            require(values.length > 0, name + " has no value");
            for (float value : values) {
                require(Float.isFinite(value), name + " is " + value + ", but must be finite");
            }
        }

        private static void require(boolean valid, String message) {
            if (!valid) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
