package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** History, several inputs and recurrent pairs. */
class InputTests {

    @TempDir private Path directory;

    private static final Term STATE = Term.of("state").size(2);
    private static final Term COUNT = Term.of("count").size(1);

    /** The number of the observation is its content. */
    private static Observation observation(int number) {
        return Observation.of("state", Tensor.of(10 * number, 10 * number + 1))
                .with("count", Tensor.of(number));
    }

    private OnnxPolicy policy(TestModel model, Input... inputs) throws Exception {
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(model.write(this.directory.resolve("model.onnx")));
        List.of(inputs).forEach(builder::input);
        OnnxPolicy policy = builder.build();
        policy.prepare();
        policy.reset();
        return policy;
    }

    @Test
    void termMajorHistoryBeginsWithTheFirstObservationEverywhere() throws Exception {
        Input input = Input.of(STATE, COUNT).history(3, Input.Layout.TERM_MAJOR);
        try (OnnxPolicy policy = policy(TestModel.identity(9), input)) {
            assertThat(policy.selectAction(observation(1)).toArray())
                    .containsExactly(10, 11, 10, 11, 10, 11, 1, 1, 1);
            assertThat(policy.selectAction(observation(2)).toArray())
                    .containsExactly(10, 11, 10, 11, 20, 21, 1, 1, 2);
            policy.selectAction(observation(3));
            assertThat(policy.selectAction(observation(4)).toArray())
                    .containsExactly(20, 21, 30, 31, 40, 41, 2, 3, 4);
        }
    }

    @Test
    void timeMajorHistoryHasFrameByFrame() throws Exception {
        Input input = Input.of(STATE, COUNT).history(3, Input.Layout.TIME_MAJOR);
        try (OnnxPolicy policy = policy(TestModel.identity(9), input)) {
            assertThat(policy.selectAction(observation(1)).toArray())
                    .containsExactly(10, 11, 1, 10, 11, 1, 10, 11, 1);
            policy.selectAction(observation(2));
            policy.selectAction(observation(3));
            assertThat(policy.selectAction(observation(4)).toArray())
                    .containsExactly(20, 21, 2, 30, 31, 3, 40, 41, 4);
        }
    }

    @Test
    void termMayHaveAHistoryOfItsOwn() throws Exception {
        try (OnnxPolicy policy = policy(TestModel.identity(5), Input.of(COUNT.history(3), STATE))) {
            policy.selectAction(observation(1));
            assertThat(policy.selectAction(observation(2)).toArray())
                    .containsExactly(1, 1, 2, 20, 21);
        }
    }

    @Test
    void resetFillsTheHistoryAgain() throws Exception {
        try (OnnxPolicy policy =
                policy(
                        TestModel.identity(3),
                        Input.of(COUNT).history(3, Input.Layout.TERM_MAJOR))) {
            policy.selectAction(observation(1));
            policy.selectAction(observation(2));

            policy.reset();

            assertThat(policy.selectAction(observation(7)).toArray()).containsExactly(7, 7, 7);
        }
    }

    @Test
    void historyCountsDecisions() throws Exception {
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(
                                TestModel.identity(2).write(this.directory.resolve("model.onnx")))
                        .every(2, OnnxPolicy.Between.HOLD)
                        .input(Input.of(COUNT.history(2)));
        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            policy.selectAction(observation(1));
            policy.selectAction(observation(2));

            assertThat(policy.selectAction(observation(3)).toArray()).containsExactly(1, 3);
        }
    }

    @Test
    void timeMajorOrderAllowsNoOtherHistoryOfATerm() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Input.of(COUNT.history(2), STATE).history(3, Input.Layout.TIME_MAJOR))
                .withMessageContaining("history of 2, but the input one of 3");
        assertThatIllegalArgumentException().isThrownBy(Input::of);
    }

    @Test
    void severalInputsAreFoundByName() throws Exception {
        TestModel model =
                new TestModel()
                        .input("proprioception", 1, 2)
                        .input("goal", 1, 1)
                        .output("actions", 1, 3)
                        .node(
                                "Concat",
                                "proprioception,goal",
                                "actions",
                                TestModel.attribute("axis", 1));
        try (OnnxPolicy policy =
                policy(
                        model,
                        Input.of(COUNT).named("goal"),
                        Input.of(STATE).named("proprioception"))) {
            assertThat(policy.selectAction(observation(3)).toArray()).containsExactly(30, 31, 3);
        }
    }

    @Test
    void openBatchIsOneAndAnOpenWidthFollowsTheTerms() throws Exception {
        TestModel model =
                new TestModel()
                        .input("obs", -1, -2)
                        .output("actions", -1, -2)
                        .node("Identity", "obs", "actions");
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(model.write(this.directory.resolve("open.onnx")))
                        .robotJoints(List.of("a", "b"))
                        .input(Input.of(STATE));
        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();

            assertThat(policy.selectAction(observation(3)).toArray()).containsExactly(30, 31);
        }
    }

    @Test
    void recurrentStateIsCarriedAndZeroAfterReset() throws Exception {
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(
                                TestModel.recurrent(1).write(this.directory.resolve("model.onnx")))
                        .recurrent("h_in", "h_out")
                        .input(Input.of(COUNT));
        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            for (int run = 0; run < 2; run++) {
                policy.reset();
                assertThat(policy.selectAction(observation(5)).get(0)).isEqualTo(5);
                assertThat(policy.selectAction(observation(7)).get(0)).isEqualTo(12);
                assertThat(policy.selectAction(observation(9)).get(0)).isEqualTo(21);
            }
        }
    }
}
