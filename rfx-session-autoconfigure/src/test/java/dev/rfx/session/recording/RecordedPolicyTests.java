package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.SwitchablePolicy;
import dev.rfx.session.Tensor;
import dev.rfx.session.test.Fault;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A recording says which policy made it. */
@Timeout(120)
class RecordedPolicyTests {

    @TempDir private Path directory;

    private static Policy<Object, Tensor> of(Map<String, String> details) {
        return new PolicyDecorator<>(observation -> Tensor.of(1f)) {
            @Override
            public Map<String, String> details() {
                return details;
            }
        };
    }

    /** Takes a second to get ready, in which the file is opened. */
    private static Policy<Object, Tensor> slow(VirtualClock clock, Map<String, String> details) {
        return new PolicyDecorator<>(of(details)) {
            @Override
            public void prepare() {
                clock.advance(Duration.ofSeconds(1));
            }
        };
    }

    private static Map<String, String> model(String file, String sha256) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("model", file);
        details.put("sha256", sha256);
        return details;
    }

    private void record(
            RecordingOptions recording,
            Map<String, String> details,
            Consumer<VirtualSession<Observation, Tensor>> run) {
        VirtualClock clock = new VirtualClock();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        new Recordings.AnyRobot(),
                        slow(clock, details),
                        SessionOptions.defaults()
                                .withWarmup(Duration.ZERO)
                                .withRecording(recording),
                        clock)) {
            run.accept(session);
        }
    }

    private static Map<String, String> policyOf(Path file) throws IOException {
        try (RecordingReader reader = RecordingReader.open(file)) {
            reader.next();
            return reader.policy();
        }
    }

    private Path only() throws IOException {
        assertThat(Recorded.in(this.directory)).hasSize(1);
        return Recorded.in(this.directory).get(0).path();
    }

    @Test
    void everyFileOfARunHasTheDetailsBeforeItsFirstIteration() throws IOException {
        Map<String, String> details = model("walk.onnx", "38");

        record(
                RecordingOptions.into(this.directory)
                        .withFileLimits(1L << 20, Duration.ofSeconds(10)),
                details,
                session -> session.run(Duration.ofSeconds(36)));

        assertThat(Recorded.in(this.directory)).hasSize(4);
        for (Recorded file : Recorded.in(this.directory)) {
            assertThat(policyOf(file.path())).isEqualTo(details);
            assertThat(file.policy()).isEqualTo(details);
            assertThat(file.metadata()).containsKey("session").doesNotContainKey("sha256");
        }
    }

    @Test
    void lastSecondsHaveTheDetails() throws IOException {
        record(
                RecordingOptions.into(this.directory).withLast(Duration.ofSeconds(2)),
                model("walk.onnx", "38"),
                session -> {
                    session.run(Duration.ofSeconds(20));
                    session.session().saveRecording();
                    session.run(Duration.ofSeconds(1));
                });

        assertThat(policyOf(only())).containsEntry("sha256", "38");
    }

    @Test
    void runThatFailsInTheResetHasTheDetails() throws IOException {
        record(
                RecordingOptions.into(this.directory),
                model("walk.onnx", "38"),
                session ->
                        session.with(
                                        Fault.in(SessionPhase.RESET)
                                                .at(0)
                                                .throwing(() -> new IOException("unplugged")))
                                .run(Duration.ofSeconds(2)));

        assertThat(policyOf(only())).containsEntry("sha256", "38");
    }

    @Test
    void policyWithoutDetailsHasNoRecord() throws IOException {
        record(
                RecordingOptions.into(this.directory),
                Map.of(),
                session -> session.run(Duration.ofSeconds(2)));

        assertThat(Files.readString(only(), StandardCharsets.ISO_8859_1))
                .contains("rfx.session")
                .doesNotContain("rfx.policy");
        assertThat(RecordingSummary.of(only()).toString()).doesNotContainPattern("policy [^ ]");
    }

    @Test
    void summaryHasTheDetails() throws IOException {
        record(
                RecordingOptions.into(this.directory),
                model("walk.onnx", "38ab"),
                session -> session.run(Duration.ofSeconds(2)));

        assertThat(RecordingSummary.of(only()).toString())
                .containsPattern("policy model +walk.onnx\npolicy sha256 +38ab\n");
    }

    @Test
    void replayThroughAnotherModelSaysSo() throws IOException {
        record(
                RecordingOptions.into(this.directory),
                model("walk.onnx", "38ab"),
                session -> session.run(Duration.ofSeconds(2)));

        ReplayResult other = Replay.of(only()).through(of(model("walk.onnx", "77cd")));
        assertThat(other.otherModel()).isTrue();
        assertThat(other.toString()).contains("identical; the model is not the recorded one; ");

        ReplayResult moved = Replay.of(only()).through(of(model("copy.onnx", "38ab")));
        assertThat(moved.otherModel()).isFalse();
        assertThat(moved.toString()).doesNotContain("model");

        assertThat(Replay.of(only()).through(of(Map.of())).otherModel()).as("unknown").isFalse();
    }

    @Test
    void policyThatSwitchesBetweenOtherModelsSaysSo() throws IOException {
        record(
                RecordingOptions.into(this.directory),
                new SwitchablePolicy<>(of(model("a", "1")), of(model("b", "2"))).details(),
                session -> session.run(Duration.ofSeconds(2)));

        assertThat(
                        Replay.of(only())
                                .through(
                                        new SwitchablePolicy<>(
                                                of(model("a", "1")), of(model("b", "3"))))
                                .otherModel())
                .isTrue();
        assertThat(
                        Replay.of(only())
                                .through(
                                        new SwitchablePolicy<>(
                                                of(model("a", "1")), of(model("b", "2"))))
                                .otherModel())
                .isFalse();
    }

    @Test
    void recordingWithoutDetailsIsOfNoOtherModel() throws IOException {
        record(
                RecordingOptions.into(this.directory),
                Map.of("sha256 of the weather", "sunny"),
                session -> session.run(Duration.ofSeconds(2)));

        assertThat(Replay.of(only()).through(of(model("a", "1"))).otherModel()).isFalse();
    }
}
