package dev.rfx.session.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What comes with a model about its inputs and outputs. A part is null if the source does not say
 * it, or if what it says is inconsistent. In both cases {@code problems} says why, so that a part
 * that the user does not set can be refused with the reason. A part is never half of what the
 * source says.
 *
 * @param source the file, or the metadata of a file
 * @param joints the joints in the order of the model
 * @param motors for each joint of the model its index among the robot's joints. Used where the
 *     source has no names
 * @param defaultPose a position for each joint of the model
 * @param inputs the inputs of the model
 * @param actions what the output of the model means, group after group
 * @param commands the commands by their names
 * @param period the time between two decisions, in seconds
 * @param problems what is missing or inconsistent, each with its key
 */
record PolicyDescription(
        String source,
        @Nullable List<String> joints,
        @Nullable List<Integer> motors,
        @Nullable List<Float> defaultPose,
        @Nullable List<DescribedInput> inputs,
        @Nullable List<DescribedAction> actions,
        Map<String, DescribedCommand> commands,
        @Nullable Double period,
        List<String> problems) {

    /** The sizes of the terms that every robot has. Neither source says them. */
    static final Map<String, Integer> SIZES =
            Map.of(
                    "base_lin_vel", 3,
                    "base_ang_vel", 3,
                    "projected_gravity", 3,
                    "velocity_commands", 3,
                    "gait_phase", 2);

    /** What the values of a term are. */
    enum Source {

        /** A tensor of the observation; the name of the term says which. */
        TENSOR,

        /** Positions of joints, minus the default pose. */
        RELATIVE_POSITION,

        /** Velocities of joints. */
        VELOCITY,

        /** The raw output of the model's last run. */
        LAST_ACTION,

        /** A command that is set from outside. */
        COMMAND,

        /**
         * Sine and cosine of a phase that advances before it is used: the first values after a
         * reset are those of one decision.
         */
        PHASE
    }

    /** What the values of an action are. */
    enum Kind {
        POSITION,
        VELOCITY
    }

    /**
     * An input of the model.
     *
     * @param name its name, or null if the source has none
     * @param timeMajor whether all terms of the oldest frame come first, then those of the next.
     *     Else all frames of the first term come first. The oldest frame is first in both
     * @param terms the terms in their order
     */
    record DescribedInput(@Nullable String name, boolean timeMajor, List<DescribedTerm> terms) {

        DescribedInput {
            terms = List.copyOf(terms);
        }
    }

    /**
     * A term of an input: {@code clip(value · scale)}.
     *
     * @param name its name in the source
     * @param source what its values are
     * @param size the number of values of a frame, or null if the source does not say
     * @param joints the indexes of its joints in the model's order, or null for all
     * @param command the name of its command, or null
     * @param period the period of its phase in seconds, or null
     * @param scaling scale and limits of its values
     * @param history the number of frames, at least 1
     */
    record DescribedTerm(
            String name,
            Source source,
            @Nullable Integer size,
            @Nullable List<Integer> joints,
            @Nullable String command,
            @Nullable Double period,
            Scaling scaling,
            int history) {}

    /**
     * Scale and limits. Each list has one value for all, or one for each value of the term.
     *
     * @param scale the factors
     * @param low the lower limits after the multiplication, or null
     * @param high the upper limits after the multiplication, or null
     */
    record Scaling(List<Float> scale, @Nullable List<Float> low, @Nullable List<Float> high) {

        static final Scaling NONE = new Scaling(List.of(1f), null, null);

        /** {@return a scaling whose limits are those of the product} */
        static Scaling thenClip(List<Float> scale, float low, float high) {
            return isUnlimited(low, high)
                    ? new Scaling(uniform(scale), null, null)
                    : new Scaling(uniform(scale), List.of(low), List.of(high));
        }

        /**
         * {@return a scaling whose limits are those of the values before the multiplication} The
         * results have the same bits as if the values were clipped first, because rounding keeps
         * the order.
         */
        static Scaling afterClip(List<Float> scale, float low, float high) {
            if (isUnlimited(low, high)) {
                return thenClip(scale, low, high);
            }
            List<Float> lows = new ArrayList<>();
            List<Float> highs = new ArrayList<>();
            for (float factor : scale) {
                float first = product(low, factor);
                float second = product(high, factor);
                lows.add(Math.min(first, second));
                highs.add(Math.max(first, second));
            }
            return new Scaling(uniform(scale), uniform(lows), uniform(highs));
        }

        /**
         * {@return this scaling for values within a range}
         *
         * @param lowest the lowest of each value, before the multiplication
         * @param highest the highest of each value, before the multiplication
         */
        Scaling within(List<Float> lowest, List<Float> highest) {
            List<Float> lows = new ArrayList<>();
            List<Float> highs = new ArrayList<>();
            for (int i = 0; i < lowest.size(); i++) {
                float factor = of(this.scale, i);
                float first = product(lowest.get(i), factor);
                float second = product(highest.get(i), factor);
                float least = this.low == null ? Float.NEGATIVE_INFINITY : of(this.low, i);
                float most = this.high == null ? Float.POSITIVE_INFINITY : of(this.high, i);
                lows.add(Math.max(Math.min(first, second), least));
                highs.add(Math.min(Math.max(first, second), most));
            }
            return new Scaling(this.scale, lows, highs);
        }

        private static float of(List<Float> values, int i) {
            return values.get(values.size() == 1 ? 0 : i);
        }

        private static boolean isUnlimited(float low, float high) {
            return low == Float.NEGATIVE_INFINITY && high == Float.POSITIVE_INFINITY;
        }

        /** An infinite limit times 0 would be NaN. */
        private static float product(float limit, float factor) {
            return factor == 0 ? 0 : limit * factor;
        }

        private static List<Float> uniform(List<Float> values) {
            return values.stream().distinct().count() == 1
                    ? List.of(values.get(0))
                    : List.copyOf(values);
        }
    }

    /**
     * A group of the output: {@code clip(offset + scale · action)}. Each list has one value for all
     * joints of the group, or one for each.
     *
     * @param kind what its values are
     * @param joints the indexes of its joints in the model's order, or null for all
     * @param scale the factors
     * @param offset the offsets. Null: the default pose for positions, 0 for velocities
     * @param low the lower limits, or null
     * @param high the upper limits, or null
     */
    record DescribedAction(
            Kind kind,
            @Nullable List<Integer> joints,
            List<Float> scale,
            @Nullable List<Float> offset,
            @Nullable List<Float> low,
            @Nullable List<Float> high) {}

    /**
     * A command.
     *
     * @param low the lowest values that the model was trained with, or null
     * @param high the highest values that the model was trained with, or null
     */
    record DescribedCommand(@Nullable List<Float> low, @Nullable List<Float> high) {}

    /**
     * {@return the names of the joints in the order of the model, or null if the source does not
     * say}
     *
     * @param robotJoints the names of the robot's joints, in its order
     * @throws IllegalArgumentException if the robot has too few joints
     */
    @Nullable List<String> jointNames(List<String> robotJoints) {
        if (this.joints != null || this.motors == null) {
            return this.joints;
        }
        List<String> names = new ArrayList<>();
        for (int motor : this.motors) {
            if (motor >= robotJoints.size()) {
                throw new IllegalArgumentException(
                        "%s uses joint %d of the robot, counted from 0, but the robot has %d joints: %s"
                                .formatted(this.source, motor, robotJoints.size(), robotJoints));
            }
            names.add(robotJoints.get(motor));
        }
        return names;
    }
}
