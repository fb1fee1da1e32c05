package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.Tensor;
import dev.rfx.session.test.VirtualSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not fit is found before the robot is reset, with both sides in a table. */
class ModelFitTests {

    private static final Term STATE = Term.of("state").size(2);

    @TempDir private Path directory;

    private OnnxPolicy.Builder builder(TestModel model) throws Exception {
        return OnnxPolicy.builder(model.write(this.directory.resolve("model.onnx")));
    }

    private static String misfit(OnnxPolicy.Builder builder) {
        try (OnnxPolicy policy = builder.build()) {
            List<String> message = new ArrayList<>();
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(policy::prepare)
                    .satisfies(ex -> message.add(ex.description()));
            assertThat(policy.model()).isNull();
            return message.get(0);
        }
    }

    @Test
    void widthsOfTheTermsAreComparedWithTheShapeOfTheModel() throws Exception {
        OnnxPolicy.Builder builder =
                builder(TestModel.identity(12))
                        .robotJoints(List.of("a", "b", "c"))
                        .input(
                                Input.of(
                                        Term.of("gyro").size(3),
                                        Term.of("state").from(3).perJoint(),
                                        Term.lastAction().history(2),
                                        Term.command("velocity", 2)));

        assertThat(misfit(builder))
                .isEqualTo(
                        """
                        Model %s does not fit its configuration:
                          output 'actions'                 model: FLOAT [1, 12]
                            position by joint              3
                                                           <-- 'actions' has 3 values in the \
                        configuration, but 12 in the model
                          input 'obs'                      model: FLOAT [1, 12]
                            gyro                           3
                            state[3…] by joint             3
                            last action                    2 × 3
                            command velocity               2
                                                           <-- 'obs' has 14 values in the \
                        configuration, but 12 in the model
                        'actions' has 3 values in the configuration, but 12 in the model"""
                                .formatted(this.directory.resolve("model.onnx")));
    }

    @Test
    void sessionFailsBeforeTheRobotIsReset() throws Exception {
        OnnxPolicy policy = builder(TestModel.identity(3)).input(Input.of(STATE)).build();
        int[] calls = new int[2];
        Robot<Observation, Tensor> robot =
                new Robot<>() {
                    @Override
                    public Observation reset() {
                        calls[0]++;
                        return observe();
                    }

                    @Override
                    public Observation observe() {
                        return Observation.of("state", Tensor.of(1, 2));
                    }

                    @Override
                    public void act(Tensor action) {}

                    @Override
                    public void stop() {
                        calls[1]++;
                    }
                };
        try (policy;
                VirtualSession<Observation, Tensor> session = VirtualSession.of(robot, policy)) {
            session.step(1);

            assertThat(session.failure())
                    .isInstanceOf(SessionException.class)
                    .returns(SessionPhase.RESET, SessionException::phase)
                    .hasCauseInstanceOf(ModelException.class);
        }
        assertThat(calls).as("resets and stops").containsExactly(0, 1);
    }

    @Test
    void unknownNamesAreListedWithThoseOfTheModel() throws Exception {
        assertThat(
                        misfit(
                                builder(TestModel.identity(2))
                                        .input(Input.of(STATE).named("observation"))
                                        .output(Output.of(Output.Kind.POSITION).named("targets"))))
                .contains(
                        "output 'actions'                 model: FLOAT [1, 2], not used",
                        "the model has no output 'targets'",
                        "input 'obs' of the model has no terms and is not recurrent",
                        "the model has no input 'observation'");
    }

    @Test
    void severalInputsAndOutputsNeedTheirNames() throws Exception {
        assertThat(misfit(builder(TestModel.recurrent(2)).input(Input.of(STATE))))
                .contains(
                        "the model has several inputs: each needs its name",
                        "the model has several outputs: each needs its name");
    }

    @Test
    void otherTypesAreRefused() throws Exception {
        TestModel model =
                new TestModel()
                        .input("obs", 1, 2)
                        .output(TestModel.INT64, "actions", 1, 2)
                        .node("Cast", "obs", "actions", TestModel.attribute("to", TestModel.INT64));

        assertThat(misfit(builder(model).input(Input.of(STATE))))
                .contains(
                        "output 'actions'                 model: INT64 [1, 2]",
                        "'actions' has values of type INT64, but only FLOAT is supported");
    }

    @Test
    void misspelledRecurrentOutputIsNamed() throws Exception {
        OnnxPolicy.Builder builder =
                builder(TestModel.recurrent(2)).input(Input.of(STATE)).recurrent("h_in", "hout");

        assertThat(misfit(builder)).endsWith("the model has no output 'hout'");
    }

