package dev.rfx.session.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The joints of a model and those of the robot, which may have another order, and more. All
 * messages name what does not fit.
 */
final class Joints {

    private final List<String> model;
    private final Map<String, Integer> inRobot = new HashMap<>();
    private final Map<String, Float> defaultPose = new HashMap<>();

    private Joints(List<String> model, List<String> robot, List<Float> defaultPose) {
        this.model = model;
        for (int i = 0; i < robot.size(); i++) {
            this.inRobot.put(robot.get(i), i);
        }
        indexesInRobot("the model", model);
        if (!defaultPose.isEmpty() && defaultPose.size() != model.size()) {
            throw new IllegalArgumentException(
                    "The default pose has %d values, but the model %d joints: %s"
                            .formatted(defaultPose.size(), model.size(), model));
        }
        for (int i = 0; i < defaultPose.size(); i++) {
            this.defaultPose.put(model.get(i), defaultPose.get(i));
        }
    }

    /**
     * {@return joints with names}
     *
     * @param model the joints in the order of the model; empty for that of the robot
     * @param robot the joints in the order of the robot
     * @param defaultPose a value for each joint of the model, or empty
     * @throws IllegalArgumentException if the robot does not have a joint of the model, or the
     *     number of values is wrong
     */
    static Joints named(List<String> model, List<String> robot, List<Float> defaultPose) {
        return new Joints(model.isEmpty() ? robot : model, robot, defaultPose);
    }

    /**
     * {@return joints without names, in the same order in model and robot}
     *
     * @param count the number of joints
     * @param defaultPose a value for each joint, or empty
     */
    static Joints unnamed(int count, List<Float> defaultPose) {
        List<String> numbers = IntStream.range(0, count).mapToObj(Integer::toString).toList();
        return new Joints(numbers, numbers, defaultPose);
    }

    /** {@return the joints in the order of the model} */
    List<String> model() {
        return this.model;
    }

    /** {@return the joints of a term, in its order} */
    List<String> of(Term.TensorValues values) {
        return values.perJoint() ? this.model : values.joints();
    }

    /** {@return the number of joints of the robot} */
    int robotSize() {
        return this.inRobot.size();
    }

    /**
     * {@return the positions of joints in the order of the robot}
     *
     * @param what who names the joints, for the message
     */
    int[] indexesInRobot(String what, List<String> names) {
        for (String name : names) {
            if (!this.inRobot.containsKey(name)) {
                throw new IllegalArgumentException(
                        "The robot has no joint '%s' of %s, only %s"
                                .formatted(
                                        name,
                                        what,
                                        this.inRobot.keySet().stream().sorted().toList()));
            }
        }
        return names.stream().mapToInt(this.inRobot::get).toArray();
    }

    /**
     * {@return the default pose of joints}
     *
     * @param what who asks for it, for the message
     */
    float[] defaultPose(String what, List<String> names) {
        float[] pose = new float[names.size()];
        for (int i = 0; i < pose.length; i++) {
            Float value = this.defaultPose.get(names.get(i));
            if (value == null) {
                throw new IllegalArgumentException(
                        "%s needs the default pose of joint '%s', which is not set"
                                .formatted(what, names.get(i)));
            }
            pose[i] = value;
        }
        return pose;
    }

    /**
     * {@return the joints of each output} Each joint of the robot has one output, or is held.
     *
     * @throws IllegalArgumentException if a joint has none or several
     */
    List<List<String>> ofOutputs(List<Output> outputs, List<String> held) {
        List<List<String>> joints = new ArrayList<>();
        Set<String> free = new LinkedHashSet<>(this.inRobot.keySet());
        indexesInRobot("hold", held);
        free.removeAll(held);
        for (Output output : outputs) {
            List<String> names = output.joints();
            if (names.isEmpty()) {
                if (outputs.size() > 1) {
                    throw new IllegalArgumentException(
                            "The output '" + output + "' is one of several and needs joints");
                }
                names = this.model.stream().filter(name -> !held.contains(name)).toList();
            }
            indexesInRobot("the output '" + output + "'", names);
            for (String name : names) {
                if (!free.remove(name)) {
                    throw new IllegalArgumentException(
                            "Joint '" + name + "' has several outputs, or is held as well");
                }
            }
            joints.add(names);
        }
        if (!free.isEmpty()) {
            throw new IllegalArgumentException(
                    "The robot's joints %s have no output: add them to an output, or hold them"
                            .formatted(free.stream().sorted().toList()));
        }
        return joints;
    }
}
