package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Session;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionView;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A recorder in a JVM that is ended by a signal. */
@Timeout(600)
class RecorderProcessTests {

    private static final int ROUNDS = Campaign.Rounds.of(20, 2);

    @TempDir private Path directory;

    private static SessionOptions options(String directory) {
        return SessionOptions.defaults()
                .withName("arm")
                .withRateHz(1000)
                .withWarmup(Duration.ZERO)
                .withRecording(RecordingOptions.into(Path.of(directory)));
    }

    static final class Recording {

        public static void main(String[] args) throws InterruptedException {
            Session session =
                    new Session(new MockRobot(6, 1000), any -> Tensor.zeros(6), options(args[0]));
            session.addListener(
                    new SessionListener() {
                        @Override
                        public void stopped(SessionView view) {
                            System.out.println("STOPPED " + view.stepCount());
                        }
                    });
            session.start();
            long millis = Long.parseLong(args[1]);
            Thread.sleep(millis);
            System.out.println("RECORDED " + session.stepCount());
            Thread.sleep(60_000);
        }
    }

    /** The same on virtual time, so that no late wake-up counts as a loss. */
    static final class VirtualRecording {

        public static void main(String[] args) throws InterruptedException {
            VirtualClock clock = new VirtualClock();
            VirtualSession<Observation, Tensor> session =
                    VirtualSession.of(
                            new MockRobot(6, 1000, clock::nanoTime),
                            any -> Tensor.zeros(6),
                            options(args[0]),
                            clock);
            session.run(Duration.ofMillis(Long.parseLong(args[1])));
            System.out.println("RECORDED " + session.session().stepCount());
            Thread.sleep(60_000);
        }
    }

    private Path onlyFile(Path inner) throws IOException {
        try (Stream<Path> files = Files.list(inner)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    private static long numberIn(String line) {
        return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    }

    @Campaign
    @Test
    void fileIsClosedAndIndexedAfterSigterm() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            Path inner = this.directory.resolve("term-" + i);
            try (ChildJvm jvm =
                    ChildJvm.start(
                            Recording.class, inner.toString(), Integer.toString(300 + 97 * i))) {
                jvm.awaitLine("RECORDED");
                jvm.terminate();
                long iterations = numberIn(jvm.awaitLine("STOPPED"));
                assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isEqualTo(143);

                try (RecordingReader reader = RecordingReader.open(onlyFile(inner))) {
                    long complete = 0;
                    for (RecordedIteration next = reader.next();
                            next != null;
                            next = reader.next()) {
                        complete += next.complete() ? 1 : 0;
                    }
                    assertThat(reader.truncatedAt()).as("closed and indexed").isEmpty();
                    assertThat(complete).isEqualTo(iterations);
                    assertThat(reader.events())
                            .extracting(RecordedEvent::type)
                            .containsExactly("started", "stopped");
                }
            }
        }
    }

    @Campaign
    @Test
    void allButTheLastSecondIsReadableAfterSigkill() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            Path inner = this.directory.resolve("kill-" + i);
            long iterations;
            try (ChildJvm jvm =
                    ChildJvm.start(
                            VirtualRecording.class,
                            inner.toString(),
                            Integer.toString(1500 + 97 * i))) {
                iterations = numberIn(jvm.awaitLine("RECORDED"));
            } // kills it

            try (RecordingReader reader = RecordingReader.open(onlyFile(inner))) {
                long last = -1;
                for (RecordedIteration next = reader.next(); next != null; next = reader.next()) {
                    assertThat(next.number()).isEqualTo(last + 1 + next.droppedBefore());
                    last = next.number();
                }
                assertThat(reader.truncatedAt()).isPresent();
                assertThat(last).isGreaterThanOrEqualTo(iterations - 1000);
            }
        }
    }
}
