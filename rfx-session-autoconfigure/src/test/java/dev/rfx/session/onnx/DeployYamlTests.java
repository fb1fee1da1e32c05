package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.onnx.PolicyDescription.DescribedAction;
import dev.rfx.session.onnx.PolicyDescription.DescribedCommand;
import dev.rfx.session.onnx.PolicyDescription.DescribedInput;
import dev.rfx.session.onnx.PolicyDescription.DescribedTerm;
import dev.rfx.session.onnx.PolicyDescription.Kind;
import dev.rfx.session.onnx.PolicyDescription.Scaling;
import dev.rfx.session.onnx.PolicyDescription.Source;
import dev.rfx.session.support.ExplainedException;
import dev.rfx.session.testkit.Campaign;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeployYamlTests {

    /** In the form of Unitree's exporter, for a robot with four motors and a policy for three. */
    private static final String FLAT =
            """
            joint_ids_map: [0, 3, 1]
            step_dt: 0.02
            stiffness: [100.0, 100.0, 150.0,
              40.0]
            damping: [2.0, 2.0, 4.0, 1.0]
            default_joint_pos: [-0.1, 0.3, 1.0e-05]
            commands:
              base_velocity:
                ranges:
                  lin_vel_x: [-0.5, 1.0]
                  lin_vel_y: [-0.3, 0.25]
                  ang_vel_z: [-1.25, 1.5]
                  heading: null
            actions:
              JointPositionAction:
                clip: null
                joint_names: [.*]
                scale: [0.25, 0.25, 0.5]
                offset: [-0.1, 0.3, 1.0e-05]
                joint_ids: null
            observations:
              base_ang_vel:
                params: {}
                clip: null
                scale: [0.2, 0.2, 0.2]
                history_length: 5
              velocity_commands:
                params: {command_name: base_velocity}
                clip: [-0.5, 0.5]
                scale: [2.0, 2.0, 0.25]
                history_length: 5
              joint_pos_rel:
                params: {}
                clip: [-100.0, .inf]
                scale: null
                history_length: 5
              joint_vel_rel:
                params:
                  asset_cfg: {name: robot, joint_ids: [2, 0]}
                clip: null
                scale: [0.05, 0.05]
                history_length: 0
              last_action:
                params: {}
                clip: null
                scale: [1.0, 1.0, 1.0]
            """;

    private static final String GROUPED =
            """
            joint_ids_map: [1, 0]
            step_dt: 0.02
            default_joint_pos: [0.5, 1]
            commands: {}
            actions:
              JointPositionAction: {clip: [[-1, 1], [-2, 2]], scale: 0.25, joint_ids: [1, 0]}
              JointVelocityAction: {clip: null, scale: [5.0], offset: [0], joint_ids: [0]}
            observations:
              proprioception:
                use_gym_history: true
                joint_pos_rel: {params: {}, clip: null, scale: 1.0, history_length: 6}
                gait_phase: {params: {period: 0.6}, clip: null, scale: null, history_length: 6}
              task:
                target_heading: {params: {}, clip: null, scale: [1.0, 2.0], history_length: 2}
            """;

    @TempDir private Path directory;

    private PolicyDescription read(String text) {
        return DeployYaml.read(file(text));
    }

    private Path file(String text) {
        try {
            return Files.writeString(this.directory.resolve("deploy.yaml"), text);
        } catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

    private List<DescribedTerm> terms(String text) {
        PolicyDescription description = read(text);
        assertThat(description.problems()).isEmpty();
        return description.inputs().get(0).terms();
    }

    private static String replaced(String text, String from, String to) {
        assertThat(text).contains(from);
        return text.replace(from, to);
    }

    private ThrowableAssertAlternative<ModelFileException> assertRefused(String text) {
        return assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> read(text))
                .withMessageContaining(this.directory.toString());
    }

    @Test
    void flatFormIsReadInTheOrderOfThePolicy() {
        PolicyDescription description = read(FLAT);

        assertThat(description.problems()).isEmpty();
        assertThat(description.source()).endsWith("deploy.yaml");
        assertThat(description.joints()).isNull();
        assertThat(description.motors()).containsExactly(0, 3, 1);
        assertThat(description.defaultPose()).containsExactly(-0.1f, 0.3f, 1e-5f);
        assertThat(description.period()).isEqualTo(0.02);
        assertThat(description.commands())
                .containsExactly(
                        Map.entry(
                                "base_velocity",
                                new DescribedCommand(
                                        List.of(-0.5f, -0.3f, -1.25f), List.of(1f, 0.25f, 1.5f))));
        assertThat(description.actions())
                .containsExactly(
                        new DescribedAction(
                                Kind.POSITION,
                                null,
                                List.of(0.25f, 0.25f, 0.5f),
                                List.of(-0.1f, 0.3f, 1e-5f),
                                null,
                                null));
        assertThat(description.inputs())
                .containsExactly(
                        new DescribedInput(
                                "obs",
                                false,
                                List.of(
                                        new DescribedTerm(
                                                "base_ang_vel",
                                                Source.TENSOR,
                                                3,
                                                null,
                                                null,
                                                null,
                                                new Scaling(List.of(0.2f), null, null),
                                                5),
                                        new DescribedTerm(
                                                "velocity_commands",
                                                Source.COMMAND,
                                                3,
                                                null,
                                                "base_velocity",
                                                null,
                                                new Scaling(
                                                        List.of(2f, 2f, 0.25f),
                                                        List.of(-1f, -1f, -0.125f),
                                                        List.of(1f, 1f, 0.125f)),
                                                5),
                                        new DescribedTerm(
                                                "joint_pos_rel",
                                                Source.RELATIVE_POSITION,
                                                3,
                                                null,
                                                null,
                                                null,
                                                new Scaling(
                                                        List.of(1f),
                                                        List.of(-100f),
                                                        List.of(Float.POSITIVE_INFINITY)),
                                                5),
                                        new DescribedTerm(
                                                "joint_vel_rel",
                                                Source.VELOCITY,
                                                2,
                                                List.of(2, 0),
                                                null,
                                                null,
                                                new Scaling(List.of(0.05f), null, null),
                                                1),
                                        new DescribedTerm(
                                                "last_action",
                                                Source.LAST_ACTION,
                                                3,
                                                null,
                                                null,
                                                null,
                                                Scaling.NONE,
                                                1))));
    }

    @Test
    void groupIsAnInputOfItsName() {
        PolicyDescription description = read(GROUPED.replace("length: 2", "length: 6"));

        assertThat(description.problems()).isEmpty();
        assertThat(description.commands()).isEmpty();
        assertThat(description.actions())
                .containsExactly(
                        new DescribedAction(
                                Kind.POSITION,
                                List.of(1, 0),
                                List.of(0.25f),
                                null,
                                List.of(-1f, -2f),
                                List.of(1f, 2f)),
                        new DescribedAction(
                                Kind.VELOCITY, List.of(0), List.of(5f), List.of(0f), null, null));
        assertThat(description.inputs())
                .extracting(DescribedInput::name)
                .containsExactly("proprioception", "task");
        assertThat(description.inputs().get(0).terms())
                .containsExactly(
                        new DescribedTerm(
                                "joint_pos_rel",
                                Source.RELATIVE_POSITION,
                                2,
                                null,
                                null,
                                null,
                                Scaling.NONE,
                                6),
                        new DescribedTerm(
                                "gait_phase", Source.PHASE, 2, null, null, 0.6, Scaling.NONE, 6));
        assertThat(description.inputs().get(1).terms())
                .containsExactly(
                        new DescribedTerm(
                                "target_heading",
                                Source.TENSOR,
                                2,
                                null,
                                null,
                                null,
                                new Scaling(List.of(1f, 2f), null, null),
                                6));
    }

    /** Unitree's controller has one flag, which any group sets. */
    @Test
    void layoutOfOneGroupIsThatOfAll() {
        PolicyDescription description = read(GROUPED);

        assertThat(description.inputs())
                .extracting(DescribedInput::timeMajor)
                .containsExactly(true, true);
        assertThat(
                        read(GROUPED.replace("  task:\n", "  task:\n    use_gym_history: false\n"))
                                .problems())
                .containsExactly(
                        "observations.use_gym_history is false: it must be one truth value for all"
                                + " groups");
    }

    @Test
    void historiesOfATimeMajorInputMustBeEqual() {
        assertThat(read(replaced(GROUPED, "length: 2", "length: 6")).problems()).isEmpty();
        assertThat(read(GROUPED.replaceFirst("length: 6", "length: 5")).problems())
                .containsExactly(
                        "observations.proprioception: with use_gym_history all terms must have one"
                                + " history_length");
    }

    @Test
    void flagOfTheFlatFormMayBeFirst() {
        String text =
                replaced(FLAT, "observations:\n", "observations:\n  use_gym_history: false\n");

        assertThat(read(text)).isEqualTo(read(FLAT));
    }

    @Test
    void clipIsThatOfTheProductIfTheScaleIsFirst() {
        String text = replaced(FLAT, "observations:\n", "observations:\n  scale_first: true\n");

        assertThat(terms(text).get(1).scaling())
                .isEqualTo(new Scaling(List.of(2f, 2f, 0.25f), List.of(-0.5f), List.of(0.5f)));
    }

    /** The exporter leaves tags in what it does not convert. */
    @Test
    void tagsOfPythonAreReadAsTheirContent() {
        String text = replaced(FLAT, "joint_ids_map: [", "joint_ids_map: !!python/tuple [");
        text = replaced(text, "clip: [-0.5, 0.5]", "clip: !!python/tuple\n    - -0.5\n    - 0.5");
        text =
                replaced(
                        text,
                        "joint_ids: null",
                        "joint_ids: !!python/object/apply:builtins.slice [null, null, null]");
        text =
                replaced(
                        text,
                        "asset_cfg: {name: robot",
                        "asset_cfg: !!python/object:isaaclab.managers.SceneEntityCfg {name: robot");
        text =
                replaced(
                        text,
                        "  last_action:\n",
                        "  last_action:\n    func: !!python/name:isaaclab.envs.mdp.last_action ''\n");

        assertThat(read(text)).isEqualTo(read(FLAT));
    }

    @Test
    void anchorsAreResolved() {
        String text =
                replaced(FLAT, "pos: [-0.1, 0.3, 1.0e-05]", "pos: &id001 [-0.1, 0.3, 1.0e-05]");
        text = replaced(text, "offset: [-0.1, 0.3, 1.0e-05]", "offset: *id001");

        assertThat(read(text)).isEqualTo(read(FLAT));
    }

    @Test
    void jointsHaveTheNamesThatTheRobotGivesItsMotors() {
        PolicyDescription description = read(FLAT);

        assertThat(description.jointNames(List.of("a", "b", "c", "d")))
                .containsExactly("a", "d", "b");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> description.jointNames(List.of("a", "b", "c")))
                .withMessageContainingAll(
                        "deploy.yaml uses joint 3 of the robot, counted from 0, but the robot has 3"
                                + " joints: [a, b, c]");
    }

    /** A file that was written by hand. */
    @Test
    void scaleMayBeOneNumberAndTheOffsetMayBeMissing() {
        String text = replaced(FLAT, "scale: [0.25, 0.25, 0.5]", "scale: 0.25");
        text = replaced(text, "    offset: [-0.1, 0.3, 1.0e-05]\n", "");

        assertThat(read(text).problems()).isEmpty();
        assertThat(read(text).actions())
                .containsExactly(
                        new DescribedAction(Kind.POSITION, null, List.of(0.25f), null, null, null));
    }

    @Test
    void clipOfTheActionMayBeOnePair() {
        DescribedAction action =
                read(replaced(
                                FLAT,
                                "clip: null\n    joint_names",
                                "clip: [-1, 2]\n    joint_names"))
                        .actions()
                        .get(0);

        assertThat(action.low()).containsExactly(-1f);
        assertThat(action.high()).containsExactly(2f);
    }

    @Test
    void commandWithoutAllRangesIsNotLimited() {
        String text = replaced(FLAT, "      ang_vel_z: [-1.25, 1.5]\n", "");

        assertThat(read(text).problems()).isEmpty();
        assertThat(read(text).commands())
                .containsExactly(Map.entry("base_velocity", new DescribedCommand(null, null)));
    }

    @Test
    void allThatIsMissingIsNamed() {
        PolicyDescription description = read("stiffness: [1.0]\n");

        assertThat(description.problems())
                .containsExactly(
                        "joint_ids_map is missing",
                        "default_joint_pos is missing",
                        "actions is missing",
                        "observations is missing",
                        "step_dt is missing");
        assertThat(description.motors()).isNull();
        assertThat(description.defaultPose()).isNull();
        assertThat(description.actions()).isNull();
        assertThat(description.inputs()).isNull();
        assertThat(description.period()).isNull();
        assertThat(description.jointNames(List.of("a"))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[0, 3, 1] | [0, 3, -1] | joint_ids_map has -1, which is no joint's index",
                "[0, 3, 1] | [0, 3, 3] | joint_ids_map has an index twice",
                "[0, 3, 1] | [0, 3] | default_joint_pos has 3 values, not 2",
                "[0, 3, 1] | 3 | joint_ids_map is 3, which is no list",
                "step_dt: 0.02 | step_dt: 0 | step_dt is 0, which is no time",
                "step_dt: 0.02 | step_dt: .nan | step_dt is NaN, which is no time",
                "step_dt: 0.02 | step_dt: [1] | step_dt is a list, which is no time",
                "pos: [-0.1 | pos: [x | default_joint_pos has x, which is no number",
                "pos: [-0.1 | pos: [.nan | default_joint_pos has NaN, which is no number",
                "pos: [-0.1 | pos: [.inf | default_joint_pos has a number that is infinite",
                "pos: [-0.1 | pos: [[1] | default_joint_pos has a list, which is no number",
                "[-0.5, 1.0] | [1.0, -0.5] | commands.base_velocity.ranges.lin_vel_x is no pair of a low and a high limit",
                "JointPositionAction: | JointEffortAction: | actions.JointEffortAction is none of [JointPositionAction, JointVelocityAction]",
                "scale: [0.25, 0.25, 0.5] | scale: [0.25, 0.5] | actions.JointPositionAction.scale has 2 values, not 3",
                "scale: [0.25, 0.25, 0.5] | scale: null | actions.JointPositionAction.scale is missing",
                "offset: [-0.1, | offset: [-0.1, 1, | actions.JointPositionAction.offset has 4 values, not 3",
                "joint_ids: null | joint_ids: [0, 3] | actions.JointPositionAction.joint_ids has 3, which is no joint's index",
                "joint_ids: null | joint_ids: !!python/object/apply:builtins.slice [0, 2, 1] | actions.JointPositionAction.joint_ids is a slice, which is no list",
                "scale: [0.2, 0.2, 0.2] | scale: [0.2, 0.2] | observations.base_ang_vel.scale has 2 values, not 3",
                "scale: [0.2, 0.2, 0.2] | scale: big | observations.base_ang_vel.scale is big, which is no list",
                "clip: [-0.5, 0.5] | clip: 0.5 | observations.velocity_commands.clip is no pair of a low and a high limit",
                "clip: [-0.5, 0.5] | clip: [-0.5] | observations.velocity_commands.clip is no pair of a low and a high limit",
                "history_length: 5 | history_length: -5 | observations.base_ang_vel.history_length is -5, which is no number of frames",
                "history_length: 5 | history_length: 999999 | observations.base_ang_vel.history_length is 999999, which is no number of frames",
                "joint_ids: [2, 0] | joint_ids: [3, 0] | observations.joint_vel_rel.params.asset_cfg.joint_ids has 3, which is no joint's index",
                "params: {} | params: 1 | observations.base_ang_vel.params is 1, which is no map"
            })
    void valueThatIsInconsistentIsNamedWithItsKey(String from, String to, String problem) {
        assertThat(read(replaced(FLAT, from, to)).problems()).contains(problem);
    }

    @Test
    void phaseNeedsItsPeriod() {
        assertThat(read(replaced(GROUPED, "{period: 0.6}", "{}")).problems())
                .containsExactly("observations.proprioception.gait_phase.params.period is missing");
    }

    @Test
    void clipOfTheActionHasAPairForEachJoint() {
        assertThat(read(replaced(GROUPED, "[[-1, 1], [-2, 2]]", "[[-1, 1]]")).problems())
                .containsExactly("actions.JointPositionAction.clip has 1 pairs for 2 joints");
    }

    @Test
    void limitsOfANegativeScaleChangeTheirSides() {
        Scaling scaling = Scaling.afterClip(List.of(-2f, 0f), Float.NEGATIVE_INFINITY, 3);

        assertThat(scaling.low()).containsExactly(-6f, 0f);
        assertThat(scaling.high()).containsExactly(Float.POSITIVE_INFINITY, 0f);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: [",
                "a: 1\na: 2\n",
                "a: !!java/lang.String x",
                "a: !!javax.script.ScriptEngineManager []",
                "a: &a !!python/tuple [*a]",
                "\u0000",
                "--- 1\n--- 2\n"
            })
    void textThatIsNoYamlIsRefused(String text) {
        assertRefused(text).withMessageContaining("it is no YAML");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[1]", "text", "null"})
    void documentThatIsNoMapIsRefused(String text) {
        assertRefused(text).withMessageContaining("it is no map of options");
    }

    @Test
    void missingFileIsSaidToBeMissing() {
        Path absent = this.directory.resolve("absent.yaml");

        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> DeployYaml.read(absent))
                .withMessageContainingAll("cannot be read", absent.toString());
    }

    /** Has the package again, but no SnakeYAML. */
    private static final class WithoutSnakeYaml extends ClassLoader {

        private static final String PACKAGE = DeployYaml.class.getPackageName() + ".";

        WithoutSnakeYaml() {
            super(DeployYamlTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.yaml.")) {
                throw new ClassNotFoundException(name);
            }
            return name.startsWith(PACKAGE) ? copyOf(name) : super.loadClass(name, resolve);
        }

        private Class<?> copyOf(String name) throws ClassNotFoundException {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = Objects.requireNonNull(in).readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException ex) {
                throw new ClassNotFoundException(name, ex);
            }
        }
    }

    @Test
    void missingLibraryIsNamed() throws Exception {
        Method read =
                Class.forName(DeployYaml.class.getName(), true, new WithoutSnakeYaml())
                        .getDeclaredMethod("read", Path.class);
        read.setAccessible(true);

        assertThatExceptionOfType(InvocationTargetException.class)
                .isThrownBy(() -> read.invoke(null, file(FLAT)))
                .havingCause()
                .isInstanceOf(ExplainedException.class)
                .withMessageEndingWith(
                        "deploy.yaml cannot be used: SnakeYAML is not on the class path. Add the"
                                + " dependency org.yaml:snakeyaml.");
    }

    @Test
    void listThatContainsItselfIsNamed() {
        assertThat(read("joint_ids_map: &a [*a]\nobservations: &b {x: *b}\n").problems())
                .contains("joint_ids_map has a list, which is no joint's index");
    }

    @Test
    void depthAndAliasesAreLimited() {
        assertRefused("a: " + "[".repeat(100) + "]".repeat(100));
        assertRefused("a: &a [1]\nb: [" + "*a,".repeat(200) + "1]\n");
    }

    /** The seed of a text is its number. */
    @Campaign
    @Test
    void damagedFileIsReadOrRefused() {
        for (int seed = 0; seed < Campaign.Rounds.of(15_000, 1_000); seed++) {
            Random random = new Random(seed);
            StringBuilder damaged = new StringBuilder(random.nextBoolean() ? FLAT : GROUPED);
            for (int i = random.nextInt(4); i >= 0; i--) {
                int at = random.nextInt(damaged.length());
                switch (random.nextInt(4)) {
                    case 0 -> damaged.deleteCharAt(at);
                    case 1 -> damaged.setCharAt(at, (char) random.nextInt(128));
                    case 2 -> damaged.insert(at, "[]{}:,-&*! \n0.".charAt(random.nextInt(14)));
                    default -> damaged.delete(at, at + random.nextInt(60));
                }
            }
            try {
                PolicyDescription description = read(damaged.toString());

                boolean complete =
                        description.motors() != null
                                && description.defaultPose() != null
                                && description.inputs() != null
                                && description.actions() != null
                                && description.period() != null;
                assertThat(complete || !description.problems().isEmpty())
                        .as("seed %d: %s", seed, description)
                        .isTrue();
            } catch (ModelFileException ex) {
                assertThat(ex).as("seed %d", seed).hasMessageContaining("deploy.yaml");
            }
        }
    }
}
