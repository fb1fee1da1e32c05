package dev.rfx.session.onnx;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The normalizations of a policy: of the features that go into its model, and of those that come
 * out. Immutable.
 *
 * @since 0.1
 */
public final class Normalizer {

    /** What the names of the features of the observation begin with in LeRobot. */
    static final String OBSERVATION = "observation.";

    /** The only feature of the action. */
    static final String ACTION = "action";

    private final Map<String, Normalization> inputs;
    private final Map<String, Normalization> outputs;

    private Normalizer(Map<String, Normalization> inputs, Map<String, Normalization> outputs) {
        this.inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        this.outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /**
     * {@return a normalizer}
     *
     * @param inputs what normalizes each feature of the observation, by the feature's name
     * @param outputs what maps each feature of the action back, by the feature's name
     */
    public static Normalizer of(
            Map<String, Normalization> inputs, Map<String, Normalization> outputs) {
        return new Normalizer(inputs, outputs);
    }

    /**
     * Reads the normalizer that LeRobot saves with a policy: {@code policy_preprocessor.json},
     * {@code policy_postprocessor.json}, and the safetensors files that these name. The inputs have
     * the names of LeRobot, such as {@code observation.state}; the output is {@code action}.
     *
     * <p>The rules are those of LeRobot. A feature without statistics, or of a type without a mode,
     * is not changed. A mode without its statistics is an error. Images are left out: {@link
     * #inputs()} does not have them.
     *
     * @param directory the directory of the policy
     * @return the normalizer
     * @throws ModelFileException if a file is missing or damaged, or a step of the processors is
     *     not supported, such as actions relative to the present state
     */
    public static Normalizer ofLeRobot(Path directory) {
        return LeRobotProcessors.read(directory);
    }

    /**
     * {@return the normalization of a feature of the observation, or null if there is none of this
     * name}
     *
     * @param feature the name of the feature
     */
    public @Nullable Normalization input(String feature) {
        return this.inputs.get(feature);
    }

    /**
     * {@return the normalization of a feature of the action, or null if there is none of this name}
     *
     * @param feature the name of the feature
     */
    public @Nullable Normalization output(String feature) {
        return this.outputs.get(feature);
    }

    /** {@return the names of the features of the observation} */
    public Set<String> inputs() {
        return this.inputs.keySet();
    }

    /** {@return the names of the features of the action} */
    public Set<String> outputs() {
        return this.outputs.keySet();
    }

    /**
     * {@return the normalization of a tensor of the observation, or null if there is none} The
     * feature has the name of the tensor, or that name after {@code observation.}.
     *
     * @param tensor the name of the tensor
     */
    @Nullable Normalization ofTensor(String tensor) {
        Normalization own = input(tensor);
        return own == null ? input(OBSERVATION + tensor) : own;
    }

    /**
     * Checks that no normalization is without effect.
     *
     * @param tensors the tensors of the terms
     * @throws IllegalArgumentException if one has no term, or normalizes another output than {@code
     *     action}
     */
    void requireUsed(Set<String> tensors) {
        Map<String, Normalization> unused = new LinkedHashMap<>(this.inputs);
        for (String tensor : tensors) {
            unused.remove(input(tensor) == null ? OBSERVATION + tensor : tensor);
        }
        this.outputs.forEach(unused::putIfAbsent);
        unused.remove(ACTION);
        unused.values().removeIf(Normalization::isIdentity);
        if (!unused.isEmpty()) {
            throw new IllegalArgumentException(
                    "The normalizer has %s, but the terms only have the tensors %s"
                            .formatted(unused.keySet(), tensors.stream().sorted().toList()));
        }
    }

    @Override
    public String toString() {
        return "inputs %s, outputs %s".formatted(this.inputs, this.outputs);
    }
}
