package dev.rfx.session.onnx;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the builder of an {@link OnnxPolicy} has collected. Immutable, but for the commands' values.
 * Parts that are empty may come with the model: {@link Completion} adds them.
 */
record Settings(
        Path file,
        @Nullable Path config,
        Map<String, String> tensors,
        @Nullable Normalizer normalizer,
        List<String> robotJoints,
        List<String> joints,
        List<Float> defaultPose,
        List<Input> inputs,
        Map<String, String> recurrent,
        Map<String, Command> commands,
        List<Output> outputs,
        List<String> held,
        double rateHz,
        int every,
        OnnxPolicy.Between between) {

    /** {@return whether the robot names its joints} */
    boolean named() {
        return !this.robotJoints.isEmpty();
    }

    /**
     * {@return the joints}
     *
     * @param count their number, if the robot does not name them
     */
    Joints jointsOf(int count) {
        return named()
                ? Joints.named(this.joints, this.robotJoints, this.defaultPose)
                : Joints.unnamed(count, this.defaultPose);
    }

    /** {@return the outputs, or the default: positions of all joints of the model} */
    List<Output> outputsOrDefault() {
        return this.outputs.isEmpty() ? List.of(Output.of(Output.Kind.POSITION)) : this.outputs;
    }

    /**
     * Checks that a phase has a rate, unless that is in a file, and that each command has a term.
     * Without inputs, the terms come with the model, and nothing is checked yet.
     *
     * @throws IllegalArgumentException if something is missing
     */
    void requireWhatTermsNeed() {
        Set<String> unused = new LinkedHashSet<>(this.commands.keySet());
        for (Input input : this.inputs) {
            for (Term term : input.terms()) {
                if (term.source() instanceof Term.CommandValues command) {
                    unused.remove(command.name());
                } else if (term.source() instanceof Term.Phase
                        && Double.isNaN(this.rateHz)
                        && this.config == null) {
                    throw new IllegalArgumentException("A phase needs rateHz");
                }
            }
        }
        if (!this.inputs.isEmpty() && !unused.isEmpty()) {
            throw new IllegalArgumentException("No term has the commands " + unused);
        }
    }

    /**
     * Checks that the robot names its joints, if the policy does.
     *
     * @param names the names of the policy
     * @throws IllegalArgumentException if the robot has none
     */
    void requireRobotJoints(List<String> names) {
        if (!named() && !names.isEmpty()) {
            throw new IllegalArgumentException(
                    "The robot has no joint names, but the policy has %s: return the names from Robot.joints()"
                            .formatted(names));
        }
    }
}
