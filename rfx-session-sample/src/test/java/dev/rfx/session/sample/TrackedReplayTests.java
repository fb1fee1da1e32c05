package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.event.SessionStoppedEvent;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.recording.Replay;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The times of the commands of a recording, and the end of the replay. */
class TrackedReplayTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withEngage(EngageOptions.defaults().withEnabled(false));

    @Test
    void atTheRateOfTheRecordingEveryCommandIsSentOnce() {
        assertThat(replay(recordedAt50Hz(1, 2, 3, 4), OPTIONS)).containsExactly(1f, 2f, 3f, 4f);
    }

    @Test
    void atTwiceTheRateItIsNotPlayedFaster() {
        assertThat(replay(recordedAt50Hz(1, 2, 3, 4), OPTIONS.withRateHz(100)))
                .containsExactly(1f, 1f, 2f, 2f, 3f, 3f, 4f);
    }

    @Test
    void atHalfTheRateItIsNotPlayedSlower() {
        assertThat(replay(recordedAt50Hz(1, 2, 3, 4, 5), OPTIONS.withRateHz(25)))
                .containsExactly(1f, 3f, 5f);
    }

    @Test
    void lastCommandIsSentEvenWhenItsTimeIsOver() {
        assertThat(replay(recordedAt50Hz(1, 2, 3, 4), OPTIONS.withRateHz(25)))
                .containsExactly(1f, 3f, 4f);
    }

    @Test
    void timeBeforeTheFirstCallDoesNotCount() {
        assertThat(replay(recordedAt50Hz(1, 2, 3), OPTIONS.withWarmup(Duration.ofSeconds(10))))
                .containsExactly(1f, 2f, 3f);
    }

    @Test
    void resetBeginsAnew() {
        try (VirtualSession<Observation, Tensor> session =
                session(recordedAt50Hz(1, 2, 3), OPTIONS)) {
            session.step(2);
            session.session().stop();

            session.session().start();
            session.run(Duration.ofSeconds(1));

            assertThat(positions(session)).containsExactly(1f, 2f, 1f, 2f, 3f);
        }
    }

    @Test
    void callAllocatesNothing() {
        Observation observation = Observation.of("state", Tensor.zeros(1));
        long[] time = {0};
        Policy<Observation, Tensor> policy = tracked(recordedAt50Hz(new float[30_000]));

        long bytes =
                Allocations.bytesOf(
                        10_000,
                        () -> {
                            select(policy, observation.stamp(time[0]));
                            time[0] += 20_000_000;
                        });

        assertThat(bytes).isLessThan(10_000);
    }

    private static void select(Policy<Observation, Tensor> policy, Observation observation) {
        try {
            policy.selectAction(observation);
        } catch (Exception ex) {
            throw new AssertionError(ex);
        }
    }

    @Test
    void sessionStopsByItselfAfterTheLastCommandAndCanReplayAgain() {
        try (VirtualSession<Observation, Tensor> session =
                session(recordedAt50Hz(1, 2, 3), OPTIONS)) {
            session.run(Duration.ofSeconds(1));

            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            assertThat(session.session().stepCount()).isEqualTo(3);

            session.session().run();

            assertThat(session.session().totals().iterations()).isEqualTo(6);
        }
    }

    /** The joint reaches 0.02 rad in the one period between the only command and its end. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void trackingErrorIsLoggedWhenTheSessionHasStopped(CapturedOutput output) {
        TrackedReplay policy = tracked(recordedAt50Hz(0.5f));
        try (VirtualSession<Observation, Tensor> session = session(policy, OPTIONS)) {
            session.run(Duration.ofMinutes(1));
            assertThat(output).doesNotContain("Tracking error");

            policy.logTrackingError(new SessionStoppedEvent(session.session(), "session"));
        }

        assertThat(output)
                .containsOnlyOnce(
                        "control.csv is over. Tracking error: "
                                + "RMS / max in rad: joint 0 0.4800 / 0.4800");
    }

    @Test
    void recordingOfTheRecorderIsReplayedAsWell(@TempDir Path folder) throws IOException {
        SessionOptions recorded = OPTIONS.withRecording(RecordingOptions.into(folder));
        List<Float> sent = replay(recordedAt50Hz(1, 2, 3), recorded);
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.findAny().orElseThrow();
        }
        try (VirtualSession<Observation, Tensor> session =
                session(TrackedReplay.of(file, 1), OPTIONS)) {
            session.run(Duration.ofMinutes(1));

            assertThat(positions(session)).isEqualTo(sent).containsExactly(1f, 2f, 3f);
        }
    }

    @Test
    void fileThatIsNoRecordingOfTheRecorderIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("control.mcap"), "type,timestamp,positions");

        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> TrackedReplay.of(file, 1))
                .withMessageStartingWith("Recording " + file + ": ");
        assertThatExceptionOfType(RecordingException.class)
                .isThrownBy(() -> TrackedReplay.of(folder.resolve("missing.mcap"), 1))
                .withMessageEndingWith("missing.mcap: the file does not exist");
    }

    private static TrackedReplay tracked(SortedMap<Duration, Tensor> commands) {
        return new TrackedReplay(Path.of("control.csv"), Replay.policyOf(commands), 1);
    }

    private static VirtualSession<Observation, Tensor> session(
            TrackedReplay policy, SessionOptions options) {
        VirtualClock clock = new VirtualClock();
        return VirtualSession.of(
                new MockRobot(1, options.rateHz(), clock::nanoTime), policy, options, clock);
    }

    private static VirtualSession<Observation, Tensor> session(
            SortedMap<Duration, Tensor> commands, SessionOptions options) {
        return session(tracked(commands), options);
    }

    /** {@return what the session sends until the policy ends it} */
    private static List<Float> replay(
            SortedMap<Duration, Tensor> commands, SessionOptions options) {
        try (VirtualSession<Observation, Tensor> session = session(commands, options)) {
            session.run(Duration.ofMinutes(1));
            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            return positions(session);
        }
    }

    private static List<Float> positions(VirtualSession<Observation, Tensor> session) {
        return session.actions().stream().map(action -> action.get(0)).toList();
    }

    private static SortedMap<Duration, Tensor> recordedAt50Hz(float... positions) {
        SortedMap<Duration, Tensor> commands = new TreeMap<>();
        for (int k = 0; k < positions.length; k++) {
            commands.put(Duration.ofMillis(20 * k), Tensor.of(positions[k]));
        }
        return commands;
    }
}
