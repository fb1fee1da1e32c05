package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CommandTests {

    private static final Observation NOTHING = Observation.of("state", Tensor.of(0));

    @TempDir private Path directory;

    private OnnxPolicy.Builder builder() throws Exception {
        return OnnxPolicy.builder(TestModel.identity(4).write(this.directory.resolve("m.onnx")))
                .input(Input.of(Term.command("goal", 2), Term.command("goal", 2).scale(-1)));
    }

    @Test
    void nextDecisionReadsWhatWasSet() throws Exception {
        try (OnnxPolicy policy = builder().command("goal", 1, 2).build()) {
            policy.prepare();
            assertThat(policy.selectAction(NOTHING).toArray()).containsExactly(1, 2, -1, -2);

            float[] goal = {3, 4};
            policy.command("goal").set(goal);
            goal[0] = 9;

            assertThat(policy.selectAction(NOTHING).toArray()).containsExactly(3, 4, -3, -4);
            policy.reset();
            assertThat(policy.selectAction(NOTHING).toArray()).containsExactly(3, 4, -3, -4);
            assertThat(policy.command("goal").get()).containsExactly(3, 4);
        }
    }

    @Test
    void decisionNeverSeesHalfOfAChange() throws Exception {
        try (OnnxPolicy policy = builder().build()) {
            policy.prepare();
            Command goal = policy.command("goal");
            Thread setter =
                    new Thread(
                            () -> {
                                for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                                    goal.set(i, i);
                                }
                            });
            setter.start();
            try {
                for (int i = 0; i < 10_000; i++) {
                    Tensor action = policy.selectAction(NOTHING);
                    assertThat(action.get(1)).isEqualTo(action.get(0));
                    assertThat(action.get(2)).isEqualTo(-action.get(0));
                    assertThat(action.get(3)).isEqualTo(-action.get(0));
                }
            } finally {
                setter.interrupt();
                setter.join();
            }
            assertThat(goal.get()[0]).isPositive();
        }
    }

    @Test
    @Timeout(60)
    void otherSizesAndValuesThatAreNotFiniteAreRefused() throws Exception {
        try (OnnxPolicy policy = builder().command("goal", 1, 2).build()) {
            Command goal = policy.command("goal");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> goal.set(1))
                    .withMessage("Command 'goal' has 2 values, but [1.0] has 1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> goal.set(1, Float.NaN))
                    .withMessage("Command 'goal' is [1.0, NaN], but must be finite");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> goal.set(Float.NEGATIVE_INFINITY, 1))
                    .withMessage("Command 'goal' is [-Infinity, 1.0], but must be finite");
            assertThat(goal).hasToString("goal[1.0, 2.0]");
            assertThat(goal.size()).isEqualTo(2);
            assertThat(goal.name()).isEqualTo("goal");
        }
    }

    @Test
    void unknownCommandsAreRefused() throws Exception {
        try (OnnxPolicy policy = builder().build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> policy.command("speed"))
                    .withMessageContaining("no command 'speed', only [goal]");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().command("speed", 1).build())
                .withMessage("No term has the commands [speed]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().command("goal", 1).build())
                .withMessage("Command 'goal' has 1 values, but a term has 2");
    }
}
