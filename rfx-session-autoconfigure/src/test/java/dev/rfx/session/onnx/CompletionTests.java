package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes with a model completes the settings, and what is set wins. */
class CompletionTests {

    private static final String DEPLOY_YAML =
            """
            joint_ids_map: [2, 0]
            step_dt: 0.02
            default_joint_pos: [0.5, -1.0]
            commands:
              base_velocity:
                ranges: {lin_vel_x: [-0.5, 1.0], lin_vel_y: [-0.5, 0.5], ang_vel_z: [-1.0, 1.0]}
            actions:
              JointPositionAction: {clip: null, scale: [0.25, 0.5], offset: null, joint_ids: null}
            observations:
              base_ang_vel: {params: {}, clip: null, scale: 0.5, history_length: 2}
              velocity_commands:
                params: {command_name: base_velocity}
                clip: null
                scale: [2.0, 2.0, -1.0]
              joint_pos_rel: {params: {}, clip: null, scale: null, history_length: 2}
              joint_vel_rel: {params: {}, clip: [-1.0, 1.0], scale: 0.1}
              gait_phase: {params: {period: 0.08}, clip: null, scale: null}
              last_action: {params: {}, clip: null, scale: null}
            """;

    private static final int DEPLOY_SIZE = 6 + 3 + 4 + 2 + 2 + 2;

    /** Gyro, and the state of three joints: positions, then velocities. */
    private static final Observation OBSERVATION = observation(1, 2, 3);

    @TempDir private Path directory;

    private static Observation observation(float... positions) {
        float[] state = Arrays.copyOf(positions, 2 * positions.length);
        for (int i = 0; i < positions.length; i++) {
            state[positions.length + i] = 4 * (i + 1);
        }
        return Observation.of("base_ang_vel", Tensor.of(1, 2, 3))
                .with("gyro", Tensor.of(7, 8, 9))
                .with(Observation.STATE, Tensor.of(state))
                .with("own_velocity", Tensor.of(0.5f, 0.25f, 0.125f));
    }

    private Path deployYaml(String text) throws Exception {
        return Files.writeString(this.directory.resolve("deploy.yaml"), text);
    }

    /** A model whose actions are some values of its input. */
    private OnnxPolicy.Builder pick(int from, int size, int actions, Map<String, String> metadata)
            throws Exception {
        float[] weights = new float[size * actions];
        for (int i = 0; i < actions && from + i < size; i++) {
            weights[(from + i) * actions + i] = 1;
        }
        TestModel model =
                new TestModel()
                        .input("observations", 1, size)
                        .output("actions", 1, actions)
                        .constant("w", new long[] {size, actions}, weights)
                        .node("MatMul", "observations,w", "actions");
        metadata.forEach(model::metadata);
        return OnnxPolicy.builder(model.write(this.directory.resolve(from + ".onnx")));
    }

    /**
     * {@return the whole input of a model with two actions, at the last of some observations} Each
     * model shows two values, as targets of joints c and a of the robot.
     */
    private List<Float> input(
            int size, Consumer<OnnxPolicy.Builder> settings, Observation... observations)
            throws Exception {
        List<Float> input = new ArrayList<>();
        for (int from = 0; from < size; from += 2) {
            OnnxPolicy.Builder builder =
                    pick(from, size, 2, Map.of())
                            .robotJoints(List.of("a", "b", "c"))
                            .hold(List.of("b"))
                            .output(Output.of(Output.Kind.POSITION).joints(List.of("c", "a")));
            settings.accept(builder);
            try (OnnxPolicy policy = builder.build()) {
                policy.prepare();
                Tensor last = Tensor.zeros(3);
                for (Observation observation : observations) {
                    last = policy.selectAction(observation);
                }
                input.add(last.get(2));
                input.add(last.get(0));
            }
        }
        return input.subList(0, size);
    }

    private static Tensor firstAction(OnnxPolicy policy) throws Exception {
        policy.prepare();
        policy.reset();
        return policy.selectAction(OBSERVATION);
    }

    private static String refusal(OnnxPolicy.Builder builder) {
        try (OnnxPolicy policy = builder.build()) {
            List<String> messages = new ArrayList<>();
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(policy::prepare)
                    .satisfies(ex -> messages.add(ex.description()));
            return messages.get(0);
        }
    }

