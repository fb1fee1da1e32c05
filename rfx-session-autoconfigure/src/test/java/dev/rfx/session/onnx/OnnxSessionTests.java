package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.InvalidActionException;
import dev.rfx.session.Observation;
import dev.rfx.session.RestartOptions;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.Tensor;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.recording.RecordingSummary;
import dev.rfx.session.recording.Replay;
import dev.rfx.session.recording.ReplayResult;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.Fault;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model in a session on virtual time. */
@Timeout(120)
class OnnxSessionTests {

    private static final int JOINTS = 3;

    @TempDir private Path directory;

    /** A network with a memory, of all kinds of terms: any change of an observation shows. */
    private OnnxPolicy.Builder network() throws Exception {
        int inputs = 4 * JOINTS + JOINTS + 2;
        Random random = new Random(1);
        TestModel model =
                new TestModel()
                        .input("obs", 1, inputs)
                        .input("h_in", 1, 8)
                        .output("actions", 1, JOINTS)
                        .output("h_out", 1, 8)
                        .constant("w", new long[] {inputs, 8}, weights(random, inputs * 8))
                        .constant("r", new long[] {8, 8}, weights(random, 8 * 8))
                        .constant("o", new long[] {8, JOINTS}, weights(random, 8 * JOINTS))
                        .node("MatMul", "obs,w", "seen")
                        .node("MatMul", "h_in,r", "remembered")
                        .node("Add", "seen,remembered", "sum")
                        .node("Tanh", "sum", "h_out")
                        .node("MatMul", "h_out,o", "actions");
        return OnnxPolicy.builder(model.write(this.directory.resolve("network.onnx")))
                .rateHz(50)
                .recurrent("h_in", "h_out")
                .every(2, OnnxPolicy.Between.INTERPOLATE)
                .output(Output.of(Output.Kind.DELTA).scale(0.1f).clip(-3, 3))
                .input(
                        Input.of(
                                Term.of("state").size(2 * JOINTS).history(2),
                                Term.lastAction(),
                                Term.phase(Duration.ofSeconds(1), Term.PhaseOrder.SIN_COS)));
    }

    private static float[] weights(Random random, int count) {
        float[] weights = new float[count];
        for (int i = 0; i < count; i++) {
            weights[i] = (float) random.nextGaussian() * 0.5f;
        }
        return weights;
    }

    @Test
    void recordingReplaysThroughTheSameModelBitByBit() throws Exception {
        Path recordings = this.directory.resolve("recordings");
        VirtualClock clock = new VirtualClock();
        Random late = new Random(2);
        clock.oversleeping(() -> late.nextInt(3_000_000));
        try (OnnxPolicy policy = network().build();
                VirtualSession<Observation, Tensor> session =
                        VirtualSession.of(
                                new MockRobot(JOINTS, 50, clock::nanoTime),
                                policy,
                                SessionOptions.defaults()
                                        .withRecording(RecordingOptions.into(recordings)),
                                clock)) {
            session.run(Duration.ofMinutes(1));

            assertThat(session.failure()).isNull();
            assertThat(session.actions()).doesNotHaveDuplicates();
            assertThat(session.session().policyDetails())
                    .containsOnlyKeys("model", "sha256", "producer", "inputs", "outputs")
                    .containsEntry("model", this.directory.resolve("network.onnx").toString())
                    .containsEntry("sha256", policy.model().sha256())
                    .containsEntry("producer", "rfx-session tests")
                    .containsEntry("inputs", "obs FLOAT [1, 17]; h_in FLOAT [1, 8]")
                    .containsEntry("outputs", "actions FLOAT [1, 3]; h_out FLOAT [1, 8]");
        }
        try (Stream<Path> files = Files.list(recordings);
                OnnxPolicy again = network().build()) {
            Path recording = files.findAny().orElseThrow();
            ReplayResult result = Replay.of(recording).through(again);

            assertThat(result.isIdentical()).as("%s", result).isTrue();
            assertThat(result.otherModel()).isFalse();
            assertThat(RecordingSummary.of(recording).toString()).contains(again.model().sha256());
            assertThat(result.iterations()).isGreaterThan(2_900);
        }
    }

    @Test
    void nextRunBeginsAnew() throws Exception {
        try (OnnxPolicy policy = network().build();
                VirtualSession<Observation, Tensor> session =
                        VirtualSession.of(
                                new MockRobot(JOINTS, 50),
                                policy,
                                SessionOptions.defaults()
                                        .withRestart(RestartOptions.none().withMaxAttempts(1)))) {
            session.with(
                    Fault.in(SessionPhase.POLICY)
                            .at(100)
                            .throwing(() -> new IllegalStateException("fault")));
            session.step(200);

            List<Tensor> actions = session.actions();
            assertThat(actions.subList(100, 200)).isEqualTo(actions.subList(0, 100));
        }
    }

    @Test
    void actionThatIsNotANumberIsRefusedBySession() throws Exception {
        TestModel model =
                new TestModel()
                        .input("obs", 1, JOINTS)
                        .output("actions", 1, JOINTS)
                        .node("Sqrt", "obs", "actions");
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(model.write(this.directory.resolve("sqrt.onnx")))
                        .input(Input.of(Term.constant(1, 4, -1)));
        try (OnnxPolicy policy = builder.build();
                VirtualSession<Observation, Tensor> session =
                        VirtualSession.of(new MockRobot(JOINTS, 50), policy)) {
            session.step(1);

            assertThat(session.failure()).hasCauseInstanceOf(InvalidActionException.class);
            assertThat(session.actions()).isEmpty();
            assertThat(session.stopsOfRobot()).isEqualTo(1);
        }
    }
}
