package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the outputs of a model: the tensor {@code out} of the observation. */
class OutputTests {

    private static final List<String> ROBOT = List.of("a", "b", "c");

    @TempDir private Path directory;

    private OnnxPolicy.Builder builder(int size) throws Exception {
        return OnnxPolicy.builder(
                        TestModel.identity(size).write(this.directory.resolve("model.onnx")))
                .robotJoints(ROBOT)
                .input(Input.of(Term.of("out")));
    }

    private static OnnxPolicy prepared(OnnxPolicy.Builder builder) throws Exception {
        OnnxPolicy policy = builder.build();
        policy.prepare();
        policy.reset();
        return policy;
    }

    private static Observation observation(float[] positions, float... outputs) {
        return Observation.of(Observation.STATE, Tensor.of(positions))
                .with("out", Tensor.of(outputs));
    }

    private static final float[] AT_REST = {1, 2, 3};

    @Test
    void positionIsTheOffsetAndTheScaledValueWithinTheRange() throws Exception {
        Output output = Output.of(Output.Kind.POSITION).scale(0.5f).offset(10, 20, 30).clip(0, 31);
        try (OnnxPolicy policy = prepared(builder(3).output(output))) {
            assertThat(policy.selectAction(observation(AT_REST, 2, -4, 6)).toArray())
                    .containsExactly(11, 18, 31);
        }
    }

    @Test
    void valuesGoToTheirJointsByName() throws Exception {
        try (OnnxPolicy policy =
                prepared(
                        builder(3)
                                .joints(List.of("b", "c", "a"))
                                .defaultPose(20, 30, 10)
                                .output(
                                        Output.of(Output.Kind.POSITION)
                                                .scale(1, 2, 3)
                                                .offsetDefaultPose()))) {
            assertThat(policy.selectAction(observation(AT_REST, 1, 2, 3)).toArray())
                    .containsExactly(10 + 9, 20 + 1, 30 + 4);
        }
    }

    @Test
    void deltaCountsFromTheObservedPositionAndThenFromTheLastTarget() throws Exception {
        Output output = Output.of(Output.Kind.DELTA).scale(0.5f).clip(-10, 2.75f);
        try (OnnxPolicy policy = prepared(builder(3).output(output))) {
            assertThat(policy.selectAction(observation(AT_REST, 1, 1, -1)).toArray())
                    .containsExactly(1.5f, 2.5f, 2.5f);
            // The joints lag behind: they are still where they were.
            assertThat(policy.selectAction(observation(AT_REST, 1, 1, -1)).toArray())
                    .containsExactly(2, 2.75f, 2);
            // The targets do not wind up beyond the range.
            assertThat(policy.selectAction(observation(AT_REST, 1, -1, -1)).toArray())
                    .containsExactly(2.5f, 2.25f, 1.5f);

            policy.reset();

            assertThat(policy.selectAction(observation(AT_REST, 2, 0, 0)).toArray())
                    .containsExactly(2, 2, 2.75f);
        }
    }

    @Test
    void groupsShareTheValuesOfAnOutput() throws Exception {
        try (OnnxPolicy policy =
                prepared(
                        builder(3)
                                .output(
                                        Output.of(Output.Kind.POSITION)
                                                .joints(List.of("c"))
                                                .scale(10))
                                .output(
                                        Output.of(Output.Kind.VELOCITY)
                                                .joints(List.of("b", "a"))
                                                .scale(100)))) {
            assertThat(policy.selectAction(observation(AT_REST, 1, 2, 3)).toArray())
                    .containsExactly(300, 200, 10);
        }
    }

    @Test
    void groupsMayHaveOutputsOfTheirOwn() throws Exception {
        TestModel model =
                new TestModel()
                        .input("obs", 1, 3)
                        .output("wheels", 1, 3)
                        .output("value", 1, 3)
                        .output("legs", 1, 3)
                        .node("Identity", "obs", "legs")
                        .node("Neg", "obs", "wheels")
                        .node("Abs", "obs", "value");
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(model.write(this.directory.resolve("two.onnx")))
                        .robotJoints(List.of("a", "b", "c", "d", "e", "f"))
                        .input(Input.of(Term.of("out")))
                        .output(
                                Output.of(Output.Kind.POSITION)
                                        .named("legs")
                                        .joints(List.of("a", "b", "c")))
                        .output(
                                Output.of(Output.Kind.VELOCITY)
                                        .named("wheels")
                                        .joints(List.of("d", "e", "f")));
        try (OnnxPolicy policy = prepared(builder)) {
            assertThat(policy.selectAction(observation(AT_REST, 1, 2, 3)).toArray())
                    .containsExactly(1, 2, 3, -1, -2, -3);
        }
    }

    @Test
    void heldJointKeepsItsFirstPosition() throws Exception {
        try (OnnxPolicy policy =
                prepared(builder(2).joints(List.of("c", "a")).hold(List.of("b")))) {
            policy.selectAction(observation(AT_REST, 5, 6));

            assertThat(policy.selectAction(observation(new float[] {9, 9, 9}, 7, 8)).toArray())
                    .containsExactly(8, 2, 7);
        }
    }

    @Test
    void holdAndDeltaNeedPositions() throws Exception {
        try (OnnxPolicy policy = prepared(builder(3).output(Output.of(Output.Kind.DELTA)))) {
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(
                            () -> policy.selectAction(Observation.of("out", Tensor.of(1, 2, 3))))
                    .withMessageContaining("first values of tensor 'state', but the observation")
                    .withMessageContaining("no such tensor");
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(() -> policy.selectAction(observation(new float[] {1, 2}, 1, 2, 3)))
                    .withMessageContaining("positions of 3 joints")
                    .withMessageContaining("the observation has 2");
        }
        try (OnnxPolicy policy =
                prepared(builder(2).joints(List.of("c", "a")).hold(List.of("b")))) {
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(() -> policy.selectAction(Observation.of("out", Tensor.of(1, 2))))
                    .withMessageContaining("no such tensor");
        }
    }