    @Test
    void recurrentPairHasOneSizeAndBothNames() throws Exception {
        TestModel model =
                new TestModel()
                        .input("obs", 1, 2)
                        .input("h_in", 1, 1, 3)
                        .output("actions", 1, 2)
                        .output("h_out", 1, 2)
                        .node("Identity", "obs", "actions")
                        .node("Identity", "obs", "h_out");

        assertThat(
                        misfit(
                                builder(model)
                                        .input(Input.of(STATE))
                                        .recurrent("h_in", "h_out")
                                        .recurrent("c_in", "c_out")))
                .contains(
                        "input 'h_in'                     model: FLOAT [1, 1, 3], recurrent from"
                                + " 'h_out'",
                        "'h_out' has 3 values in the configuration, but 2 in the model",
                        "the model has no input 'c_in'");
    }

    @Test
    void termOfUnknownSizeIsRefused() throws Exception {
        assertThat(
                        misfit(
                                builder(TestModel.identity(4))
                                        .input(Input.of(Term.of("state"), Term.of("gyro")))))
                .contains(
                        "the size of 'state' is not known: set it",
                        "the size of 'gyro' is not known: set it");
    }

    @Test
    void inputWithTermsIsNotRecurrent() throws Exception {
        OnnxPolicy.Builder builder =
                builder(TestModel.recurrent(2))
                        .input(Input.of(STATE).named("obs"))
                        .input(Input.of(Term.lastAction()).named("h_in"))
                        .output(Output.of(Output.Kind.POSITION).named("actions"))
                        .recurrent("h_in", "h_out");

        assertThat(misfit(builder)).endsWith("input 'h_in' has terms and is recurrent: remove one");
    }

    @Test
    void twoInputsOfOneNameAreRefused() throws Exception {
        OnnxPolicy.Builder builder =
                builder(TestModel.identity(2))
                        .input(Input.of(STATE))
                        .input(Input.of(STATE).named("obs"));

        assertThat(misfit(builder)).endsWith("Two inputs have the name 'obs'");
    }

    /** A batch of two would let the model see a second robot. */
    @Test
    void openBatchDoesNotTakeTwiceTheValues() throws Exception {
        TestModel model =
                new TestModel()
                        .input("obs", -1, 2)
                        .output("actions", -1, 2)
                        .node("Identity", "obs", "actions");

        assertThat(misfit(builder(model).input(Input.of(Term.of("state").size(4)))))
                .contains("'obs' has 4 values in the configuration, but 2 in the model");
    }

    @Test
    void absentFileAndOtherFilesAreRefused() throws Exception {
        Path text = Files.writeString(this.directory.resolve("text.onnx"), "no model");

        assertThat(
                        misfit(
                                OnnxPolicy.builder(this.directory.resolve("absent.onnx"))
                                        .input(Input.of(STATE))))
                .contains("absent.onnx cannot be read", "NoSuchFileException");
        assertThat(misfit(OnnxPolicy.builder(text).input(Input.of(STATE))))
                .contains("ONNX Runtime refuses model", "text.onnx");
    }

    @Test
    void modelSaysWhatItIs() throws Exception {
        TestModel model = TestModel.identity(2).metadata("run", "7");
        try (OnnxPolicy policy = builder(model).input(Input.of(STATE)).build()) {
            assertThat(policy.model()).isNull();

            policy.prepare();

            ModelInfo info = policy.model();
            assertThat(info.file()).isEqualTo(this.directory.resolve("model.onnx").toString());
            assertThat(info.sha256())
                    .isEqualTo(
                            HexFormat.of()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256")
                                                    .digest(
                                                            Files.readAllBytes(
                                                                    Path.of(info.file())))));
            assertThat(info.producer()).isEqualTo("rfx-session tests");
            assertThat(info.inputs())
                    .containsExactly(new ModelInfo.Port("obs", "FLOAT", List.of(1L, 2L)));
            assertThat(info.outputs())
                    .containsExactly(new ModelInfo.Port("actions", "FLOAT", List.of(1L, 2L)));
            assertThat(info.metadata()).containsEntry("run", "7");
        }
    }

    @Test
    void phaseNeedsARate() {
        OnnxPolicy.Builder builder = OnnxPolicy.builder(Path.of("absent.onnx"));

        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                builder.input(
                                                Input.of(
                                                        Term.phase(
                                                                Duration.ofSeconds(1),
                                                                Term.PhaseOrder.SIN_COS)))
                                        .build())
                .withMessage("A phase needs rateHz");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.rateHz(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.every(0, OnnxPolicy.Between.HOLD));
    }
}
