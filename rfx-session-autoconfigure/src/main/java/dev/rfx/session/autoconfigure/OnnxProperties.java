package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;
import static dev.rfx.session.autoconfigure.PropertyChecks.require;
import static dev.rfx.session.autoconfigure.PropertyChecks.required;

import dev.rfx.session.onnx.Normalizer;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.onnx.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Configures a trained policy in the ONNX format. Bound only if the model is set.
 *
 * @param model Location of the model: a path relative to the working directory, or a URL such as
 *     classpath:policy.onnx. If set, the model is the policy.
 * @param config Location of the deploy.yaml that Unitree's training writes with a model.
 * @param normalizer Location of the directory of a policy of LeRobot, whose normalizer is applied:
 *     policy_preprocessor.json and policy_postprocessor.json with their safetensors.
 * @param tensors Names of tensors of the observation, by the terms of the config or the model's
 *     metadata. By default a tensor has the name of its term, and positions and velocities of
 *     joints are in state.
 * @param joints Names of the joints of the model, in the order in which it was trained. By default
 *     those of the model's metadata or the config, or else those of the robot.
 * @param defaultPose Default position of each joint of the model, in its order. By default that of
 *     the model's metadata or the config.
 * @param inputs Inputs of the model. By default those of the model's metadata or the config.
 * @param recurrent Outputs of the model that are inputs of its next decision. They are zero at the
 *     start of a run.
 * @param commands Initial values of the commands, by name. By default zero.
 * @param output Output of the model for the joints of the robot, if all are of one kind. By default
 *     that of the model's metadata or the config, or else positions.
 * @param outputs Outputs of the model for groups of joints, such as positions of legs and
 *     velocities of wheels. Not together with output.
 * @param hold Joints of the robot that the model does not move. They hold their first position of a
 *     run.
 * @param every Number of iterations from one decision of the model to the next; at least 1.
 * @param between What the robot receives in the iterations between two decisions.
 */
