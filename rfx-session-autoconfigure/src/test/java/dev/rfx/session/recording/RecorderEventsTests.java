package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.Observation;
import dev.rfx.session.RecordingStatus;
import dev.rfx.session.RestartOptions;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.Tensor;
import dev.rfx.session.WatchdogAction;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.Fault;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every event is in the file of its own run. */
@Timeout(60)
class RecorderEventsTests {

    @TempDir private Path directory;

    private RecordingOptions recording() {
        return RecordingOptions.into(this.directory);
    }

    private static VirtualSession<Observation, Tensor> session(
            RecordingOptions recording, Duration restartDelay) {
        VirtualClock clock = new VirtualClock();
        SessionOptions options =
                SessionOptions.defaults()
                        .withName("arm")
                        .withWarmup(Duration.ZERO)
                        .withRecording(recording);
        if (!restartDelay.isNegative()) {
            options =
                    options.withRestart(
                            RestartOptions.none()
                                    .withMaxAttempts(3)
                                    .withDelays(restartDelay, 1, Duration.ofSeconds(1)));
        }
        return VirtualSession.of(
                new MockRobot(2, 50, clock::nanoTime), any -> Tensor.zeros(2), options, clock);
    }

    private static VirtualSession<Observation, Tensor> session(RecordingOptions recording) {
        return session(recording, Duration.ofSeconds(-1));
    }

    private static Fault failing(SessionPhase phase, long iteration) {
        return Fault.in(phase).at(iteration).throwing(() -> new IOException("unplugged"));
    }

    @Test
    void runBeginsWithStartedAndEndsWithStopped() throws IOException {
        try (var session = session(recording())) {
            session.step(3);
            session.session().stop();
            session.session().start();
        }

        List<Recorded> files = Recorded.in(this.directory);
        assertThat(files).hasSize(2);
        assertThat(files).allMatch(file -> file.events().equals(List.of("started", "stopped")));
        assertThat(files).extracting(file -> file.metadata().get("run")).containsExactly("1", "2");
    }

    @Test
    void fileOfTheFailedRunSaysThatARestartFollows() throws IOException {
        try (var session =
                session(recording(), Duration.ofMillis(500)).with(failing(SessionPhase.ACT, 7))) {
            session.run(Duration.ofSeconds(2));
        }

        List<Recorded> files = Recorded.in(this.directory);
        assertThat(files).hasSize(2);
        assertThat(files.get(0).events()).containsExactly("started", "failed", "restarting");
        assertThat(files.get(0).of("event"))
                .last()
                .isEqualTo("{\"type\":\"restarting\",\"message\":\"attempt 1 of 3 in 500 ms\"}");
        assertThat(files.get(1).events()).containsExactly("started", "stopped");
    }

    @Test
    void restartWithoutADelayIsInTheFileOfTheFailedRun() throws IOException {
        try (var session =
                session(recording(), Duration.ofMillis(1)).with(failing(SessionPhase.ACT, 7))) {
            session.run(Duration.ofSeconds(2));
        }

        assertThat(Recorded.in(this.directory))
                .extracting(Recorded::events)
                .containsExactly(
                        List.of("started", "failed", "restarting"), List.of("started", "stopped"));
    }

    @Test
    void failureInResetIsInTheFileOfItsOwnRun() throws IOException {
        try (var session =
                session(recording(), Duration.ofMillis(500)).with(failing(SessionPhase.RESET, 1))) {
            session.step(3);
            session.session().stop();
            assertThat(session.session().state().isActive()).isFalse();
            assertThatExceptionOfType(SessionException.class)
                    .isThrownBy(session.session()::startOnce);
        }

        List<Recorded> files = Recorded.in(this.directory);
        assertThat(files).hasSize(2);
        assertThat(files.get(0).events()).containsExactly("started", "stopped");
        assertThat(files.get(1).events()).containsExactly("failed");
        assertThat(files.get(1).of("event").get(0)).contains("reset", "unplugged");
    }

    @Test
    void blackBoxSavesAFailureInReset() throws IOException {
        try (var session =
                session(recording().withLast(Duration.ofSeconds(30)))
                        .with(failing(SessionPhase.RESET, 0))) {
            session.run(Duration.ofSeconds(1));
            assertThat(session.session().recordingStatus().file()).endsWith("-1.mcap");
        }

        Recorded file = Recorded.onlyIn(this.directory);
        assertThat(file.events()).containsExactly("failed");
        assertThat(file.closed()).isTrue();
    }

    /** The last seconds are those of the run: the one before has its own file or none. */
    @Test
    void blackBoxOfARestartedRunBeginsWithTheRun() throws IOException {
        try (var session =
                session(recording().withLast(Duration.ofSeconds(30)), Duration.ofMillis(100))
                        .with(failing(SessionPhase.ACT, 7), failing(SessionPhase.ACT, 20))) {
            session.run(Duration.ofSeconds(2));
        }

        List<Recorded> files = Recorded.in(this.directory);
        assertThat(files).hasSize(2);
        assertThat(files.get(0).events()).containsExactly("started", "failed", "restarting");
        assertThat(files.get(1).events()).containsExactly("started", "failed", "restarting");
        assertThat(files.get(1).numbers()).startsWith(0L);
    }

