package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Normalizers of LeRobot, in the form in which it saves them for a policy of the type ACT. */
class NormalizerTests {

    private static final String STATE = "observation.state";
    private static final String ACTION = "action";

    private static final String PREPROCESSOR =
            """
            {
              "name": "policy_preprocessor",
              "steps": [
                {"registry_name": "rename_observations_processor", "config": {"rename_map": {}}},
                {"registry_name": "to_batch_processor", "config": {}},
                {"registry_name": "device_processor",
                 "config": {"device": "cuda", "float_dtype": null}},
                {
                  "registry_name": "normalizer_processor",
                  "config": {
                    "eps": 1e-08,
                    "features": {
                      "observation.state": {"type": "STATE", "shape": [2]},
                      "observation.images.front": {"type": "VISUAL", "shape": [3, 48, 64]},
                      "action": {"type": "ACTION", "shape": [2]}
                    },
                    "norm_map": {"VISUAL": "MEAN_STD", "STATE": "MEAN_STD", "ACTION": "MEAN_STD"}
                  },
                  "state_file": "policy_preprocessor_step_3_normalizer_processor.safetensors"
                }
              ]
            }
            """;

    private static final String POSTPROCESSOR =
            """
            {
              "name": "policy_postprocessor",
              "steps": [
                {
                  "registry_name": "unnormalizer_processor",
                  "config": {
                    "eps": 1e-08,
                    "features": {"action": {"type": "ACTION", "shape": [2]}},
                    "norm_map": {"VISUAL": "MEAN_STD", "STATE": "MEAN_STD", "ACTION": "MEAN_STD"}
                  },
                  "state_file": "policy_postprocessor_step_0_unnormalizer_processor.safetensors"
                },
                {"registry_name": "device_processor",
                 "config": {"device": "cpu", "float_dtype": null}}
              ]
            }
            """;

    @TempDir private Path directory;

    @BeforeEach
    void savePolicy() throws IOException {
        write("policy_preprocessor.json", PREPROCESSOR);
        write("policy_postprocessor.json", POSTPROCESSOR);
        statistics("policy_preprocessor_step_3_normalizer_processor.safetensors", 1);
        statistics("policy_postprocessor_step_0_unnormalizer_processor.safetensors", 100);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(this.directory.resolve(name), text);
    }

    /** Both files have the statistics of all features. */
    private void statistics(String name, float factor) {
        new SafetensorsFile()
                .f32("observation.state.mean", 2 * factor, 4 * factor)
                .f32("observation.state.std", 1 * factor, 2 * factor)
                .f32("observation.state.min", 0, 2 * factor)
                .f32("observation.state.max", 4 * factor, 6 * factor)
                .f32("observation.state.q01", 1 * factor, 3 * factor)
                .f32("observation.state.q99", 3 * factor, 5 * factor)
                .i64("observation.state.count", 1000)
                .f64("action.mean", 0.5 * factor, -0.5 * factor)
                .f32("action.std", 4 * factor, 8 * factor)
                .f32("action.q10", -1 * factor, -2 * factor)
                .f32("action.q90", 1 * factor, 2 * factor)
                .bytes("observation.images.front.mean", "F32", "[3,1,1]", 12)
                .bytes("observation.images.front.std", "F32", "[3,1,1]", 12)
                .write(this.directory.resolve(name));
    }

    private void replaceInPreprocessor(String from, String to) throws IOException {
        assertThat(PREPROCESSOR).contains(from);
        write("policy_preprocessor.json", PREPROCESSOR.replace(from, to));
    }

    private void replaceInPostprocessor(String from, String to) throws IOException {
        assertThat(POSTPROCESSOR).contains(from);
        write("policy_postprocessor.json", POSTPROCESSOR.replace(from, to));
    }

    private float[] normalizedState(float... values) {
        Normalization state = Normalizer.ofLeRobot(this.directory).input(STATE);
        assertThat(state).isNotNull();
        assertThat(state.size()).isEqualTo(values.length);
        state.normalize(values, 0);
        return values;
    }

    private float[] denormalizedAction(float... values) {
        Normalization action = Normalizer.ofLeRobot(this.directory).output(ACTION);
        assertThat(action).isNotNull();
        action.denormalize(values, 0);
        return values;
    }

