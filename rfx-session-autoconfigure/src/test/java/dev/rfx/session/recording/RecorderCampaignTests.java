package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.RecordingStatus;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.Campaign;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Recordings that are long or fast. */
@Timeout(600)
class RecorderCampaignTests {

    @TempDir private Path directory;

    /** Reads the files in the order of their parts, iteration by iteration. */
    private long[] countAndMissing() throws IOException {
        long iterations = 0;
        long missing = 0;
        for (int part = 1; ; part++) {
            String end = "-" + part + ".mcap";
            Path path;
            try (Stream<Path> files = Files.list(this.directory)) {
                path = files.filter(file -> file.toString().endsWith(end)).findAny().orElse(null);
            }
            if (path == null) {
                return new long[] {iterations, missing};
            }
            try (RecordingReader reader = RecordingReader.open(path)) {
                for (RecordedIteration next = reader.next(); next != null; next = reader.next()) {
                    missing += next.droppedBefore();
                    assertThat(next.number()).isEqualTo(iterations + missing);
                    iterations++;
                }
                assertThat(reader.truncatedAt()).as("closed and indexed").isEmpty();
            }
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(this.directory)) {
            return files.toList();
        }
    }

    /** In real time: each iteration is in the file, or counted. */
    @Campaign
    @Test
    void tenKilohertz() throws Exception {
        Duration duration = Duration.ofSeconds(Campaign.Rounds.of(30, 2));
        SessionOptions options =
                SessionOptions.defaults()
                        .withRateHz(10_000)
                        .withWarmup(Duration.ZERO)
                        .withRecording(RecordingOptions.into(this.directory));
        RecordingStatus status;
        long steps;
        try (Session session =
                new Session(new MockRobot(6, 10_000), any -> Tensor.zeros(6), options)) {
            session.run(duration);
            steps = session.stepCount();
            status = session.recordingStatus();
            System.out.printf(
                    "10 kHz for %d s: %s, %s%n", duration.toSeconds(), session.stats(), status);
        }

        assertThat(status.state()).isEqualTo(RecordingStatus.State.IDLE);
        assertThat(status.problem()).isNull();
        assertThat(status.iterations() + status.dropped()).isEqualTo(steps);
        assertThat(countAndMissing()[0]).isEqualTo(status.iterations());
        assertThat(countAndMissing()[1]).isLessThanOrEqualTo(status.dropped());
    }

    /** On virtual time: files are closed, indexed and rotated, and memory does not grow. */
    @Campaign
    @Test
    void hourAtOneKilohertz() throws Exception {
        int minutes = Campaign.Rounds.of(60, 1);
        RecordingOptions recording =
                RecordingOptions.into(this.directory)
                        .withFileLimits(64L << 20, Duration.ofMinutes(30));
        long before = 0;
        try (VirtualClock clock = new VirtualClock()) {
            Session session =
                    clock.session(
                            new MockRobot(6, 1000, clock::nanoTime),
                            (Observation any) -> Tensor.zeros(6),
                            SessionOptions.defaults()
                                    .withRateHz(1000)
                                    .withWarmup(Duration.ZERO)
                                    .withSpinWindow(Duration.ZERO)
                                    .withRecording(recording));
            session.start();
            for (int minute = 1; minute <= minutes; minute++) {
                clock.advance(Duration.ofMinutes(1));
                if (minute == 1) {
                    before = usedMemory();
                }
            }
            assertThat(usedMemory() - before).as("growth of the memory").isLessThan(8L << 20);
            session.stop();

            RecordingStatus status = session.recordingStatus();
            long iterations = 60_000L * minutes;
            assertThat(status.problem()).isNull();
            assertThat(status.dropped()).isZero();
            assertThat(status.iterations()).isEqualTo(iterations);
            assertThat(countAndMissing()).containsExactly(iterations, 0);
            long bytes = 0;
            for (Path file : files()) {
                assertThat(Files.size(file)).isLessThan(66L << 20);
                bytes += Files.size(file);
            }
            assertThat(files()).hasSize((int) (bytes / (64L << 20)) + 1);
            assertThat(bytes / iterations).as("bytes per iteration").isBetween(300L, 900L);
            System.out.printf(
                    "%d min at 1 kHz: %d files, %d bytes%n", minutes, files().size(), bytes);
        }
    }

    private static long usedMemory() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