    @Test
    void deployYamlIsEnoughForInputs() throws Exception {
        Path file = deployYaml(DEPLOY_YAML);

        List<Float> input =
                input(
                        DEPLOY_SIZE,
                        builder -> builder.config(file).command("base_velocity", 5, 0.25f, -5),
                        observation(1, 2, 3),
                        observation(1.5f, 2.5f, 3.5f));

        assertThat(input.subList(0, 15))
                .containsExactly(
                        0.5f, 1f, 1.5f, 0.5f, 1f, 1.5f, // gyro, twice
                        2f, 0.5f, 1f, // the command, within its ranges
                        2.5f, 2f, 3f, 2.5f, // joints c and a, of both frames
                        0.1f, 0.1f); // velocities, limited before their scale
        // Two decisions of 0.02 s are half of a period of 0.08 s.
        assertThat(input.get(15)).isCloseTo(0, within(1e-6f));
        assertThat(input.get(16)).isEqualTo(-1);
        assertThat(input).hasSize(DEPLOY_SIZE);
    }

    @Test
    void deployYamlIsEnoughForOutputs() throws Exception {
        Path file = deployYaml(DEPLOY_YAML);
        OnnxPolicy.Builder builder = pick(0, DEPLOY_SIZE, 2, Map.of()).config(file);

        try (OnnxPolicy policy =
                builder.robotJoints(List.of("a", "b", "c")).hold(List.of("b")).build()) {
            // The model returns 0.5 and 1. Joint c comes first, b holds its position.
            assertThat(firstAction(policy)).isEqualTo(Tensor.of(-1 + 0.5f, 2, 0.5f + 0.25f * 0.5f));
            policy.command("base_velocity").set(1, 0, 0);
        }
    }

    @Test
    void velocityWithoutAnOffsetHasNone() throws Exception {
        Path file = deployYaml(DEPLOY_YAML.replace("JointPositionAction", "JointVelocityAction"));
        OnnxPolicy.Builder builder = pick(0, DEPLOY_SIZE, 2, Map.of()).config(file);

        try (OnnxPolicy policy =
                builder.robotJoints(List.of("a", "b", "c")).hold(List.of("b")).build()) {
            assertThat(firstAction(policy)).isEqualTo(Tensor.of(0.5f, 2, 0.25f * 0.5f));
        }
    }

    @Test
    void limitsOfATermAndOfItsCommandBothApply() {
        PolicyDescription.Scaling term = PolicyDescription.Scaling.thenClip(List.of(2f), -1, 1);

        assertThat(term.within(List.of(-5f, -0.25f), List.of(0.25f, 5f)))
                .isEqualTo(
                        new PolicyDescription.Scaling(
                                List.of(2f), List.of(-1f, -0.5f), List.of(0.5f, 1f)));
    }

    @Test
    void robotWithoutNamesHasTheOrderOfTheFile() throws Exception {
        Path file = deployYaml(DEPLOY_YAML.replace("[2, 0]", "[1, 0]"));

        try (OnnxPolicy policy = pick(0, DEPLOY_SIZE, 2, Map.of()).config(file).build()) {
            assertThat(firstAction(policy)).isEqualTo(Tensor.of(-0.5f, 0.625f));
        }
    }

    @Test
    void tensorsOfATermMayHaveOtherNames() throws Exception {
        Path file = deployYaml(DEPLOY_YAML);

        List<Float> input =
                input(
                        DEPLOY_SIZE,
                        builder ->
                                builder.config(file)
                                        .tensor("base_ang_vel", "gyro")
                                        .tensor("joint_vel_rel", "own_velocity"),
                        OBSERVATION);

        assertThat(input.subList(0, 3)).containsExactly(3.5f, 4f, 4.5f);
        assertThat(input.subList(13, 15)).containsExactly(0.0125f, 0.05f);
    }