    @Test
    void stopDuringTheResetIsRecorded() throws IOException {
        try (var session =
                session(recording())
                        .with(Fault.in(SessionPhase.RESET).at(0).taking(Duration.ofSeconds(3)))) {
            session.run(Duration.ofSeconds(1));
            session.session().requestStop();
            session.run(Duration.ofSeconds(5));
        }

        assertThat(Recorded.onlyIn(this.directory).events()).containsExactly("stopped");
    }

    @Test
    void fileIsThereWhileTheRobotIsReset() {
        try (var session =
                session(recording())
                        .with(Fault.in(SessionPhase.RESET).at(0).taking(Duration.ofSeconds(3)))) {
            session.run(Duration.ofSeconds(1));

            RecordingStatus status = session.session().recordingStatus();
            assertThat(status.state()).isEqualTo(RecordingStatus.State.WRITING);
            assertThat(status.file()).isNotNull();
        }
    }

    @Test
    void eventAfterTheEndOfItsRunIsNotRecordedWithTheNextRun() throws IOException {
        VirtualClock clock = new VirtualClock();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        new MockRobot(2, 50, clock::nanoTime),
                        any -> Tensor.zeros(2),
                        SessionOptions.defaults()
                                .withName("arm")
                                .withWarmup(Duration.ZERO)
                                .withWatchdogAction(WatchdogAction.REPORT)
                                .withRecording(recording()),
                        clock)) {
            session.with(Fault.in(SessionPhase.POLICY).at(3).taking(Duration.ofSeconds(1)));
            session.run(Duration.ofMillis(700));
            session.session().stop();
            session.session().start();
            session.run(Duration.ofSeconds(1));
        }

        assertThat(Recorded.in(this.directory))
                .extracting(Recorded::events)
                .containsExactly(
                        List.of("started", "stalled", "stopped"), List.of("started", "stopped"));
    }

    @Test
    void stuckRunIsRecordedAsStuckAndAsFailed() throws IOException {
        try (var session =
                session(recording()).with(Fault.in(SessionPhase.ACT).at(9).stallingForGood())) {
            session.run(Duration.ofSeconds(10));
        }

        assertThat(Recorded.onlyIn(this.directory).events())
                .startsWith("started", "stalled", "stuck");
    }

    /** Its text is that of a class of the user. */
    @Test
    void failureWhoseTextCannotBeReadIsRecordedAllTheSame() throws IOException {
        try (var session =
                session(recording())
                        .with(
                                Fault.in(SessionPhase.ACT)
                                        .at(2)
                                        .throwing(
                                                () ->
                                                        new IOException("unplugged") {
                                                            private static final long
                                                                    serialVersionUID = 1L;

                                                            @Override
                                                            public String toString() {
                                                                throw new IllegalStateException(
                                                                        "no text");
                                                            }
                                                        }))) {
            session.run(Duration.ofSeconds(1));
            assertThat(session.stopsOfRobot()).isEqualTo(1);
        }

        assertThat(Recorded.onlyIn(this.directory).events()).containsExactly("started", "failed");
    }

    private static IOException withText(Supplier<String> text) {
        return new IOException("unplugged") {
            private static final long serialVersionUID = 1L;

            @Override
            public String toString() {
                return text.get();
            }
        };
    }

    @Test
    void failureWhoseTextIsAnErrorOrTooLongCostsNoIteration() throws IOException {
        List<Supplier<String>> texts =
                List.of(
                        () -> {
                            throw new StackOverflowError("scripted");
                        },
                        () -> "x".repeat(20_000_000));
        for (Supplier<String> text : texts) {
            Path inner = Files.createTempDirectory(this.directory, "run");
            try (var session =
                    session(RecordingOptions.into(inner).withLast(Duration.ofSeconds(30)))
                            .with(
                                    Fault.in(SessionPhase.ACT)
                                            .at(20)
                                            .throwing(() -> withText(text)))) {
                session.run(Duration.ofSeconds(1));
                assertThat(session.stopsOfRobot()).isEqualTo(1);
            }

            Recorded file = Recorded.onlyIn(inner);
            assertThat(file.numbers()).hasSize(21);
            assertThat(file.events()).containsExactly("started", "failed");
        }
    }

    /** Else its file begins with the run, and the last seconds are at the end of hours. */
    @Test
    void blackBoxHasTheEventsOfTheLastSeconds() throws IOException {
        try (var session = session(recording().withLast(Duration.ofSeconds(30)))) {
            session.run(Duration.ofHours(1));
            session.session().saveRecording();
            session.run(Duration.ofSeconds(10));
        }

        Recorded file = Recorded.onlyIn(this.directory);
        assertThat(file.events()).isEmpty();
        assertThat(file.numbers()).hasSizeBetween(1595, 1606);
    }
}