@ConfigurationProperties("rfx.session.onnx")
record OnnxProperties(
        @Nullable String model,
        @Nullable String config,
        @Nullable String normalizer,
        @DefaultValue Map<String, String> tensors,
        @DefaultValue List<String> joints,
        @DefaultValue List<Float> defaultPose,
        @DefaultValue List<OnnxInput> inputs,
        @DefaultValue List<RecurrentPair> recurrent,
        @DefaultValue Map<String, List<Float>> commands,
        @Nullable ModelOutput output,
        @DefaultValue List<ModelOutput> outputs,
        @DefaultValue List<String> hold,
        @DefaultValue("1") int every,
        @DefaultValue("hold") OnnxPolicy.Between between) {

    private static final String GROUP = "onnx";

    /**
     * An output of the model that is an input of its next decision.
     *
     * @param input Name of the input.
     * @param output Name of the output.
     */
    record RecurrentPair(@Nullable String input, @Nullable String output) {}

    /**
     * What the values of an output mean. Each value, mapped back if statistics are set, becomes
     * clip(offset + scale · value).
     *
     * @param kind What a value commands.
     * @param name Name of the output in the model. Required if the model has several that are not
     *     recurrent. Groups with one name share its values in their order.
     * @param joints Names of the joints, in the order of the values. By default all joints of the
     *     model that are not held.
     * @param denormalize Statistics of the training with which the values are mapped back.
     * @param scale Factor: one value for all joints, or one per joint. By default 1.
     * @param offset Offset: default-pose, one value for all joints, or one per joint. By default 0.
     *     Not with the kind delta.
     * @param clip Range of what the robot receives: lowest and highest value, or such a pair per
     *     joint. By default no limit.
     */
    record ModelOutput(
            @DefaultValue("position") Output.Kind kind,
            @Nullable String name,
            @DefaultValue List<String> joints,
            @Nullable @NestedConfigurationProperty OnnxStatistics denormalize,
            @DefaultValue List<Float> scale,
            @DefaultValue List<String> offset,
            @DefaultValue List<List<Float>> clip) {

        /**
         * Returns the output with these properties.
         *
         * @param group the name of the group of properties
         * @throws InvalidConfigurationPropertyValueException if a value is outside its range
         */
        Output toOutput(String group) {
            require(
                    this.kind != Output.Kind.DELTA || this.offset.isEmpty(),
                    group + ".offset",
                    this.offset,
                    "absent: a delta has no offset");
            OnnxValues values = new OnnxValues(group);
            Output output = Output.of(this.kind);
            output = values.ifSet("name", this.name, output, Output::named);
            output = values.ifSet("joints", this.joints, output, Output::joints);
            if (this.denormalize != null) {
                output =
                        output.denormalize(
                                this.denormalize.toNormalization(group + ".denormalize"));
            }
            output = values.floats("scale", this.scale, output, Output::scale);
            output =
                    values.offset(
                            "offset",
                            this.offset,
                            output,
                            Output::offset,
                            Output::offsetDefaultPose);
            return values.ranges("clip", this.clip, output, Output::clip);
        }
    }

    /**
     * Returns the policy with these properties. The model is loaded when a session starts.
     *
     * @param files finds the files that the properties locate
     * @param robotJoints the names of the joints of the robot, in the order of its actions
     * @param rateHz the rate of the session
     * @throws InvalidConfigurationPropertyValueException if a value is outside its range, or a file
     *     does not exist
     */
    OnnxPolicy toPolicy(ModelFiles files, List<String> robotJoints, double rateHz) {
        String location = required(GROUP + ".model", this.model, "It must be set");
        OnnxPolicy.Builder policy =
                OnnxPolicy.builder(files.file(GROUP + ".model", location))
                        .robotJoints(robotJoints)
                        .rateHz(rateHz);
        OnnxValues values = new OnnxValues(GROUP);
        if (this.config != null) {
            policy.config(files.file(GROUP + ".config", this.config));
        }
        if (this.normalizer != null) {
            policy.normalizer(
                    Normalizer.ofLeRobot(files.directory(GROUP + ".normalizer", this.normalizer)));
        }
        this.tensors.forEach(policy::tensor);
        values.ifSet("joints", this.joints, policy, OnnxPolicy.Builder::joints);
        values.floats("default-pose", this.defaultPose, policy, OnnxPolicy.Builder::defaultPose);
        for (int i = 0; i < this.inputs.size(); i++) {
            policy.input(this.inputs.get(i).toInput("%s.inputs[%d]".formatted(GROUP, i)));
        }
        addRecurrent(policy);
        this.commands.forEach(
                (name, initial) ->
                        values.floats(
                                "commands." + name,
                                initial,
                                policy,
                                (builder, numbers) -> builder.command(name, numbers)));
        groups().forEach(policy::output);
        values.ifSet("hold", this.hold, policy, OnnxPolicy.Builder::hold);
        checked(GROUP + ".every", this.every, every -> policy.every(every, this.between));
        return checked(GROUP, this.model, together -> policy.build());
    }

    private void addRecurrent(OnnxPolicy.Builder policy) {
        for (int i = 0; i < this.recurrent.size(); i++) {
            RecurrentPair pair = this.recurrent.get(i);
            String group = "%s.recurrent[%d]".formatted(GROUP, i);
            String reason = "A recurrent pair needs an input and an output";
            policy.recurrent(
                    required(group + ".input", pair.input(), reason),
                    required(group + ".output", pair.output(), reason));
        }
    }

    private List<Output> groups() {
        require(
                this.output == null || this.outputs.isEmpty(),
                GROUP + ".outputs",
                this.outputs,
                "absent if onnx.output is set");
        if (this.output != null) {
            return List.of(this.output.toOutput(GROUP + ".output"));
        }
        List<Output> groups = new ArrayList<>();
        for (int i = 0; i < this.outputs.size(); i++) {
            groups.add(this.outputs.get(i).toOutput("%s.outputs[%d]".formatted(GROUP, i)));
        }
        return groups;
    }
}
