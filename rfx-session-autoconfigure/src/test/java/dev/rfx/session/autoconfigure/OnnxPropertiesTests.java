package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.RefusedProperty.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import dev.rfx.session.onnx.Input;
import dev.rfx.session.onnx.Normalization;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.onnx.Output;
import dev.rfx.session.onnx.SafetensorsFile;
import dev.rfx.session.onnx.Term;
import dev.rfx.session.onnx.TestModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/**
 * A policy from properties decides as the same policy from the builder does. Every property changes
 * an action.
 */
class OnnxPropertiesTests {

    private static final String[] JOINTS = {"RL", "FR", "FL"};

    private static final String QUADRUPED =
            """
            rfx:
              session:
                onnx:
                  joints: [FR, FL, RL]
                  default-pose: [0.1, 0.9, -1.8]
                  inputs:
                    - terms:
                        - tensor: gyro
                          size: 3
                        - tensor: gravity
                          size: 3
                        - tensor: state
                          per-joint: true
                          minus: default-pose
                        - tensor: state
                          from: 3
                          per-joint: true
                        - last-action: true
                        - command: velocity
                  commands:
                    velocity: [1, 0, 0.5]
                  output:
                    scale: 0.5
                    offset: default-pose
            """;

    private static final String OPTIONS_OF_TERMS =
            """
            rfx:
              session:
                onnx:
                  inputs:
                    - name: obs
                      terms:
                        - tensor: gyro
                          from: 1
                          size: 2
                          minus: [0.1, 0.2]
                          scale: 0.25
                          clip: [-0.1, 0.2]
                          history: 2
                        - tensor: state
                          joints: [FL, RL]
                          minus: 0.3
                          scale: [2, 3]
                          clip: [[-1, 1], [-2, 0.5]]
                        - command: goal
                          size: 2
                        - phase:
                            period: 800ms
                            offsets: [0, 0.5]
                            order: cos-sin
                            advanced-before-first-use: true
                        - phase:
                            period: 600ms
                        - constant: [0.5, 0.25]
            """;

    private static final String TIME_MAJOR =
            """
            rfx:
              session:
                onnx:
                  inputs:
                    - history: 5
                      layout: time-major
                      terms:
                        - tensor: gyro
                        - tensor: state
                          per-joint: true
            """;

    private static final String TERM_MAJOR =
            """
            rfx:
              session:
                onnx:
                  inputs:
                    - history: 5
                      terms:
                        - tensor: gyro
                        - tensor: state
                          per-joint: true
            """;

    private static final String DELTAS =
            """
            rfx:
              session:
                onnx:
                  inputs:
                    - terms:
                        - tensor: state
                          per-joint: true
                  recurrent:
                    - input: h_in
                      output: h_out
                  output:
                    kind: delta
                    name: actions
                    joints: [FL, RL, FR]
                    scale: 0.1
                    clip: [[-1, 1], [-1.5, 0.5], [-2, 2]]
            """;

    private static final String WHEELS =
            """
            rfx:
              session:
                onnx:
                  inputs:
                    - terms:
                        - tensor: gyro
                  outputs:
                    - joints: [FR, FL]
                      scale: [0.5, 0.25]
                      offset: [0.1, 0.2]
                    - kind: velocity
                      joints: [RL]
                      scale: 10
                      clip: [-5, 5]
            """;

    private static final String INTERPOLATION =
            """
            rfx:
              session:
                onnx:
                  inputs:
                    - terms:
                        - tensor: gyro
                  hold: [RL]
                  every: 4
                  between: interpolate
            """;

    private static final String STATISTICS =
            """
            rfx:
              session:
                onnx:
                  inputs:
                    - terms:
                        - tensor: gyro
                          normalize:
                            mean: [0.1, 0.2, 0.3]
                            std: [1, 2, 3]
                        - tensor: state
                          per-joint: true
                          normalize:
                            low: [-1, -2, -3]
                            high: [1, 2, 3.5]
                  output:
                    scale: 2
                    denormalize:
                      low: [-1, -2, -3]
                      high: [1, 2, 3.5]
            """;

    private static final String STATISTICS_OF_OUTPUT =
            """
            rfx:
              session:
                onnx:
                  inputs:
                    - terms:
                        - tensor: gyro
                  output:
                    denormalize:
                      mean: [0.1, 0.2, 0.3]
                      std: [1, 2, 3]
            """;

