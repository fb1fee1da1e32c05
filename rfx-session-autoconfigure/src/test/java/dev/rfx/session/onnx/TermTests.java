package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The terms of a model whose actions are its inputs. */
class TermTests {

    private static final List<String> ROBOT = List.of("a", "b", "c");

    @TempDir private Path directory;

    private final Observation observation =
            Observation.of(Observation.STATE, Tensor.of(1, 2, 3, 10, 20, 30))
                    .with("gyro", Tensor.of(0.5f, -0.5f));

    /** The values of the inputs at the first decisions. */
    private List<float[]> inputs(int size, int decisions, OnnxPolicy.Builder builder)
            throws Exception {
        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            policy.reset();
            float[][] inputs = new float[decisions][];
            for (int i = 0; i < decisions; i++) {
                inputs[i] = policy.selectAction(this.observation).toArray();
                assertThat(inputs[i]).hasSize(size);
            }
            return List.of(inputs);
        }
    }

    private OnnxPolicy.Builder identity(int size) throws Exception {
        return OnnxPolicy.builder(TestModel.identity(size).write(this.directory.resolve("m.onnx")));
    }

    private float[] input(int size, Term... terms) throws Exception {
        return inputs(size, 1, identity(size).input(Input.of(terms))).get(0);
    }

    @Test
    void termsFollowInTheirOrder() throws Exception {
        float[] input =
                input(
                        9,
                        Term.constant(7, 8),
                        Term.of("gyro").size(2),
                        Term.of("state").from(3).size(3),
                        Term.command("goal", 2));

        assertThat(input).containsExactly(7, 8, 0.5f, -0.5f, 10, 20, 30, 0, 0);
    }

    @Test
    void oneTermTakesWhatTheOthersLeave() throws Exception {
        assertThat(input(8, Term.of("state"), Term.of("gyro").size(2)))
                .containsExactly(1, 2, 3, 10, 20, 30, 0.5f, -0.5f);
    }

    @Test
    void valueIsLessTheOffsetTimesTheScaleWithinTheRange() throws Exception {
        assertThat(input(6, Term.of("state").minus(1).scale(0.5f).clip(0.25f, 9)))
                .containsExactly(0.25f, 0.5f, 1, 4.5f, 9, 9);
    }

    @Test
    void offsetScaleAndRangeMayDifferByValue() throws Exception {
        assertThat(
                        input(
                                2,
                                Term.of("gyro")
                                        .size(2)
                                        .minus(1, 2)
                                        .scale(2, 4)
                                        .clip(new float[] {-9, -9}, new float[] {9, -9})))
                .containsExactly(-1, -9);
    }

    /** The term's positions are found by name, and the default pose is in the model's order. */
    @Test
    void perJointHasTheOrderOfTheModel() throws Exception {
        OnnxPolicy.Builder builder =
                identity(6)
                        .robotJoints(List.of("a", "b", "c", "d", "e", "f"))
                        .joints(List.of("f", "e", "d", "c", "b", "a"))
                        .defaultPose(0.6f, 0.5f, 0.4f, 0.3f, 0.2f, 0.1f)
                        .input(Input.of(Term.of("state").perJoint().minusDefaultPose()));

        // The output goes back to the order of the robot.
        assertThat(inputs(6, 1, builder).get(0))
                .containsExactly(1 - 0.1f, 2 - 0.2f, 3 - 0.3f, 10 - 0.4f, 20 - 0.5f, 30 - 0.6f);
    }

    @Test
    void velocitiesFollowThePositions() throws Exception {
        OnnxPolicy.Builder builder =
                identity(3)
                        .robotJoints(ROBOT)
                        .joints(List.of("c", "a", "b"))
                        .output(Output.of(Output.Kind.POSITION).joints(ROBOT))
                        .input(Input.of(Term.of("state").from(3).perJoint()));

        assertThat(inputs(3, 1, builder).get(0)).containsExactly(30, 10, 20);
    }

    @Test
    void someJointsAreFoundByName() throws Exception {
        OnnxPolicy.Builder builder =
                identity(2)
                        .robotJoints(ROBOT)
                        .joints(List.of("c", "b"))
                        .defaultPose(0.5f, 0.25f)
                        .hold(List.of("a"))
                        .input(
                                Input.of(
                                        Term.of("state")
                                                .joints(List.of("b", "c"))
                                                .minusDefaultPose()));

        assertThat(inputs(3, 1, builder).get(0)).containsExactly(1, 2.5f, 1.75f);
    }

    @Test
    void lastActionIsTheOutputWithoutScaleAndZeroAtFirst() throws Exception {
        Path file =
                new TestModel()
                        .input("obs", 1, 4)
                        .output("actions", 1, 2)
                        .constant("w", new long[] {4, 2}, 1, 0, 0, 1, 1, 0, 0, 1)
                        .node("MatMul", "obs,w", "actions")
                        .write(this.directory.resolve("sum.onnx"));
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(file)
                        .output(Output.of(Output.Kind.POSITION).scale(100))
                        .input(Input.of(Term.of("gyro").size(2), Term.lastAction()));

        assertThat(inputs(2, 3, builder))
                .containsExactly(
                        new float[] {50, -50}, new float[] {100, -100}, new float[] {150, -150});
    }

    @Test
    void phaseCountsDecisions() throws Exception {
        OnnxPolicy.Builder builder =
                identity(4)
                        .rateHz(50)
                        .every(5, OnnxPolicy.Between.HOLD)
                        .input(
                                Input.of(
                                        Term.phase(
                                                Duration.ofMillis(400),
                                                Term.PhaseOrder.SIN_COS,
                                                0,
                                                0.5)));

        List<float[]> inputs = inputs(4, 11, builder);

        assertThat(inputs.get(4)).containsExactly(new float[] {0, 0, 1, -1}, within(1e-6f));
        assertThat(inputs.get(5)).containsExactly(new float[] {1, -1, 0, 0}, within(1e-6f));
        assertThat(inputs.get(10)).containsExactly(new float[] {0, 0, -1, 1}, within(1e-6f));
    }

    @Test
    void phaseMayAdvanceBeforeItsFirstUseAndHaveTheCosineFirst() throws Exception {
        OnnxPolicy.Builder builder =
                identity(2)
                        .rateHz(10)
                        .input(
                                Input.of(
                                        Term.phase(Duration.ofMillis(400), Term.PhaseOrder.COS_SIN)
                                                .advancedBeforeFirstUse()));

        assertThat(inputs(2, 1, builder).get(0)).containsExactly(new float[] {0, 1}, within(1e-6f));
    }

    @Test
    void missingTensorIsNamedWithWhatIsThere() throws Exception {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> input(3, Term.of("gravity").size(3)))
                .withMessageContainingAll(
                        "needs tensor 'gravity' with at least 3 values, but the observation has none",
                        "state",
                        "6 values",
                        "gyro",
                        "2 values");
    }

    @Test
    void shortTensorIsRefused() throws Exception {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> input(3, Term.of("gyro").size(3)))
                .withMessageContaining(
                        "needs tensor 'gyro' with at least 3 values, but the observation has 2");
    }

    /** A whole tensor of another size is another tensor. */
    @Test
    void wholeTensorHasTheSizeThatTheModelLeaves() throws Exception {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> input(4, Term.of("state")))
                .withMessageContaining(
                        "needs tensor 'state' with 4 values, but the observation has 6");
    }

    /** A network may turn it into a finite action. */
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void valueThatIsNotFiniteIsRefused(float value) throws Exception {
        this.observation.get("gyro").set(1, value);

        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> input(2, Term.of("gyro")))
                .withMessageContaining("Value 1 of the term 'gyro' is " + value);
    }

    @Test
    void infiniteValueMayBeClipped() throws Exception {
        this.observation.get("gyro").set(1, Float.POSITIVE_INFINITY);

        assertThat(input(2, Term.of("gyro").clip(-5, 5))).containsExactly(0.5f, 5);
    }

    @Test
    void optionsThatDoNotFitAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Term.of("x").from(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Term.of("x").size(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Term.of("x").scale());
        assertThatIllegalArgumentException().isThrownBy(() -> Term.of("x").minus(Float.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> Term.of("x").clip(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Term.of("x").history(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Term.of("x").joints(List.of("a", "a")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Term.phase(Duration.ZERO, Term.PhaseOrder.SIN_COS));
        assertThatIllegalArgumentException().isThrownBy(Term::constant);
        assertThatIllegalStateException().isThrownBy(() -> Term.lastAction().perJoint());
        assertThatIllegalStateException().isThrownBy(() -> Term.of("x").minusDefaultPose());
        assertThatIllegalStateException().isThrownBy(() -> Term.of("x").size(2).perJoint());
        assertThatIllegalStateException().isThrownBy(() -> Term.of("x").perJoint().size(2));
        assertThatIllegalStateException()
                .isThrownBy(() -> Term.constant(1).advancedBeforeFirstUse());
    }

    @Test
    void numberOfScalesIsThatOfTheValues() throws Exception {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> input(2, Term.of("gyro").scale(1, 2, 3)))
                .withMessageContaining("The scale of 'gyro' has 3 values, but must have 1 or 2");
    }
}