    @Test
    void tensorForAnUnknownTermIsRefused() throws Exception {
        Path file = deployYaml(DEPLOY_YAML);

        assertRefused(
                pick(0, DEPLOY_SIZE, 2, Map.of()).config(file).tensor("gyro", "imu"),
                "A tensor is set for the term 'gyro', but what comes with the model has only the"
                        + " terms [base_ang_vel, gait_phase,");
        assertRefused(
                pick(0, 1, 1, Map.of()).input(Input.of(Term.of("x"))).tensor("x", "imu"),
                "A tensor is set for the term 'x'");
    }

    private static void assertRefused(OnnxPolicy.Builder builder, String message) {
        assertThat(refusal(builder)).contains("does not fit its configuration").contains(message);
    }

    @Test
    void rateComesFromTheFileOrFitsIt() throws Exception {
        Path file = deployYaml(DEPLOY_YAML);
        OnnxPolicy.Builder builder =
                pick(0, DEPLOY_SIZE, 2, Map.of())
                        .config(file)
                        .robotJoints(List.of("a", "b", "c"))
                        .hold(List.of("b"));

        builder.rateHz(50.01).build().prepare();
        builder.rateHz(200).every(4, OnnxPolicy.Between.HOLD).build().prepare();
        assertRefused(
                builder.every(1, OnnxPolicy.Between.HOLD),
                "a session at 200.0 Hz with every 1 lets it decide each 0.005 s: set the rate to"
                        + " 50.0 Hz, or change every");
        assertRefused(builder.rateHz(50.2), "set the rate to 50.0 Hz");
        deployYaml(DEPLOY_YAML.replace("step_dt", "dt"));
        builder.rateHz(50).build().prepare();
        assertThat(
                        refusal(
                                pick(0, DEPLOY_SIZE, 2, Map.of())
                                        .config(file)
                                        .robotJoints(List.of("a", "b", "c"))))
                .contains("not configured is: rate")
                .contains("step_dt is missing");
    }