    private static final String STATISTICS_OF_GROUPS =
            """
            rfx:
              session:
                onnx:
                  inputs:
                    - terms:
                        - tensor: gyro
                  outputs:
                    - name: actions
                      joints: [RL, FR]
                      denormalize:
                        mean: [0.1, 0.2]
                        std: [1, 2]
                    - name: actions
                      joints: [FL]
                      denormalize:
                        low: -1
                        high: 3
            """;

    private static final String LEROBOT =
            """
            rfx:
              session:
                onnx:
                  normalizer: ${directory}
            """;

    private static final String UNITREE =
            """
            rfx:
              session:
                onnx:
                  config: ${directory}/deploy.yaml
                  tensors:
                    base_ang_vel: gyro
                  commands:
                    base_velocity: [0.5, 0.25, 0]
            """;

    private static final List<String> ALL =
            List.of(
                    QUADRUPED,
                    OPTIONS_OF_TERMS,
                    TIME_MAJOR,
                    TERM_MAJOR,
                    DELTAS,
                    WHEELS,
                    INTERPOLATION,
                    STATISTICS,
                    STATISTICS_OF_OUTPUT,
                    STATISTICS_OF_GROUPS,
                    LEROBOT,
                    UNITREE);

    private static final Normalization MEAN_STD =
            Normalization.meanStd(new float[] {0.1f, 0.2f, 0.3f}, new float[] {1, 2, 3});

    @TempDir private Path directory;
    private final LeggedRobot robot = new LeggedRobot(JOINTS);

    private Path model(TestModel model) throws IOException {
        return model.write(this.directory.resolve("model.onnx"));
    }