    @Test
    void outputThatIsOneOfSeveralNeedsItsJoints() {
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(this.directory.resolve("absent.onnx"))
                        .robotJoints(ROBOT)
                        .input(Input.of(Term.of("out")))
                        .output(Output.of(Output.Kind.POSITION).joints(List.of("a", "b")))
                        .output(Output.of(Output.Kind.VELOCITY));

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageEndingWith("is one of several and needs joints");
    }

    @Test
    void jointsThatDoNotFitAreRefusedBeforeTheModelIsRead() {
        Path absent = this.directory.resolve("absent.onnx");
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(absent).robotJoints(ROBOT).input(Input.of(Term.of("out")));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.joints(List.of("a", "b", "x")).build())
                .withMessage("The robot has no joint 'x' of the model, only [a, b, c]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.joints(List.of("a", "c")).build())
                .withMessageContaining("joints [b] have no output");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                builder.hold(List.of("b", "c"))
                                        .joints(ROBOT)
                                        .output(
                                                Output.of(Output.Kind.POSITION)
                                                        .joints(List.of("a", "b")))
                                        .build())
                .withMessageContaining("'b' has several outputs, or is held as well");
    }

    @Test
    void namesNeedNamesOfTheRobot() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                OnnxPolicy.builder(Path.of("absent.onnx"))
                                        .joints(ROBOT)
                                        .input(Input.of(Term.of("out")))
                                        .build())
                .withMessageContaining("Robot.joints()");
    }

    @Test
    void defaultPoseHasAValueForEachJoint() throws Exception {
        OnnxPolicy.Builder builder =
                builder(3).output(Output.of(Output.Kind.POSITION).offsetDefaultPose());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.defaultPose(1, 2).build())
                .withMessageContaining("2 values, but the model 3 joints");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(
                        () ->
                                prepared(
                                        builder(3)
                                                .output(
                                                        Output.of(Output.Kind.POSITION)
                                                                .offsetDefaultPose())))
                .withMessageContaining("default pose of joint 'a', which is not set");
    }

    @Test
    void deltaHasNoOffset() {
        assertThatIllegalStateException().isThrownBy(() -> Output.of(Output.Kind.DELTA).offset(1));
        assertThatIllegalStateException()
                .isThrownBy(() -> Output.of(Output.Kind.DELTA).offsetDefaultPose());
    }

    @Test
    void everyNthIterationDecidesAndTheActionIsHeld() throws Exception {
        try (OnnxPolicy policy = prepared(builder(3).every(3, OnnxPolicy.Between.HOLD))) {
            for (int i = 0; i < 9; i++) {
                float decided = i - i % 3;
                assertThat(policy.selectAction(observation(AT_REST, i, i, i)).toArray())
                        .containsExactly(decided, decided, decided);
            }
        }
    }

    @Test
    void interpolationBeginsAtThePositionsAndEndsExactlyOnTheTargets() throws Exception {
        OnnxPolicy.Builder builder = builder(3).every(4, OnnxPolicy.Between.INTERPOLATE);
        float third = 1 / 3f;
        try (OnnxPolicy policy = prepared(builder)) {
            float[][] actions = new float[8][];
            for (int i = 0; i < 8; i++) {
                float out = i < 4 ? third : 9;
                actions[i] = policy.selectAction(observation(AT_REST, 5, out, third)).toArray();
            }

            assertThat(actions[0]).containsExactly(2, 2 + (third - 2) * 0.25f, 3 + (third - 3) / 4);
            assertThat(actions[1][0]).isEqualTo(3);
            assertThat(actions[2][0]).isEqualTo(4);
            assertThat(actions[3]).containsExactly(5, third, third);
            assertThat(actions[4]).containsExactly(5, third + (9 - third) * 0.25f, third);
            assertThat(actions[7]).containsExactly(5, 9, third);
        }
    }

    @Test
    void velocityIsInterpolatedFromZero() throws Exception {
        OnnxPolicy.Builder builder =
                builder(3)
                        .output(Output.of(Output.Kind.VELOCITY))
                        .every(2, OnnxPolicy.Between.INTERPOLATE);
        try (OnnxPolicy policy = prepared(builder)) {
            assertThat(policy.selectAction(observation(AT_REST, 8, 8, 8)).get(0)).isEqualTo(4);
            assertThat(policy.selectAction(observation(AT_REST, 0, 0, 0)).get(0)).isEqualTo(8);
        }
    }

    @Test
    void withoutPositionsTheFirstActionIsNotInterpolated() throws Exception {
        OnnxPolicy.Builder builder = builder(3).every(2, OnnxPolicy.Between.INTERPOLATE);
        try (OnnxPolicy policy = prepared(builder)) {
            Observation observation = Observation.of("out", Tensor.of(4, 5, 6));

            assertThat(policy.selectAction(observation).toArray()).containsExactly(4, 5, 6);
        }
    }

    @Test
    void resetDecidesAtOnce() throws Exception {
        try (OnnxPolicy policy = prepared(builder(3).every(3, OnnxPolicy.Between.HOLD))) {
            policy.selectAction(observation(AT_REST, 1, 1, 1));

            policy.reset();

            assertThat(policy.selectAction(observation(AT_REST, 2, 2, 2)).get(0)).isEqualTo(2);
        }
    }
}
