package dev.rfx.session.benchmark;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.recording.Replay;
import dev.rfx.session.recording.ReplayResult;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How fast a recording of 100 000 iterations at 50 Hz replays, through policies with a memory. */
@Tag("benchmark")
class ReplayBenchmark {

    private static final int ROUNDS = 3;
    private static final int JOINTS = 6;
    private static final Duration RECORDED = Duration.ofMillis(500 + 20 * 100_000);

    @TempDir private Path directory;

    @Test
    @Timeout(600)
    void measure() throws IOException {
        Path file = record(new Memory());
        for (int i = 0; i < ROUNDS; i++) {
            print("a policy with a memory", Replay.of(file).through(new Memory()));
        }
        Replay actions = Replay.of(file);
        Path second = record(actions.asPolicy());
        for (int i = 0; i < ROUNDS; i++) {
            print("asPolicy()", Replay.of(second).through(actions.asPolicy()));
        }
    }

    private static void print(String name, ReplayResult result) {
        System.out.println(name + ": " + result + " (target 50, identical)");
    }

    private Path record(Policy<? super Observation, Tensor> policy) throws IOException {
        Path folder = Files.createTempDirectory(this.directory, "run");
        VirtualClock clock = new VirtualClock();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        new MockRobot(JOINTS, 50, clock::nanoTime),
                        policy,
                        SessionOptions.defaults().withRecording(RecordingOptions.into(folder)),
                        clock)) {
            session.run(RECORDED);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().orElseThrow();
        }
    }

    /** Each action depends on all observations before. */
    private static final class Memory implements Policy<Observation, Tensor> {

        private final Tensor action = Tensor.zeros(JOINTS);
        private float sum;

        @Override
        public Tensor selectAction(Observation observation) {
            Tensor state = observation.get(Observation.STATE);
            for (int i = 0; i < JOINTS; i++) {
                this.sum = this.sum * 0.999f + state.get(i) + 0.01f;
                this.action.set(i, (float) StrictMath.sin(this.sum + i));
            }
            return this.action;
        }

        @Override
        public void reset() {
            this.sum = 0;
        }
    }
}