    @Test
    void settingsWinOverTheFile() throws Exception {
        Path file = deployYaml(DEPLOY_YAML);
        OnnxPolicy.Builder builder =
                pick(0, 2, 2, Map.of())
                        .config(file)
                        .robotJoints(List.of("x", "y"))
                        .joints(List.of("y", "x"))
                        .defaultPose(10, 20)
                        .input(Input.of(Term.of(Observation.STATE).perJoint()));

        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            Tensor action =
                    policy.selectAction(Observation.of(Observation.STATE, Tensor.of(1, 2, 0, 0)));
            // The joints' names and the pose are the user's, scales and offsets those of the file.
            assertThat(action).isEqualTo(Tensor.of(20.5f, 10.5f));
        }
    }

    @Test
    void whatIsMissingIsNamedInOneMessage() throws Exception {
        Path file =
                deployYaml(
                        DEPLOY_YAML
                                .replace("[2, 0]", "[1, 0]")
                                .replace("default_joint_pos", "default_pos")
                                .replace("params: {period: 0.08}", "params: {}"));

        assertThat(refusal(pick(0, DEPLOY_SIZE, 2, Map.of()).config(file)))
                .contains("not configured is: default pose, inputs")
                .contains("deploy.yaml: default_joint_pos is missing")
                .contains("observations.gait_phase.params.period is missing")
                .doesNotContain("outputs");
        assertThat(refusal(pick(0, 4, 2, Map.of())))
                .contains("not configured is: inputs. The model has no metadata");
        assertThat(
                        refusal(
                                pick(0, 4, 2, Map.of("joint_names", "a,b"))
                                        .robotJoints(List.of("a", "b"))))
                .contains("not configured is: default pose, inputs, outputs")
                .contains("action_scale is missing");
    }

    @Test
    void unknownCommandIsRefused() throws Exception {
        Path file = deployYaml(DEPLOY_YAML.replace("[2, 0]", "[0, 1]"));

        assertRefused(
                pick(0, DEPLOY_SIZE, 2, Map.of()).config(file).command("goal", 1),
                "No term has the commands [goal]");
        assertRefused(
                pick(0, DEPLOY_SIZE, 2, Map.of()).config(file).command("base_velocity", 1),
                "Command 'base_velocity' has 1 values, but a term has 3");
    }

    private static final Map<String, String> MJLAB =
            Map.ofEntries(
                    Map.entry("joint_names", "knee,hip"),
                    Map.entry("default_joint_pos", "0.500,-1.000"),
                    Map.entry("command_names", "twist"),
                    Map.entry(
                            "observation_names",
                            "base_ang_vel,joint_pos,joint_vel,actions,command"),
                    Map.entry("observation_terms_scale", "0.500,1.000,0.500;0.250,1.000,1.000"),
                    Map.entry(
                            "observation_terms_clip",
                            "-inf;inf,-inf;inf,-1.000;1.000,-inf;inf,-inf;inf"),
                    Map.entry("observation_terms_history_length", "0.000,0.000,0.000,0.000,0.000"),
                    Map.entry(
                            "observation_terms_flatten_history_dim",
                            "1.000,1.000,1.000,1.000,1.000"),
                    Map.entry("action_scale", "0.25"));

    private static final int MJLAB_SIZE = 3 + 2 + 2 + 2 + 3;

    @Test
    void metadataOfMjlabIsEnough() throws Exception {
        OnnxPolicy.Builder builder =
                pick(3, MJLAB_SIZE, 2, MJLAB).robotJoints(List.of("hip", "knee"));

        try (OnnxPolicy policy = builder.build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> policy.command("twist"))
                    .withMessageContaining("it is not prepared");
            policy.prepare();
            // The width of the command is what the input leaves.
            assertThat(policy.command("twist").size()).isEqualTo(3);
            // Positions less the pose, knee first, are the actions: the hip is -1 + 0.25 * 2.
            assertThat(policy.selectAction(observation(1, 2)))
                    .isEqualTo(Tensor.of(-0.5f, 0.5f + 0.25f * 1.5f));
        }
    }

    @Test
    void namesOfMjlabNeedThoseOfTheRobot() throws Exception {
        assertRefused(
                pick(0, MJLAB_SIZE, 2, MJLAB),
                "The robot has no joint names, but the policy has [knee, hip]");
        assertRefused(
                pick(0, MJLAB_SIZE, 2, MJLAB)
                        .robotJoints(List.of("hip", "knee"))
                        .joints(List.of("hip", "knee")),
                "The joints are [hip, knee], but the metadata of");
        assertRefused(
                pick(0, MJLAB_SIZE, 2, MJLAB).robotJoints(List.of("hip", "ankle")),
                "The robot has no joint 'knee' of the model, only [ankle, hip]");
    }

    @Test
    void ownInputsAndOutputsHaveTheJointsOfTheMetadataIfTheRobotHasNames() throws Exception {
        OnnxPolicy.Builder builder =
                pick(0, 3, 2, Map.of("joint_names", "knee,hip"))
                        .input(Input.of(Term.of("gyro")))
                        .output(Output.of(Output.Kind.POSITION));

        try (OnnxPolicy policy = builder.build()) {
            assertThat(firstAction(policy)).isEqualTo(Tensor.of(7, 8));
        }
        try (OnnxPolicy policy = builder.robotJoints(List.of("hip", "knee")).build()) {
            assertThat(firstAction(policy)).isEqualTo(Tensor.of(8, 7));
        }
    }

    @Test
    void jointsOfTheMetadataMayBeRepeated() throws Exception {
        OnnxPolicy.Builder builder =
                pick(3, MJLAB_SIZE, 2, MJLAB)
                        .robotJoints(List.of("hip", "knee"))
                        .joints(List.of("knee", "hip"));

        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            assertThat(policy.selectAction(observation(1, 2)).get(0)).isEqualTo(-0.5f);
        }
    }

    @Test
    void robotMayNameTheJointsOtherwise() throws Exception {
        OnnxPolicy.Builder builder =
                pick(3, MJLAB_SIZE, 2, MJLAB)
                        .robotJoints(List.of("h", "k"))
                        .joints(List.of("k", "h"));

        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            assertThat(policy.selectAction(observation(1, 2))).isEqualTo(Tensor.of(-0.5f, 0.875f));
        }
    }

    private static final Normalizer NORMALIZER =
            Normalizer.of(
                    Map.of(
                            "observation.state",
                            Normalization.range(new float[] {0, 0}, new float[] {4, 8})),
                    Map.of(
                            "action",
                            Normalization.meanStd(new float[] {100, 200}, new float[] {10, 20})));

    @Test
    void normalizerOfLeRobotIsEnough() throws Exception {
        try (OnnxPolicy policy = pick(0, 2, 2, Map.of()).normalizer(NORMALIZER).build()) {
            policy.prepare();
            // 3 of 0 to 4 is 0.5, and 2 of 0 to 8 is -0.5.
            assertThat(policy.selectAction(Observation.of(Observation.STATE, Tensor.of(3, 2))))
                    .isEqualTo(Tensor.of(105, 190));
        }
    }

    @Test
    void normalizerOfTheActionIsSharedByGroupsOfJoints() throws Exception {
        OnnxPolicy.Builder builder =
                pick(0, 2, 2, Map.of())
                        .normalizer(NORMALIZER)
                        .robotJoints(List.of("leg", "wheel"))
                        .output(Output.of(Output.Kind.POSITION).joints(List.of("leg")))
                        .output(Output.of(Output.Kind.VELOCITY).joints(List.of("wheel")));

        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            assertThat(policy.selectAction(Observation.of(Observation.STATE, Tensor.of(3, 2))))
                    .isEqualTo(Tensor.of(105, 190));
        }
    }

    @Test
    void normalizerFollowsTheValuesOfATerm() throws Exception {
        OnnxPolicy.Builder builder =
                pick(0, 2, 2, Map.of())
                        .normalizer(NORMALIZER)
                        .robotJoints(List.of("a", "b"))
                        .joints(List.of("b", "a"))
                        .input(Input.of(Term.of(Observation.STATE).perJoint().scale(2)));

        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            // Joint b comes first: -0.5 is -1 after the scale, and 100 - 10.
            assertThat(policy.selectAction(Observation.of(Observation.STATE, Tensor.of(3, 2))))
                    .isEqualTo(Tensor.of(220, 90));
        }
    }

    @Test
    void lastActionIsThatOfTheModel() throws Exception {
        OnnxPolicy.Builder builder =
                pick(0, 4, 2, Map.of())
                        .normalizer(NORMALIZER)
                        .input(Input.of(Term.lastAction(), Term.of(Observation.STATE)));

        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            Observation observation = Observation.of(Observation.STATE, Tensor.of(3, 2));
            policy.selectAction(observation);
            // The model returns its last action, zero, which is the mean of the actions.
            assertThat(policy.selectAction(observation)).isEqualTo(Tensor.of(100, 200));
        }
    }

    @Test
    void normalizationOfATermWins() throws Exception {
        Normalization own = Normalization.meanStd(new float[] {1, 1}, new float[] {1, 1});
        OnnxPolicy.Builder builder =
                pick(0, 2, 2, Map.of())
                        .normalizer(NORMALIZER)
                        .input(Input.of(Term.of(Observation.STATE).normalize(own)))
                        .output(Output.of(Output.Kind.POSITION).denormalize(own).offset(1));

        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            assertThat(policy.selectAction(Observation.of(Observation.STATE, Tensor.of(3, 2))))
                    .isEqualTo(Tensor.of(4, 3));
        }
    }

    @Test
    void normalizerThatDoesNotFitIsRefused() throws Exception {
        assertRefused(
                pick(0, 2, 2, Map.of())
                        .normalizer(NORMALIZER)
                        .input(Input.of(Term.of("positions").size(2))),
                "The normalizer has [observation.state], but the terms only have the tensors"
                        + " [positions]");
        assertRefused(
                pick(0, 3, 3, Map.of())
                        .normalizer(NORMALIZER)
                        .input(Input.of(Term.of(Observation.STATE).size(2), Term.constant(1))),
                "The normalizer has 2 values of 'action', but the outputs 3");
        assertRefused(
                pick(0, 3, 2, Map.of()).normalizer(NORMALIZER),
                "The normalization of the term 'state' has 2 values, but value 2 is needed");
        assertRefused(
                pick(0, 2, 2, Map.of())
                        .input(
                                Input.of(
                                        Term.command("goal", 2)
                                                .normalize(Normalization.identity(3)))),
                "The normalization of 'command goal' has 3 values, but must have 2");
    }
}