    private ApplicationContextRunner application(String yaml) {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                OnnxPolicyAutoConfiguration.class, SessionAutoConfiguration.class))
                .withBean(LeggedRobot.class, () -> this.robot)
                .withPropertyValues(
                        "rfx.session.onnx.model=" + this.directory.resolve("model.onnx"))
                .withSystemProperties("directory=" + this.directory)
                .withInitializer(
                        context ->
                                context.getEnvironment().getPropertySources().addLast(load(yaml)));
    }

    private static PropertySource<?> load(String yaml) {
        try {
            return new YamlPropertySourceLoader()
                    .load("application.yml", new ByteArrayResource(yaml.getBytes()))
                    .get(0);
        } catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

    private List<Tensor> actions(OnnxPolicy policy) throws Exception {
        List<Tensor> actions = new ArrayList<>();
        policy.prepare();
        policy.reset();
        Observation observation = this.robot.reset();
        for (int i = 0; i < 8; i++) {
            actions.add(Tensor.of(policy.selectAction(observation).toArray()));
            observation = this.robot.observe();
        }
        return actions;
    }

    private void assertSame(String yaml, OnnxPolicy.Builder builder) throws Exception {
        try (OnnxPolicy expected = builder.robotJoints(List.of(JOINTS)).rateHz(50).build()) {
            application(yaml)
                    .run(
                            context ->
                                    assertThat(actions(context.getBean(OnnxPolicy.class)))
                                            .doesNotHaveDuplicates()
                                            .isEqualTo(actions(expected)));
        }
    }

    @Test
    void quadruped() throws Exception {
        assertSame(
                QUADRUPED,
                OnnxPolicy.builder(model(TestModel.linear(18, 3)))
                        .joints(List.of("FR", "FL", "RL"))
                        .defaultPose(0.1f, 0.9f, -1.8f)
                        .command("velocity", 1, 0, 0.5f)
                        .input(
                                Input.of(
                                        Term.of("gyro").size(3),
                                        Term.of("gravity").size(3),
                                        Term.of("state").perJoint().minusDefaultPose(),
                                        Term.of("state").from(3).perJoint(),
                                        Term.lastAction(),
                                        Term.command("velocity", 3)))
                        .output(Output.of(Output.Kind.POSITION).scale(0.5f).offsetDefaultPose()));
    }

    @Test
    void optionsOfTerms() throws Exception {
        assertSame(
                OPTIONS_OF_TERMS,
                OnnxPolicy.builder(model(TestModel.linear(16, 3)))
                        .input(
                                Input.of(
                                                Term.of("gyro")
                                                        .from(1)
                                                        .size(2)
                                                        .minus(0.1f, 0.2f)
                                                        .scale(0.25f)
                                                        .clip(-0.1f, 0.2f)
                                                        .history(2),
                                                Term.of("state")
                                                        .joints(List.of("FL", "RL"))
                                                        .minus(0.3f)
                                                        .scale(2, 3)
                                                        .clip(
                                                                new float[] {-1, -2},
                                                                new float[] {1, 0.5f}),
                                                Term.command("goal", 2),
                                                Term.phase(
                                                                Duration.ofMillis(800),
                                                                Term.PhaseOrder.COS_SIN,
                                                                0,
                                                                0.5)
                                                        .advancedBeforeFirstUse(),
                                                Term.phase(
                                                        Duration.ofMillis(600),
                                                        Term.PhaseOrder.SIN_COS),
                                                Term.constant(0.5f, 0.25f))
                                        .named("obs")));
    }

    @Test
    void historyInTimeMajorOrder() throws Exception {
        assertSame(
                TIME_MAJOR,
                OnnxPolicy.builder(model(TestModel.linear(30, 3)))
                        .input(
                                Input.of(Term.of("gyro"), Term.of("state").perJoint())
                                        .history(5, Input.Layout.TIME_MAJOR)));
    }

    @Test
    void historyIsTermMajorByDefault() throws Exception {
        assertSame(
                TERM_MAJOR,
                OnnxPolicy.builder(model(TestModel.linear(30, 3)))
                        .input(
                                Input.of(Term.of("gyro"), Term.of("state").perJoint())
                                        .history(5, Input.Layout.TERM_MAJOR)));
    }

    @Test
    void recurrentModelWithDeltas() throws Exception {
        assertSame(
                DELTAS,
                OnnxPolicy.builder(model(TestModel.recurrent(3)))
                        .input(Input.of(Term.of("state").perJoint()))
                        .recurrent("h_in", "h_out")
                        .output(
                                Output.of(Output.Kind.DELTA)
                                        .named("actions")
                                        .joints(List.of("FL", "RL", "FR"))
                                        .scale(0.1f)
                                        .clip(
                                                new float[] {-1, -1.5f, -2},
                                                new float[] {1, 0.5f, 2})));
    }

    @Test
    void legsTakePositionsAndAWheelVelocities() throws Exception {
        assertSame(
                WHEELS,
                OnnxPolicy.builder(model(TestModel.linear(3, 3)))
                        .input(Input.of(Term.of("gyro")))
                        .output(
                                Output.of(Output.Kind.POSITION)
                                        .joints(List.of("FR", "FL"))
                                        .scale(0.5f, 0.25f)
                                        .offset(0.1f, 0.2f))
                        .output(
                                Output.of(Output.Kind.VELOCITY)
                                        .joints(List.of("RL"))
                                        .scale(10)
                                        .clip(-5, 5)));
    }

    @Test
    void jointIsHeldAndTheWayToEachDecisionInterpolated() throws Exception {
        assertSame(
                INTERPOLATION,
                OnnxPolicy.builder(model(TestModel.linear(3, 2)))
                        .input(Input.of(Term.of("gyro")))
                        .hold(List.of("RL"))
                        .every(4, OnnxPolicy.Between.INTERPOLATE));
    }

    @Test
    void termsAndOutputsHaveStatistics() throws Exception {
        Normalization range =
                Normalization.range(new float[] {-1, -2, -3}, new float[] {1, 2, 3.5f});
        assertSame(
                STATISTICS,
                OnnxPolicy.builder(model(TestModel.linear(6, 3)))
                        .input(
                                Input.of(
                                        Term.of("gyro").normalize(MEAN_STD),
                                        Term.of("state").perJoint().normalize(range)))
                        .output(Output.of(Output.Kind.POSITION).scale(2).denormalize(range)));
    }

    @Test
    void outputHasMeanAndStandardDeviation() throws Exception {
        assertSame(
                STATISTICS_OF_OUTPUT,
                OnnxPolicy.builder(model(TestModel.linear(3, 3)))
                        .input(Input.of(Term.of("gyro")))
                        .output(Output.of(Output.Kind.POSITION).denormalize(MEAN_STD)));
    }

    @Test
    void groupsOfOneOutputHaveStatistics() throws Exception {
        assertSame(
                STATISTICS_OF_GROUPS,
                OnnxPolicy.builder(model(TestModel.linear(3, 3)))
                        .input(Input.of(Term.of("gyro")))
                        .output(
                                Output.of(Output.Kind.POSITION)
                                        .named("actions")
                                        .joints(List.of("RL", "FR"))
                                        .denormalize(
                                                Normalization.meanStd(
                                                        new float[] {0.1f, 0.2f},
                                                        new float[] {1, 2})))
                        .output(
                                Output.of(Output.Kind.POSITION)
                                        .named("actions")
                                        .joints(List.of("FL"))
                                        .denormalize(
                                                Normalization.range(
                                                        new float[] {-1}, new float[] {3}))));
    }

    /** A policy as LeRobot saves it. */
    private void saveNormalizer() throws IOException {
        for (String part : List.of("pre", "post")) {
            Files.writeString(
                    this.directory.resolve("policy_%sprocessor.json".formatted(part)),
                    """
                    {"steps": [{
                      "registry_name": "%snormalizer_processor",
                      "config": {
                        "features": {
                          "observation.state": {"type": "STATE", "shape": [6]},
                          "action": {"type": "ACTION", "shape": [3]}
                        },
                        "norm_map": {"STATE": "MEAN_STD", "ACTION": "MEAN_STD"}
                      },
                      "state_file": "statistics.safetensors"
                    }]}
                    """
                            .formatted(part.equals("pre") ? "" : "un"));
        }
        new SafetensorsFile()
                .f32("observation.state.mean", 1, 2, 3, 4, 5, 6)
                .f32("observation.state.std", 1, 2, 3, 4, 5, 6)
                .f32("action.mean", 0.1f, 0.2f, 0.3f)
                .f32("action.std", 1, 2, 3)
                .write(this.directory.resolve("statistics.safetensors"));
    }

    @Test
    void normalizerOfLeRobotIsEnough() throws Exception {
        saveNormalizer();
        float[] state = {1, 2, 3, 4, 5, 6};

        assertSame(
                LEROBOT,
                OnnxPolicy.builder(model(TestModel.linear(6, 3)))
                        .input(
                                Input.of(
                                        Term.of("state")
                                                .normalize(Normalization.meanStd(state, state))))
                        .output(Output.of(Output.Kind.POSITION).denormalize(MEAN_STD)));
    }

    @Test
    void normalizerThatIsNotThereIsRefused() throws Exception {
        model(TestModel.linear(6, 3));
        ApplicationContextRunner application = application("{}");
        application
                .withPropertyValues("rfx.session.onnx.normalizer=" + this.directory + "/none")
                .run(context -> assertRefused(context, "onnx.normalizer", "does not exist"));
        application
                .withPropertyValues("rfx.session.onnx.normalizer=" + this.directory + "/model.onnx")
                .run(context -> assertRefused(context, "onnx.normalizer", "must be a directory"));
        application
                .withPropertyValues("rfx.session.onnx.normalizer=classpath:org/junit/jupiter/api/")
                .run(
                        context ->
                                assertRefused(
                                        context, "onnx.normalizer", "file system, not in a jar"));
        application
                .withPropertyValues("rfx.session.onnx.normalizer=" + this.directory)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining("policy_preprocessor.json"));
    }

    private static final String DEPLOY_YAML =
            """
            joint_ids_map: [2, 0, 1]
            step_dt: 0.02
            default_joint_pos: [0.5, -1.0, 0.25]
            commands:
              base_velocity:
                ranges: {lin_vel_x: [-0.5, 1.0], lin_vel_y: [-0.5, 0.5], ang_vel_z: [-1.0, 1.0]}
            actions:
              JointPositionAction: {clip: null, scale: 0.25, offset: null, joint_ids: null}
            observations:
              base_ang_vel: {params: {}, clip: null, scale: 0.5, history_length: 2}
              velocity_commands: {params: {command_name: base_velocity}, clip: null, scale: null}
              joint_pos_rel: {params: {}, clip: null, scale: null}
            """;

    private OnnxPolicy.Builder unitree() throws IOException {
        Path config = Files.writeString(this.directory.resolve("deploy.yaml"), DEPLOY_YAML);
        return OnnxPolicy.builder(model(TestModel.linear(12, 3))).config(config);
    }

    @Test
    void deployYamlOfUnitreeIsEnough() throws Exception {
        assertSame(
                UNITREE,
                unitree().tensor("base_ang_vel", "gyro").command("base_velocity", 0.5f, 0.25f, 0));
    }

    @Test
    void configThatIsNotThereIsRefused() throws Exception {
        model(TestModel.linear(6, 3));
        application("{}")
                .withPropertyValues("rfx.session.onnx.config=classpath:deploy.yaml")
                .run(
                        context ->
                                assertRefused(
                                        context,
                                        "onnx.config",
                                        "class path resource [deploy.yaml] does not exist"));
    }

    @Test
    void modelOfMjlabIsEnough() throws Exception {
        TestModel mjlab =
                TestModel.linear(6, 3)
                        .metadata("joint_names", "FR,FL,RL")
                        .metadata("default_joint_pos", "0.100,0.200,0.300")
                        .metadata("observation_names", "gyro,joint_pos")
                        .metadata("observation_terms_scale", "0.250,1.000")
                        .metadata("observation_terms_clip", "-inf;inf,-inf;inf")
                        .metadata("observation_terms_history_length", "0.000,0.000")
                        .metadata("observation_terms_flatten_history_dim", "1.000,1.000")
                        .metadata("action_scale", "0.5,0.25,0.125");
        OnnxPolicy.Builder expected =
                OnnxPolicy.builder(model(mjlab))
                        .joints(List.of("FR", "FL", "RL"))
                        .defaultPose(0.1f, 0.2f, 0.3f)
                        .input(
                                Input.of(
                                        Term.of("gyro").scale(0.25f),
                                        Term.of("state").perJoint().minusDefaultPose()))
                        .output(
                                Output.of(Output.Kind.POSITION)
                                        .scale(0.5f, 0.25f, 0.125f)
                                        .offsetDefaultPose());

        assertSame("{}", expected);
    }

    private static final Set<String> LISTS_OF_GROUPS =
            Set.of("inputs", "terms", "outputs", "recurrent");

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** A name as in {@link PropertyNames}: with the index 0, and without that of a value. */
    private static String normalized(String name, Set<String> known) {
        String first = name.replaceAll("\\[\\d+]", "[0]");
        while (!known.contains(first)) {
            assertThat(first).as(name).isNotEqualTo("rfx");
            first = first.replaceFirst(first.endsWith("[0]") ? "\\[0]$" : "\\.[^.]*$", "");
        }
        return first;
    }

    @Test
    void everyPropertyIsInOneOfTheseTests() {
        PropertyNames names = new PropertyNames();
        Set<String> known =
                Stream.concat(names.all().stream(), names.ofElements().stream())
                        .map(Object::toString)
                        .filter(name -> name.startsWith("rfx.session.onnx."))
                        .filter(name -> !LISTS_OF_GROUPS.contains(last(name)))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> used = new TreeSet<>(Set.of("rfx.session.onnx.model"));
        for (String yaml : ALL) {
            for (String name : ((EnumerablePropertySource<?>) load(yaml)).getPropertyNames()) {
                used.add(normalized(name, known));
            }
        }

        assertThat(used).isEqualTo(known);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    inputs[0].terms[1].tensor=x,inputs[0].terms[1].last-action=true | inputs[0].terms[1] | is [tensor, last-action], but must be exactly one of tensor, last-action, command, phase and constant
                    inputs[0].terms[1].scale=2                    | inputs[0].terms[1]            | is [], but must be exactly one of
                    inputs[0].name=obs                            | inputs[0].terms               | a list of terms
                    inputs[0].terms[1].command=goal,inputs[0].terms[1].size=0 | inputs[0].terms[1].size | at least 1
                    inputs[0].terms[1].command=goal,inputs[0].terms[1].from=1 | inputs[0].terms[1].from | only a tensor
                    inputs[0].terms[1].command=goal,inputs[0].terms[1].per-joint=true | inputs[0].terms[1].per-joint | only a tensor
                    inputs[0].terms[1].command=goal,inputs[0].terms[1].joints=FL | inputs[0].terms[1].joints | only a tensor
                    inputs[0].terms[0].from=-1                    | inputs[0].terms[0].from       | at least 0
                    inputs[0].terms[0].size=0                     | inputs[0].terms[0].size       | at least 1
                    inputs[0].terms[0].size=3,inputs[0].terms[0].per-joint=true | inputs[0].terms[0].size | only a tensor without per-joint
                    inputs[0].terms[0].joints=FL,inputs[0].terms[0].per-joint=true | inputs[0].terms[0].joints | absent if per-joint is set
                    inputs[0].terms[0].joints[0]=FL,inputs[0].terms[0].joints[1]=FL | inputs[0].terms[0].joints | each once
                    inputs[0].terms[0].minus=default-pose         | inputs[0].terms[0].minus      | only values per joint have a default pose
                    inputs[0].terms[0].minus=default              | inputs[0].terms[0].minus      | minus is [default], but must be default-pose, one number
                    inputs[0].terms[0].scale=NaN                  | inputs[0].terms[0].scale      | must be finite
                    inputs[0].terms[0].clip=1                     | inputs[0].terms[0].clip       | the lowest and the highest value
                    inputs[0].terms[0].clip[0]=1,inputs[0].terms[0].clip[1]=-1 | inputs[0].terms[0].clip | from lowest to highest
                    inputs[0].terms[0].history=0                  | inputs[0].terms[0].history    | at least 1
                    inputs[0].terms[1].phase.order=sin-cos        | inputs[0].terms[1].phase.period | A phase needs its period
                    inputs[0].terms[1].phase.period=0             | inputs[0].terms[1].phase.period | more than 0
                    inputs[0].terms[1].phase.period=1s,inputs[0].terms[1].phase.offsets=NaN | inputs[0].terms[1].phase.offsets | must be finite
                    inputs[0].terms[1].constant=NaN               | inputs[0].terms[1].constant   | must be finite
                    inputs[0].history=0                           | inputs[0].history             | at least 1
                    inputs[0].terms[0].normalize.mean=1           | inputs[0].terms[0].normalize  | mean and std, or low and high
                    inputs[0].terms[0].normalize.mean=1,inputs[0].terms[0].normalize.std=1,inputs[0].terms[0].normalize.low=1,inputs[0].terms[0].normalize.high=2 | inputs[0].terms[0].normalize | mean and std, or low and high
                    inputs[0].terms[0].normalize.mean=1,inputs[0].terms[0].normalize.std=-1 | inputs[0].terms[0].normalize | must not be negative
                    output.denormalize.low=1,output.denormalize.high=0 | output.denormalize | more than high
                    output.kind=delta,output.offset=1             | output.offset                 | a delta has no offset
                    output.scale=NaN                              | output.scale                  | must be finite
                    output.scale=1,outputs[0].scale=1             | outputs                       | absent if onnx.output is set
                    outputs[0].clip=1                             | outputs[0].clip               | the lowest and the highest value
                    recurrent[0].input=h_in                       | recurrent[0].output           | needs an input and an output
                    recurrent[0].output=h_out                     | recurrent[0].input            | needs an input and an output
                    commands.goal=NaN                             | commands.goal                 | must be finite
                    commands.goal=1                               | onnx                          | No term has the commands [goal]
                    every=0                                       | every                         | at least 1
                    hold=XX                                       | onnx                          | no joint 'XX'
                    joints[0]=FL,joints[1]=FL                     | joints                        | each once
                    joints=XX                                     | onnx                          | no joint 'XX'
                    default-pose=1                                | onnx                          | default pose has 1 values
                    default-pose=NaN                              | default-pose                  | must be finite
                    """)
    void invalidValueIsRefusedNamingTheProperty(String properties, String property, String reason)
            throws Exception {
        model(TestModel.linear(3, 3));
        String[] values =
                Stream.of(properties.split(","))
                        .map(value -> "rfx.session.onnx." + value)
                        .toArray(String[]::new);
        boolean isWithoutTerms = properties.startsWith("inputs[0].name");
        application("{}")
                .withPropertyValues(
                        isWithoutTerms
                                ? new String[0]
                                : new String[] {"rfx.session.onnx.inputs[0].terms[0].tensor=gyro"})
                .withPropertyValues(values)
                .run(context -> assertRefused(context, property, reason));
    }
}