    private ThrowableAssertAlternative<ModelFileException> assertRefused() {
        return assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> Normalizer.ofLeRobot(this.directory))
                .withMessageContaining(this.directory.toString());
    }

    @Test
    void inputsAreOfThePreprocessorAndTheActionIsOfThePostprocessor() {
        assertThat(normalizedState(3, 8)).containsExactly(1, 2);
        assertThat(denormalizedAction(1, -1)).containsExactly(450, -850);
        Normalizer normalizer = Normalizer.ofLeRobot(this.directory);
        assertThat(normalizer.inputs()).containsExactly(STATE);
        assertThat(normalizer.outputs()).containsExactly(ACTION);
        assertThat(normalizer.input(ACTION)).isNull();
        assertThat(normalizer.output(STATE)).isNull();
        assertThat(normalizer).asString().contains("observation.state=mean [2.0, 4.0], std");
    }

    @ParameterizedTest
    @CsvSource({"MIN_MAX, 0.5, 0.5", "QUANTILES, 1, 1", "IDENTITY, 3, 5"})
    void modeIsThatOfTheTypeOfTheFeature(String mode, float first, float second)
            throws IOException {
        replaceInPreprocessor("\"STATE\": \"MEAN_STD\"", "\"STATE\": \"%s\"".formatted(mode));

        assertThat(normalizedState(3, 5)).containsExactly(first, second);
    }

    @Test
    void actionHasTheQuantilesOfItsMode() throws IOException {
        replaceInPostprocessor("\"ACTION\": \"MEAN_STD\"", "\"ACTION\": \"QUANTILE10\"");

        assertThat(denormalizedAction(1, -0.5f)).containsExactly(100, -100);
    }

    @Test
    void typeWithoutAModeIsNotChanged() throws IOException {
        replaceInPreprocessor("\"STATE\": \"MEAN_STD\", ", "");

        assertThat(normalizedState(3, 5)).containsExactly(3, 5);
    }

    @Test
    void configurationThatIsNoObjectIsRefused() throws IOException {
        replaceInPreprocessor("\"config\": {\n        \"eps\"", "\"config\": [], \"x\": {\"eps\"");

        assertRefused().withMessageContaining("config is no object");
    }

    @Test
    void configWithoutModesChangesNothing() throws IOException {
        replaceInPostprocessor(
                ",\n        \"norm_map\": {\"VISUAL\": \"MEAN_STD\", \"STATE\": \"MEAN_STD\","
                        + " \"ACTION\": \"MEAN_STD\"}",
                "");

        assertThat(denormalizedAction(1, -1)).containsExactly(1, -1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", \"config\": {}", ", \"config\": null"})
    void stepWithoutAConfigurationChangesNothing(String config) throws IOException {
        write(
                "policy_postprocessor.json",
                "{\"steps\": [{\"registry_name\": \"unnormalizer_processor\"%s}]}"
                        .formatted(config));

        assertThat(Normalizer.ofLeRobot(this.directory).outputs()).isEmpty();
    }

    @Test
    void actionIsMappedBackEvenIfItIsNoFeatureOfTheStep() throws IOException {
        replaceInPostprocessor("\"action\": {\"type\": \"ACTION\", \"shape\": [2]}", "");

        assertThat(denormalizedAction(1, -1)).containsExactly(450, -850);
    }

    @Test
    void epsilonIsReadAndHasADefault() throws IOException {
        replaceInPreprocessor("\"eps\": 1e-08", "\"eps\": 1.0");
        assertThat(normalizedState(4, 10)).containsExactly(1, 2);

        replaceInPreprocessor("\"eps\": 1e-08,", "");
        assertThat(normalizedState(3, 8)).containsExactly(1, 2);
    }

    @Test
    void onlyTheListedKeysAreNormalized() throws IOException {
        replaceInPreprocessor(
                "\"eps\": 1e-08", "\"normalize_observation_keys\": [\"observation.other\"]");
        assertThat(normalizedState(3, 8)).containsExactly(3, 8);

        replaceInPreprocessor(
                "\"eps\": 1e-08", "\"normalize_observation_keys\": [\"observation.state\"]");
        assertThat(normalizedState(3, 8)).containsExactly(1, 2);
    }

    @Test
    void featureWithoutStatisticsIsNotChanged() throws IOException {
        replaceInPreprocessor(
                ",\n      \"state_file\":"
                        + " \"policy_preprocessor_step_3_normalizer_processor.safetensors\"",
                "");

        assertThat(normalizedState(3, 8)).containsExactly(3, 8);
    }

    @Test
    void modeWithoutItsStatisticsIsRefused() {
        new SafetensorsFile()
                .f32("observation.state.mean", 1, 2)
                .f32("observation.state.max", 1, 2)
                .write(
                        this.directory.resolve(
                                "policy_preprocessor_step_3_normalizer_processor.safetensors"));

        assertRefused()
                .withMessageContainingAll(
                        "policy_preprocessor.json",
                        "observation.state has the mode MEAN_STD, but its statistics have no std,"
                                + " only [max, mean]");
    }

    @Test
    void statisticsOfAnotherSizeAreRefused() throws IOException {
        replaceInPreprocessor(
                "{\"type\": \"STATE\", \"shape\": [2]}", "{\"type\": \"STATE\", \"shape\": [3]}");

        assertRefused()
                .withMessageContaining("observation.state has 3 values, but statistics for 2");
    }

    @Test
    void nameOfTheStateFileIsReadFromTheJson() throws IOException {
        Files.move(
                this.directory.resolve(
                        "policy_preprocessor_step_3_normalizer_processor.safetensors"),
                this.directory.resolve("other.safetensors"));
        assertRefused().withMessageContaining("step_3_normalizer_processor.safetensors");
        replaceInPreprocessor(
                "policy_preprocessor_step_3_normalizer_processor.safetensors", "other.safetensors");

        assertThat(normalizedState(3, 8)).containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../other.safetensors", "/etc/passwd", "..", "", "a\\\\b", "a\\u0000b"})
    void stateFileOutsideOfTheDirectoryIsRefused(String name) throws IOException {
        replaceInPreprocessor("policy_preprocessor_step_3_normalizer_processor.safetensors", name);

        assertRefused().withMessageContainingAll("state_file is '", "not a file of this directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"relative_actions_processor", "absolute_actions_processor"})
    void actionsRelativeToTheStateAreRefusedUnlessTheyAreSwitchedOff(String name)
            throws IOException {
        String step =
                "{\"registry_name\": \"device_processor\",\n     \"config\": {\"device\": \"cpu\", \"float_dtype\": null}}";
        String with = "{\"registry_name\": \"%s\", \"config\": {\"enabled\": %s}}";

        replaceInPostprocessor(step, with.formatted(name, true));
        assertRefused()
                .withMessageContainingAll(name, "enabled true", "relative to the state", "Policy");

        replaceInPostprocessor(step, with.formatted(name, false));
        assertThat(denormalizedAction(1, -1)).containsExactly(450, -850);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"registry_name\": \"tokenizer_processor\", \"config\": {}}",
                "{\"class\": \"tokenizer_processor\"}"
            })
    void stepThatIsNotKnownIsRefusedByItsName(String step) throws IOException {
        replaceInPreprocessor("{\"registry_name\": \"to_batch_processor\", \"config\": {}}", step);

        assertRefused().withMessageContaining("its step tokenizer_processor is not supported");
    }

    @Test
    void secondNormalizerIsRefused() throws IOException {
        replaceInPreprocessor("to_batch_processor", "normalizer_processor");

        assertRefused().withMessageContaining("it has two steps normalizer_processor");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "\"MEAN_STD\", \"ACTION\"|\"SIGMOID\", \"ACTION\"|observation.state has the mode SIGMOID",
                "\"eps\": 1e-08|\"eps\": -1|eps is -1",
                "\"eps\": 1e-08|\"eps\": \"x\"|eps is x",
                "[2]|[0]|has the shape [0]",
                "[2]|[-1, -2]|has the shape [-1, -2]",
                "[2]|2|shape is no list",
                "[2]|[65536, 65536]|has the shape [65536, 65536]",
                "\"steps\": [|\"other\": [|steps is no list",
                "\"registry_name\"|\"name\"|a step has no registry_name",
                "]|}|Expected"
            })
    void processorThatCannotBeIsRefused(String from, String to, String problem) throws IOException {
        replaceInPreprocessor(from, to);

        assertRefused().withMessageContainingAll("policy_preprocessor.json", problem);
    }

    @Test
    void directoryWithoutProcessorsIsExplained() throws IOException {
        Files.delete(this.directory.resolve("policy_preprocessor.json"));
        assertRefused().withMessageContaining("policy_preprocessor.json cannot be read");

        Files.delete(this.directory.resolve("policy_postprocessor.json"));
        assertRefused()
                .withMessageContainingAll(
                        "it has neither policy_preprocessor.json nor policy_postprocessor.json",
                        "migrate_policy_normalization.py");
    }

    @Test
    void fileThatIsTooLargeIsRefused() throws IOException {
        write("policy_preprocessor.json", " ".repeat(TextFile.MAX_BYTES) + PREPROCESSOR);

        assertRefused().withMessageContaining("it has more than 262144 bytes");
    }

    @Test
    void tensorHasTheFeatureOfItsNameOrOfItsNameInLeRobot() {
        Normalization plain = Normalization.meanStd(new float[] {1}, new float[] {2});
        Normalization prefixed = Normalization.meanStd(new float[] {3}, new float[] {4});

        assertThat(Normalizer.of(Map.of(STATE, prefixed), Map.of()).ofTensor("state"))
                .isSameAs(prefixed);
        assertThat(
                        Normalizer.of(Map.of(STATE, prefixed, "state", plain), Map.of())
                                .ofTensor("state"))
                .isSameAs(plain);
    }

    @Test
    void normalizationThatChangesSomethingMustBeUsed() {
        Normalization any = Normalization.meanStd(new float[] {1}, new float[] {2});

        Normalizer.of(Map.of(STATE, Normalization.identity(1)), Map.of(ACTION, any))
                .requireUsed(Set.of("gyro"));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Normalizer.of(Map.of(STATE, any), Map.of("gripper", any))
                                        .requireUsed(Set.of("state")))
                .withMessage(
                        "The normalizer has [gripper], but the terms only have the tensors"
                                + " [state]");
    }

    @Test
    void normalizerIsMadeFromValues() {
        Normalization state = Normalization.meanStd(new float[] {1}, new float[] {2});
        Normalizer normalizer =
                Normalizer.of(Map.of(STATE, state), Map.of(ACTION, Normalization.identity(1)));

        assertThat(normalizer.input(STATE)).isSameAs(state);
        assertThat(normalizer.inputs()).containsExactly(STATE);
        assertThat(normalizer.outputs()).containsExactly(ACTION);
    }
}
