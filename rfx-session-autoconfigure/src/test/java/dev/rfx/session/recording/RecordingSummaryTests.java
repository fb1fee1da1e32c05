package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a person reads about one recording, and about two. */
@Timeout(120)
class RecordingSummaryTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withEngage(EngageOptions.defaults().withEnabled(false));

    @TempDir private Path directory;
    private VirtualClock clock;

    @BeforeEach
    void create() {
        this.clock = new VirtualClock();
    }

    /** Records a joint that does not follow, for 100 iterations unless the policy ends them. */
    private Path record(Policy<Object, Tensor> policy) throws IOException {
        Path file =
                Recordings.of(
                        this.directory,
                        new MockRobot(2, 50, this.clock::nanoTime),
                        policy,
                        OPTIONS,
                        this.clock,
                        Duration.ofSeconds(2));
        create();
        return file;
    }

    /** From -1 on, each action is larger by a hundredth. */
    private static Policy<Object, Tensor> rising() {
        int[] calls = {0};
        return observation -> Tensor.of(-1 + calls[0]++ / 100f, 0.5f);
    }

    @Test
    void summaryHasDurationIterationsTimingAndRanges() throws IOException {
        int[] waits = {0};
        this.clock.oversleeping(() -> waits[0]++ == 49 ? 3_000_000 : 0);
        RecordingSummary summary = RecordingSummary.of(record(rising()));

        assertThat(summary.iterations()).isEqualTo(100);
        assertThat(summary.missing()).isZero();
        assertThat(summary.duration()).isEqualTo(Duration.ofMillis(99 * 20));
        assertThat(summary.toString())
                .containsPattern("session +rfx-session at 50\\.0 Hz\n")
                .containsPattern("duration +1\\.980 s\n")
                .containsPattern("iterations +100\n")
                .containsPattern("overruns +0\n")
                .containsPattern(
                        "jitter +0\\.000 ms +0\\.000 ms +[123]\\.\\d+ ms +[123]\\.\\d+ ms\n")
                .containsPattern("action\\.values\\[0] +-1\\.0000 +-0\\.0100\n")
                .containsPattern("action\\.values\\[1] +0\\.5000 +0\\.5000\n")
                .containsPattern("observation\\.state\\[0] +-\\d")
                .containsPattern("0\\.000 s  started\n")
                .containsPattern("\\d\\.\\d{3} s  stopped")
                .doesNotContain("gaps")
                .doesNotContain("incomplete");
    }

    @Test
    void failureIsShownWithItsTime() throws IOException {
        Policy<Object, Tensor> rising = rising();
        int[] calls = {0};
        String summary =
                RecordingSummary.of(
                                record(
                                        observation -> {
                                            if (calls[0]++ == 50) {
                                                throw new IOException("no\nway");
                                            }
                                            return rising.selectAction(observation);
                                        }))
                        .toString();

        assertThat(summary)
                .containsPattern("iterations +51\n")
                .containsPattern("incomplete +1, in which the run ended\n")
                .containsPattern("\n1\\.000 s  failed: .*iteration 50");
    }

    @Test
    void endThatIsMissingIsShown() throws IOException {
        Path file = record(rising());
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));

        assertThat(RecordingSummary.of(file).toString())
                .containsPattern("iterations +100\n")
                .containsPattern("end of the file +missing, from byte \\d+ on\n");
    }

    @Test
    void fileThatIsNoRecordingIsRefused() throws IOException {
        Path text = Files.writeString(this.directory.resolve("text.mcap"), "no recording");
        Path missing = this.directory.resolve("missing.mcap");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> RecordingSummary.of(text))
                .withMessageContaining(text.toString());
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> RecordingSummary.of(missing));
    }

    // ---- of two

    @Test
    void sameRunIsIdentical() throws IOException {
        RecordingDifference difference =
                RecordingDifference.between(record(rising()), record(rising()));

        assertThat(difference.isIdentical()).isTrue();
        assertThat(difference.toString())
                .contains("100 iterations compared, their actions are identical\n")
                .containsPattern("duration +1\\.980 s +1\\.980 s +\\+0\\.000 s\n")
                .containsPattern("values\\[0] +0\\.0+ +0\\.0+\n");
    }

    @Test
    void otherActionsAndTimesAreShown() throws IOException {
        Path before = record(rising());
        Policy<Object, Tensor> rising = rising();
        VirtualClock slower = this.clock;
        int[] calls = {0};
        Path after =
                record(
                        observation -> {
                            slower.advance(Duration.ofMillis(2));
                            Tensor action = rising.selectAction(observation);
                            if (calls[0]++ >= 60) {
                                action.set(1, 0.75f);
                            }
                            return action;
                        });

        RecordingDifference difference = RecordingDifference.between(before, after);

        assertThat(difference.isIdentical()).isFalse();
        assertThat(difference.toString())
                .contains("the actions of 40 differ, first in iteration 60\n")
                .containsPattern("policy p50 +0\\.000 ms +2\\.000 ms +\\+2\\.000 ms\n")
                .containsPattern("values\\[1] +0\\.100000 +0\\.250000\n");
    }

    @Test
    void iterationsOfOneRecordingOnlyAreADifference() throws IOException {
        Path whole = record(rising());
        Path half =
                Recordings.of(
                        this.directory,
                        new MockRobot(2, 50, this.clock::nanoTime),
                        rising(),
                        OPTIONS,
                        this.clock,
                        Duration.ofSeconds(1));

        RecordingDifference difference = RecordingDifference.between(half, whole);

        assertThat(difference.isIdentical()).isFalse();
        assertThat(difference.toString())
                .contains(
                        "50 iterations compared, their actions are identical; 50 iterations are"
                                + " in one recording only\n")
                .containsPattern("iterations +50 +100 +\\+50\n");
    }

    @Test
    void gapIsShownWithItsPlace() throws IOException {
        Path file =
                Recordings.of(
                        this.directory,
                        new Recordings.AnyRobot(),
                        observation -> observation.get(Observation.STATE),
                        OPTIONS.withRateHz(10_000),
                        this.clock,
                        Duration.ofSeconds(2),
                        recording -> recording.withRingBytes(64 * 1024));

        RecordingSummary summary = RecordingSummary.of(file);

        ReplayResult replayed =
                Replay.of(file)
                        .through((Observation observation) -> observation.get(Observation.STATE));

        assertThat(replayed.isIdentical()).isTrue();
        assertThat(replayed.missing()).isEqualTo(summary.missing());
        assertThat(replayed.toString()).contains(" are missing in the recording; ");
        assertThat(summary.missing()).isPositive();
        assertThat(summary.iterations() + summary.missing()).isLessThanOrEqualTo(20_000);
        assertThat(summary.toString())
                .containsPattern("gaps +\\d+ before iteration \\d+, .* in all\\)\n");
    }
}
