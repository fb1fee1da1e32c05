package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Google's trained policy of a Go1, and 100 steps of its run in a simulation. These files are not
 * part of the project: skipped where they are absent.
 */
class Go1PolicyTests {

    private static final int JOINTS = 12;
    private static final List<String> LEGS = List.of("FR", "FL", "RR", "RL");
    private static final List<String> JOINTS_OF_MODEL =
            LEGS.stream()
                    .flatMap(leg -> Stream.of("hip", "thigh", "calf").map(part -> leg + "_" + part))
                    .toList();
    private static final float[] HOME = {
        0.1f, 0.9f, -1.8f, -0.1f, 0.9f, -1.8f, 0.1f, 0.9f, -1.8f, -0.1f, 0.9f, -1.8f
    };

    private static Path file(String name) {
        Path file = Path.of(System.getProperty("rfx.sim", "../../shared/sim")).resolve(name);
        assumeThat(file).exists();
        return file;
    }

    private static Tensor slice(JsonNode observation, int from, int size) {
        Tensor slice = Tensor.zeros(size);
        for (int i = 0; i < size; i++) {
            slice.set(i, (float) observation.get(from + i).asDouble());
        }
        return slice;
    }

    /** What the robot would have observed. The last action is the policy's own. */
    private static Observation observation(JsonNode recorded) {
        Tensor state = Tensor.zeros(2 * JOINTS);
        for (int i = 0; i < JOINTS; i++) {
            state.set(i, (float) (HOME[i] + recorded.get(9 + i).asDouble()));
            state.set(JOINTS + i, (float) recorded.get(9 + JOINTS + i).asDouble());
        }
        return Observation.of(Observation.STATE, state)
                .with("linear_velocity", slice(recorded, 0, 3))
                .with("gyro", slice(recorded, 3, 3))
                .with("gravity", slice(recorded, 6, 3));
    }

    @Test
    void hundredActionsAreThoseOfTheReference() throws Exception {
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(file("go1_policy.onnx"))
                        .robotJoints(JOINTS_OF_MODEL)
                        .defaultPose(HOME)
                        .command("velocity", 1, 0, 0)
                        .input(
                                Input.of(
                                        Term.of("linear_velocity").size(3),
                                        Term.of("gyro").size(3),
                                        Term.of("gravity").size(3),
                                        Term.of("state").perJoint().minusDefaultPose(),
                                        Term.of("state").from(JOINTS).perJoint(),
                                        Term.lastAction(),
                                        Term.command("velocity", 3)))
                        .output(Output.of(Output.Kind.POSITION).scale(0.5f).offsetDefaultPose());
        JsonNode steps = new JsonMapper().readTree(file("go1_walk.json").toFile()).get("steps");
        assertThat(steps).hasSize(100);
        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            policy.reset();
            for (JsonNode step : steps) {
                Tensor targets = policy.selectAction(observation(step.get("obs")));
                for (int i = 0; i < JOINTS; i++) {
                    assertThat((targets.get(i) - HOME[i]) / 0.5)
                            .isEqualTo(step.get("action").get(i).asDouble(), within(1e-5));
                }
            }
        }
    }
}
