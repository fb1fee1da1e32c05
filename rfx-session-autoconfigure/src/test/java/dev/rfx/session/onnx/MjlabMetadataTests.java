package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.onnx.PolicyDescription.DescribedAction;
import dev.rfx.session.onnx.PolicyDescription.DescribedCommand;
import dev.rfx.session.onnx.PolicyDescription.DescribedInput;
import dev.rfx.session.onnx.PolicyDescription.DescribedTerm;
import dev.rfx.session.onnx.PolicyDescription.Kind;
import dev.rfx.session.onnx.PolicyDescription.Scaling;
import dev.rfx.session.onnx.PolicyDescription.Source;
import dev.rfx.session.testkit.Campaign;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MjlabMetadataTests {

    /** As mjlab writes it for a robot with two joints. */
    private final Map<String, String> metadata =
            new HashMap<>(
                    Map.ofEntries(
                            Map.entry("run_path", "local"),
                            Map.entry("joint_names", "hip,knee"),
                            Map.entry("joint_stiffness", "40.000,30.000"),
                            Map.entry("joint_damping", "1.000,1.000"),
                            Map.entry("default_joint_pos", "-0.250,0.750"),
                            Map.entry("command_names", "twist"),
                            Map.entry(
                                    "observation_names",
                                    "base_ang_vel,joint_pos,joint_vel,actions,command"),
                            Map.entry(
                                    "observation_terms_scale",
                                    "0.200,1.000,0.500;0.250,1.000,1.000"),
                            Map.entry(
                                    "observation_terms_clip",
                                    "-inf;inf,-1.000;2.000,-10.000;10.000,-inf;inf,-inf;inf"),
                            Map.entry(
                                    "observation_terms_history_length",
                                    "3.000,0.000,1.000,0.000,0.000"),
                            Map.entry(
                                    "observation_terms_flatten_history_dim",
                                    "1.000,1.000,1.000,1.000,1.000"),
                            Map.entry("action_scale", "0.4375")));

    private PolicyDescription read() {
        PolicyDescription description =
                MjlabMetadata.read("the metadata of walk.onnx", this.metadata);
        assertThat(description).isNotNull();
        return description;
    }

    private List<String> problems() {
        return read().problems();
    }

    private static DescribedTerm term(String name, Source source, @Nullable String command) {
        return new DescribedTerm(name, source, null, null, command, null, Scaling.NONE, 1);
    }

    @Test
    void allPartsAreRead() {
        PolicyDescription description = read();

        assertThat(description.problems()).isEmpty();
        assertThat(description)
                .isEqualTo(
                        new PolicyDescription(
                                "the metadata of walk.onnx",
                                List.of("hip", "knee"),
                                null,
                                List.of(-0.25f, 0.75f),
                                List.of(
                                        new DescribedInput(
                                                null,
                                                false,
                                                List.of(
                                                        new DescribedTerm(
                                                                "base_ang_vel",
                                                                Source.TENSOR,
                                                                3,
                                                                null,
                                                                null,
                                                                null,
                                                                new Scaling(
                                                                        List.of(0.2f), null, null),
                                                                3),
                                                        new DescribedTerm(
                                                                "joint_pos",
                                                                Source.RELATIVE_POSITION,
                                                                null,
                                                                null,
                                                                null,
                                                                null,
                                                                new Scaling(
                                                                        List.of(1f),
                                                                        List.of(-1f),
                                                                        List.of(2f)),
                                                                1),
                                                        new DescribedTerm(
                                                                "joint_vel",
                                                                Source.VELOCITY,
                                                                2,
                                                                null,
                                                                null,
                                                                null,
                                                                new Scaling(
                                                                        List.of(0.5f, 0.25f),
                                                                        List.of(-5f, -2.5f),
                                                                        List.of(5f, 2.5f)),
                                                                1),
                                                        term("actions", Source.LAST_ACTION, null),
                                                        term("command", Source.COMMAND, "twist")))),
                                List.of(
                                        new DescribedAction(
                                                Kind.POSITION,
                                                null,
                                                List.of(0.4375f),
                                                null,
                                                null,
                                                null)),
                                Map.of("twist", new DescribedCommand(null, null)),
                                null,
                                List.of()));
        assertThat(description.jointNames(List.of("knee", "hip"))).containsExactly("hip", "knee");
    }

    /** For some time mjlab wrote lists within lists as Python prints them. */
    @Test
    void listsWithinListsAreReadAsPythonPrintsThem() {
        PolicyDescription expected = read();
        this.metadata.put("observation_terms_scale", "0.2,1.0,[0.5, 0.25],1.0,1.0");
        this.metadata.put(
                "observation_terms_clip", "[-inf, inf],(-1.0, 2.0),[-10.0, 10.0],[-inf, inf],None");

        assertThat(read()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"True,True,True,True,True", "1,1,1,1,1", "1.0,1.0,1.0,1.0,1.0"})
    void truthValuesHaveSeveralForms(String flags) {
        PolicyDescription expected = read();
        this.metadata.put("observation_terms_flatten_history_dim", flags);

        assertThat(read()).isEqualTo(expected);
    }

    @Test
    void historyThatIsNotFlattenedIsTimeMajor() {
        this.metadata.put("observation_terms_history_length", "4.000,4.000,4.000,4.000,4.000");
        this.metadata.put("observation_terms_flatten_history_dim", "0.000,0.000,0.000,0.000,0.000");

        DescribedInput input = read().inputs().get(0);

        assertThat(input.timeMajor()).isTrue();
        assertThat(input.terms()).allSatisfy(term -> assertThat(term.history()).isEqualTo(4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4.000,4.000,4.000,4.000,0.000 | 0.000,0.000,0.000,0.000,1.000",
                "4.000,4.000,4.000,4.000,4.000 | 0.000,0.000,0.000,0.000,1.000"
            })
    void historiesOfSeveralInputsAreNotDescribed(String histories, String flags) {
        this.metadata.put("observation_terms_history_length", histories);
        this.metadata.put("observation_terms_flatten_history_dim", flags);

        assertThat(read().inputs()).isNull();
        assertThat(problems())
                .containsExactly(
                        "observation_terms_flatten_history_dim and"
                                + " observation_terms_history_length differ among the terms: they"
                                + " are no single input");
    }

    @Test
    void scaleOfTheActionMayBeOnePerJoint() {
        this.metadata.put("action_scale", "0.438,0.351");

        assertThat(read().actions().get(0).scale()).containsExactly(0.438f, 0.351f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"action_joint_names", "action_names"})
    void passiveJointsAreNoPartOfTheActionIfItsJointsHaveNames(String key) {
        this.metadata.put("joint_names", "hip,spring,knee");
        this.metadata.put("default_joint_pos", "-0.250,0.000,0.750");
        this.metadata.put("observation_terms_scale", "1.000,1.000,1.000,1.000,1.000");
        assertThat(read().actions()).isNull();
        assertThat(problems())
                .containsExactly(
                        "joint_names has 3 joints, but the action 2, and no action_joint_names"
                                + " names them");

        this.metadata.put(key, "knee,hip");
        assertThat(problems()).isEmpty();
        assertThat(read().actions().get(0).joints()).containsExactly(2, 0);
    }

    @Test
    void offsetOfTheActionIsReadWhereItIs() {
        this.metadata.put("action_offset", "0.100,0.200");

        assertThat(read().actions().get(0).offset()).containsExactly(0.1f, 0.2f);
    }

    @Test
    void termWithTheNameOfACommandIsThisCommand() {
        this.metadata.put("command_names", "twist,height");
        assertThat(problems())
                .containsExactly(
                        "command_names has [twist, height], but the observation command may be any"
                                + " of them");

        this.metadata.put("observation_names", "base_ang_vel,joint_pos,joint_vel,actions,height");
        assertThat(problems()).isEmpty();
        assertThat(read().inputs().get(0).terms().get(4))
                .isEqualTo(term("height", Source.COMMAND, "height"));
        assertThat(read().commands()).containsOnlyKeys("twist", "height");
    }

    @Test
    void policyWithoutACommandHasNone() {
        this.metadata.put("command_names", "");

        assertThat(problems()).isEmpty();
        assertThat(read().commands()).isEmpty();
    }

    @Test
    void metadataOfAnotherOriginIsLeftAlone() {
        assertThat(MjlabMetadata.read("m", Map.of())).isNull();
        assertThat(MjlabMetadata.read("m", Map.of("author", "x", "run_path", "y"))).isNull();
    }

    @Test
    void unknownKeysAreIgnored() {
        PolicyDescription expected = read();
        this.metadata.put("mjswan.kind", "{[(;");
        this.metadata.put("anchor_body_name", "torso");

        assertThat(read()).isEqualTo(expected);
    }

    @Test
    void allThatIsMissingIsNamedAndTheOtherPartsAreRead() {
        this.metadata.keySet().retainAll(List.of("joint_names", "observation_names"));

        PolicyDescription description = read();

        assertThat(description.problems())
                .containsExactly(
                        "default_joint_pos is missing",
                        "observation_terms_scale is missing",
                        "observation_terms_clip is missing",
                        "observation_terms_history_length is missing",
                        "observation_terms_flatten_history_dim is missing",
                        "action_scale is missing");
        assertThat(description.joints()).containsExactly("hip", "knee");
        assertThat(description.defaultPose()).isNull();
        assertThat(description.inputs()).isNull();
        assertThat(description.actions()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "joint_names | hip,hip | joint_names has an empty name, or a name twice: [hip, hip]",
                "joint_names | hip, | joint_names has an empty name, or a name twice: [hip, ]",
                "default_joint_pos | 0.1 | default_joint_pos has 1 values for 2 joints",
                "default_joint_pos | 0.1,x | default_joint_pos has 'x', which is no number",
                "default_joint_pos | 0.1,nan | default_joint_pos has 'nan', which is no number",
                "default_joint_pos | 0.1,inf | default_joint_pos has a number that is infinite: [0.1, inf]",
                "default_joint_pos | 0x1p3,1 | default_joint_pos has '0x1p3', which is no number",
                "action_scale | '' | action_scale is empty",
                "action_scale | 0.1,0.2,0.3 | joint_names has 2 joints, but the action 3, and no action_joint_names names them",
                "action_scale | tensor([0.5]) | action_scale has a bracket at character 6",
                "action_scale | [0.5,0.25 | action_scale has a bracket that is not closed",
                "action_scale | 0.5],0.25 | action_scale has a bracket at character 3",
                "action_scale | [[0.5,0.25]] | action_scale has a bracket at character 1",
                "action_offset | 1,2,3 | action_offset has 3 values for 2 joints",
                "action_space | residual_ik | action_space is residual_ik: only joint positions are read",
                "action_names | hip,wheel | action_names has a name twice, or one that is not in joint_names: [hip, wheel]",
                "observation_terms_scale | 1,1,1,1 | observation_terms_scale has 4 elements for 5 observations",
                "observation_names | '' | observation_names is empty, or has an empty element",
                "observation_names | a;b | observation_terms_scale has 5 elements for 1 observations",
                "observation_terms_scale | [],1,1,1,1 | observation_terms_scale is empty, or has an empty element",
                "observation_terms_scale | 1,1,1;1;1,1,1 | observation_terms_scale of joint_vel has 3 values for 2 joints",
                "observation_terms_clip | 1,1,1,1,1 | observation_terms_clip of base_ang_vel is [1.0], not [low, high]",
                "observation_terms_clip | 2;1,None,None,None,None | observation_terms_clip of base_ang_vel is [2.0, 1.0], not [low, high]",
                "observation_terms_history_length | 1.5,0,0,0,0 | observation_terms_history_length has [1.5], which is no number of frames",
                "observation_terms_history_length | -1,0,0,0,0 | observation_terms_history_length has [-1], which is no number of frames",
                "observation_terms_history_length | 1e9,0,0,0,0 | observation_terms_history_length has [1e9], which is no number of frames",
                "observation_terms_flatten_history_dim | 2,1,1,1,1 | observation_terms_flatten_history_dim has [2], which is no truth value"
            })
    void valueThatIsInconsistentIsNamedWithItsKey(String key, String value, String problem) {
        this.metadata.put(key, value);

        assertThat(problems()).contains(problem);
    }

    /** The seed of a text is its number. */
    @Campaign
    @Test
    void damagedValueIsReadOrNamed() {
        List<String> keys = new ArrayList<>(this.metadata.keySet());
        keys.sort(null);
        for (int seed = 0; seed < Campaign.Rounds.of(60_000, 5_000); seed++) {
            Random random = new Random(seed);
            Map<String, String> damaged = new HashMap<>(this.metadata);
            String key = keys.get(random.nextInt(keys.size()));
            StringBuilder value = new StringBuilder(damaged.get(key));
            for (int i = random.nextInt(3); i >= 0; i--) {
                char c = "[](),;-.e1inf \0".charAt(random.nextInt(15));
                int at = random.nextInt(value.length() + 1);
                if (at < value.length() && random.nextBoolean()) {
                    value.setCharAt(at, c);
                } else {
                    value.insert(at, c);
                }
            }
            damaged.put(key, value.toString());

            PolicyDescription description = MjlabMetadata.read("m", damaged);

            boolean complete =
                    description.joints() != null
                            && description.defaultPose() != null
                            && description.inputs() != null
                            && description.actions() != null;
            // A problem with the commands is one of no part, unless a term has this command.
            assertThat(complete || !description.problems().isEmpty())
                    .as("seed %d: %s", seed, description)
                    .isTrue();
            assertThat(complete && !description.problems().isEmpty())
                    .as("seed %d: %s", seed, description)
                    .isIn(false, key.equals("command_names"));
        }
    }
}
