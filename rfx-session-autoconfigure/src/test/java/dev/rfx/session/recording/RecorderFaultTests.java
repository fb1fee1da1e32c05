package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.rfx.session.Observation;
import dev.rfx.session.RecordingStatus;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.RunRecorder;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.Tensor;
import dev.rfx.session.recording.RecordingOptions.WhenFull;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.Fault;
import dev.rfx.session.test.TestClock;
import dev.rfx.session.test.TestPlatform;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import dev.rfx.session.testkit.Privileges;
import dev.rfx.session.testkit.SmallDisk;
import dev.rfx.session.timing.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Whatever the recorder suffers, the loop goes on, health says so, and nothing is lost that could
 * still be written.
 */
@Timeout(60)
class RecorderFaultTests {

    @TempDir private Path directory;
    private final List<ILoggingEvent> log = new ArrayList<>();
    private Consumer<ILoggingEvent> whileLogging = event -> {};
    private final AppenderBase<ILoggingEvent> appender =
            new AppenderBase<>() {
                @Override
                public void doAppend(ILoggingEvent event) { // without the guard of the base class
                    RecorderFaultTests.this.log.add(event);
                    RecorderFaultTests.this.whileLogging.accept(event);
                }

                @Override
                protected void append(ILoggingEvent event) {}
            };
    private final Logger logger = (Logger) LoggerFactory.getLogger(RecordingWriter.class);

    @BeforeEach
    void listenToTheLog() {
        this.logger.setLevel(Level.INFO);
        this.logger.addAppender(this.appender);
    }

    @AfterEach
    void detach() {
        this.logger.detachAppender(this.appender);
        this.logger.setLevel(null);
    }

    private RecordingOptions recording() {
        return RecordingOptions.into(this.directory);
    }

    private static VirtualSession<Observation, Tensor> session(
            RecordingOptions recording, double rateHz) {
        VirtualClock clock = new VirtualClock();
        return VirtualSession.of(
                new MockRobot(2, rateHz, clock::nanoTime),
                any -> Tensor.zeros(2),
                SessionOptions.defaults()
                        .withName("arm")
                        .withRateHz(rateHz)
                        .withWarmup(Duration.ZERO)
                        .withRecording(recording),
                clock);
    }

    /** A session whose black box finds a file in place of its directory. */
    private VirtualSession<Observation, Tensor> blackBoxThatCannotWrite(
            Path directory, Duration last, double rateHz) throws IOException {
        blockDirectory(directory);
        return session(RecordingOptions.into(directory).withLast(last), rateHz);
    }

    private static RecordingStatus status(VirtualSession<?, ?> session) {
        return session.session().recordingStatus();
    }

    private static void assertThatItFails(VirtualSession<?, ?> session, String problem) {
        assertThat(session.failure()).isNull();
        assertThat(session.session().state().isActive()).isTrue();
        assertThat(status(session).state()).isEqualTo(RecordingStatus.State.FAILED);
        assertThat(status(session).problem()).contains(problem);
    }

    private static long iterationsIn(List<Recorded> files) {
        return files.stream().mapToLong(file -> file.numbers().size()).sum();
    }

    /** Each iteration is in a file or counted, and the file says where. */
    private void assertThatTheFilesAreAsTheStatusSays(RecordingStatus status, long steps)
            throws IOException {
        List<Recorded> files = Recorded.in(this.directory);
        assertThat(iterationsIn(files)).isEqualTo(status.iterations());
        assertThat(status.iterations() + status.dropped()).isEqualTo(steps);
        assertThat(Recorded.missing(files)).isLessThanOrEqualTo(status.dropped());
    }

    // ---- the disk is full

    @Test
    void nothingIsLostWhileTheRingHasRoom() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(this.directory, "4m");
                var session = session(recording(), 100)) {
            session.run(Duration.ofSeconds(2));
            Path ballast = disk.fill();
            session.run(Duration.ofSeconds(20));
            assertThatItFails(session, "No space left");
            assertThat(status(session).dropped()).isZero();

            Files.delete(ballast);
            session.run(Duration.ofSeconds(10));
            assertThat(status(session).problem()).isNull();
            assertThat(status(session).state()).isEqualTo(RecordingStatus.State.WRITING);
            session.session().stop();

            assertThat(Recorded.onlyIn(this.directory).numbers())
                    .hasSize((int) session.session().stepCount());
            assertThat(Recorded.missing(Recorded.in(this.directory))).isZero();
            assertThat(status(session).dropped()).isZero();
            assertThat(session.stopsOfRobot()).isEqualTo(1);
        }
    }

    @Test
    void diskThatStaysFullCostsWhatDoesNotFitIntoTheRing() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(this.directory, "2m");
                var session = session(recording().withRingBytes(1 << 16), 1000)) {
            session.run(Duration.ofSeconds(30));
            assertThatItFails(session, "No space left");
            assertThat(status(session).dropped()).isPositive();
            session.session().stop();

            RecordingStatus last = status(session);
            assertThat(last.state()).isEqualTo(RecordingStatus.State.IDLE);
            assertThat(last.problem()).contains("No space left");
            assertThatTheFilesAreAsTheStatusSays(last, session.session().stepCount());
            assertThat(disk).isNotNull();
        }
    }

    @Test
    void gapIsInTheFileWhenThereIsRoomAgain() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(this.directory, "8m");
                var session = session(recording().withRingBytes(1 << 16), 1000)) {
            session.run(Duration.ofSeconds(2));
            Path ballast = disk.fill();
            session.run(Duration.ofSeconds(10));
            Files.delete(ballast);
            session.run(Duration.ofSeconds(6));
            session.session().stop();

            RecordingStatus last = status(session);
            assertThat(last.problem()).isNull();
            assertThat(last.dropped()).isPositive();
            assertThat(Recorded.missing(Recorded.in(this.directory))).isEqualTo(last.dropped());
            assertThatTheFilesAreAsTheStatusSays(last, session.session().stepCount());
        }
    }

    @Test
    void iterationThatIsWrittenInPartIsNotWrittenTwice() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(this.directory, "32m");
                var session = session(recording(), 2000)) {
            session.run(Duration.ofMillis(850));
            Path ballast = disk.fill();
            session.run(Duration.ofSeconds(4)); // more than a chunk
            Files.delete(ballast);
            session.run(Duration.ofSeconds(6));
            session.session().stop();

            Recorded file = Recorded.onlyIn(this.directory);
            int steps = (int) session.session().stepCount();
            assertThat(file.of("observation")).hasSize(steps);
            assertThat(file.of("action")).hasSize(steps);
            assertThat(file.of("iteration")).hasSize(steps);
        }
    }

    @Test
    void problemIsLoggedOnceAndSoIsItsEnd() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(this.directory, "4m");
                var session = session(recording(), 100)) {
            session.run(Duration.ofSeconds(2));
            Path ballast = disk.fill();
            session.run(Duration.ofMinutes(1));
            Files.delete(ballast);
            session.run(Duration.ofSeconds(10));
        }

        assertThat(this.log)
                .extracting(event -> event.getLevel() + " " + event.getFormattedMessage())
                .hasSize(2)
                .satisfies(
                        lines ->
                                assertThat(lines.get(0))
                                        .isEqualTo("ERROR Session 'arm' cannot be recorded"),
                        lines ->
                                assertThat(lines.get(1))
                                        .startsWith("INFO Session 'arm' is recorded again: "));
    }

    // ---- the directory

    @Test
    void diskThatBecomesReadOnlyIsAProblemOfTheRecordingOnly() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(this.directory, "4m")) {
            disk.makeReadOnly();
            try (var session = session(recording(), 50)) {
                session.run(Duration.ofSeconds(20));
                assertThatItFails(session, "Read-only file system");
                assertThat(status(session).dropped()).isZero();

                disk.makeWritable();
                session.run(Duration.ofSeconds(6));
                assertThat(status(session).problem()).isNull();
            }
            assertThat(Recorded.onlyIn(this.directory).numbers()).hasSize(1300);
        }
    }

    @Test
    void directoryWithoutPermissionIsAProblemOfTheRecordingOnly() throws IOException {
        Path inner = Files.createDirectory(this.directory.resolve("inner"));
        Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            Privileges.drop(
                    () -> {
                        try (var session = session(RecordingOptions.into(inner), 50)) {
                            session.run(Duration.ofSeconds(20));
                            assertThatItFails(session, "AccessDenied");
                            session.session().stop();
                            assertThat(session.stopsOfRobot()).isEqualTo(1);
                            assertThat(status(session).dropped())
                                    .isEqualTo(session.session().stepCount());
                        }
                    });
        } finally {
            Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void removedDirectoryCostsNothingThatCameAfterwards() throws IOException {
        Path inner = this.directory.resolve("inner");
        try (var session = session(RecordingOptions.into(inner), 50)) {
            session.run(Duration.ofSeconds(3));
            for (Recorded file : Recorded.in(inner)) {
                Files.delete(file.path());
            }
            Files.delete(inner);
            session.run(Duration.ofSeconds(2));
            assertThatItFails(session, "The file was deleted");
            session.run(Duration.ofSeconds(10));
        }

        Recorded file = Recorded.onlyIn(inner);
        assertThat(file.numbers().get(0)).isBetween(150L, 200L);
        assertThat(file.numbers()).hasSize((int) (750 - file.numbers().get(0)));
    }

    // ---- an Error in the writer thread

    @Test
    void writerSurvivesAnErrorOfTheLog() throws IOException {
        this.whileLogging =
                event -> {
                    if (event.getLevel() == Level.ERROR) {
                        throw new OutOfMemoryError("scripted");
                    }
                };
        Path notYet = Files.createFile(this.directory.resolve("inner"));
        try (var session = session(RecordingOptions.into(notYet), 50)) {
            session.run(Duration.ofSeconds(3));
            assertThatItFails(session, "FileAlreadyExistsException");
            Files.delete(notYet);
            session.run(Duration.ofSeconds(6));
            assertThat(status(session).problem()).isNull();
        }

        assertThat(Recorded.onlyIn(notYet).numbers()).hasSize(450);
    }

    @Test
    void writerSurvivesAnErrorWhileItWritesAndCountsTheIteration() throws IOException {
        int[] thrown = {0};
        Codec<Observation> codec = // its layout is turned into a schema by the writer thread
                new Codec<>() {
                    @Override
                    public void write(Observation value, ValueWriter out) {
                        out.text(thrown[0]++ == 100 ? "x".repeat(40_000_000) : "name", "text");
                    }

                    @Override
                    public Observation read(ValueReader in) {
                        throw new UnsupportedOperationException();
                    }
                };
        try (var session = session(recording().withCodec(Observation.class, codec), 50)) {
            session.run(Duration.ofMillis(2500));
            assertThatItFails(session, "IllegalArgumentException");
            session.run(Duration.ofSeconds(10));
            assertThat(status(session).problem()).isNull();
            session.session().stop();

            assertThat(status(session).dropped()).isEqualTo(1);
            assertThatTheFilesAreAsTheStatusSays(status(session), session.session().stepCount());
            assertThat(Recorded.missing(Recorded.in(this.directory))).isEqualTo(1);
        }
    }

    // ---- the black box

    private void blockDirectory(Path inner) throws IOException {
        Files.createFile(inner);
    }

    @Test
    void saveThatFailsIsTriedAgainAndHasWhatTheMemoryHas() throws IOException {
        Path inner = this.directory.resolve("inner");
        try (var session = blackBoxThatCannotWrite(inner, Duration.ofSeconds(30), 50)) {
            session.run(Duration.ofSeconds(60));
            session.session().saveRecording();
            session.run(Duration.ofSeconds(12));
            assertThatItFails(session, "FileAlreadyExistsException");

            Files.delete(inner);
            session.run(Duration.ofSeconds(6));
            assertThat(status(session).problem()).isNull();
            assertThat(status(session).state()).isEqualTo(RecordingStatus.State.STANDBY);
            List<Long> numbers = Recorded.onlyIn(inner).numbers();
            long first = numbers.get(0);
            long last = numbers.get(numbers.size() - 1);
            assertThat(first).as("not older than the last seconds").isBetween(1500L, 2400L);
            assertThat(last).as("two seconds after the request").isBetween(3095L, 3105L);
            assertThat(numbers).hasSize((int) (last - first + 1));
            assertThat(status(session).dropped())
                    .as("what the memory has no longer")
                    .isBetween(first - 1500, first);
        }
    }

    @Test
    void nextRequestTriesAtOnce() throws IOException {
        Path inner = this.directory.resolve("inner");
        try (var session = blackBoxThatCannotWrite(inner, Duration.ofSeconds(30), 50)) {
            session.run(Duration.ofSeconds(60));
            session.session().saveRecording();
            session.run(Duration.ofMillis(500));
            Files.delete(inner);
            session.session().saveRecording();
            session.run(Duration.ofMillis(300));

            assertThat(status(session).state()).isEqualTo(RecordingStatus.State.WRITING);
            assertThat(status(session).problem()).isNull();
        }
    }

    /** The operator has time to mend it. */
    @Test
    void directoryThatCannotBeWrittenIsAProblemBeforeABlackBoxNeedsIt() throws IOException {
        Path inner = this.directory.resolve("inner");
        try (var session = blackBoxThatCannotWrite(inner, Duration.ofSeconds(30), 50)) {
            session.run(Duration.ofSeconds(1));
            assertThatItFails(session, "FileAlreadyExistsException");

            Files.delete(inner);
            session.run(Duration.ofSeconds(6));
            assertThat(status(session).problem()).isNull();
            assertThat(status(session).state()).isEqualTo(RecordingStatus.State.STANDBY);
            assertThat(inner).isEmptyDirectory();

            session.session().saveRecording();
            session.run(Duration.ofSeconds(4));
            assertThat(status(session).dropped()).isZero();
        }

        assertThat(Recorded.onlyIn(inner).numbers()).startsWith(0L, 1L);
    }

    @Test
    void saveIsGivenUpWhenNothingOfItIsLeft() throws IOException {
        Path inner = this.directory.resolve("inner");
        try (var session = blackBoxThatCannotWrite(inner, Duration.ofSeconds(1), 1000)) {
            session.run(Duration.ofSeconds(10));
            session.session().saveRecording();
            session.run(Duration.ofSeconds(30));
            assertThatItFails(session, "FileAlreadyExistsException");
            assertThat(status(session).dropped()).isBetween(3000L, 4000L);

            Files.delete(inner);
            session.session().saveRecording();
            session.run(Duration.ofSeconds(5));
            assertThat(status(session).problem()).isNull();
        }

        assertThat(Recorded.onlyIn(inner).numbers()).hasSizeBetween(2990, 3010);
    }

    @Test
    void endOfTheRunTriesOnceMore() throws IOException {
        Path inner = this.directory.resolve("inner");
        try (var session = blackBoxThatCannotWrite(inner, Duration.ofSeconds(30), 50)) {
            session.run(Duration.ofSeconds(10));
            session.session().saveRecording();
            session.run(Duration.ofMillis(500));
            Files.delete(inner);
        }

        assertThat(Recorded.onlyIn(inner).numbers()).hasSizeBetween(520, 530);
    }

    @Test
    void whatCannotBeSavedAtTheEndIsCounted() throws IOException {
        Path inner = this.directory.resolve("inner");
        try (var session = blackBoxThatCannotWrite(inner, Duration.ofSeconds(30), 50)) {
            session.with(
                    Fault.in(SessionPhase.ACT)
                            .at(1000)
                            .throwing(() -> new IOException("unplugged")));
            session.run(Duration.ofSeconds(30));

            assertThat(status(session).dropped()).isEqualTo(1001);
            assertThat(status(session).problem()).contains("FileAlreadyExistsException");
        }
    }

    // ---- the limit of the disk, and the log

    @Test
    void runIsRecordedAgainWhenTheOperatorHasMadeRoom() throws IOException {
        RecordingOptions stopping =
                recording()
                        .withFileLimits(1L << 20, Duration.ofDays(1))
                        .withDiskLimit(2L << 20, WhenFull.STOP);
        try (var session = session(stopping, 1000)) {
            session.run(Duration.ofSeconds(20));
            assertThatItFails(session, "have reached their limit");
            for (Recorded file : Recorded.in(this.directory)) {
                Files.delete(file.path());
            }
            session.run(Duration.ofSeconds(6));
            assertThat(status(session).problem()).isNull();
        }

        List<Recorded> files = Recorded.in(this.directory);
        assertThat(Recorded.number(files.get(0).of("iteration").get(0), "dropped_before"))
                .as("the gap")
                .isGreaterThan(10_000);
    }

    @Test
    void dropsAreLoggedAtMostOnceASecond() throws IOException {
        try (var session = session(recording().withRingBytes(1 << 16), 10_000)) {
            session.run(Duration.ofSeconds(10));
            session.session().stop();
            long dropped = status(session).dropped();

            List<ILoggingEvent> warnings =
                    this.log.stream().filter(event -> event.getLevel() == Level.WARN).toList();
            assertThat(warnings).hasSizeBetween(9, 11);
            assertThat(
                            warnings.stream()
                                    .mapToLong(event -> (Long) event.getArgumentArray()[1])
                                    .sum())
                    .isBetween(dropped - 10_000, dropped);
            assertThat(warnings.get(0).getFormattedMessage())
                    .matches("The recording of session 'arm' has lost \\d+ iterations");
        }
    }

    // ---- the end of a file

    @Test
    void nothingIsLostWhenTheNextFileIsDueOnAFullDisk() throws Exception {
        RecordingOptions rotating = recording().withFileLimits(1L << 20, Duration.ofSeconds(3));
        try (SmallDisk disk = SmallDisk.mount(this.directory, "4m");
                var session = session(rotating, 100)) {
            session.run(Duration.ofMillis(2700));
            Path ballast = disk.fill();
            session.run(Duration.ofSeconds(5));
            Files.delete(ballast);
            session.run(Duration.ofSeconds(10));
            session.session().stop();

            assertThat(status(session).dropped()).isZero();
            assertThat(status(session).problem()).isNull();
            assertThat(iterationsIn(Recorded.in(this.directory)))
                    .isEqualTo(session.session().stepCount());
        }
    }

    @Test
    void nothingIsLostWhenASaveEndsOnAFullDisk() throws Exception {
        RecordingOptions blackBox = recording().withLast(Duration.ofSeconds(3));
        try (SmallDisk disk = SmallDisk.mount(this.directory, "4m");
                var session = session(blackBox, 100)) {
            session.run(Duration.ofSeconds(5));
            session.session().saveRecording();
            session.run(Duration.ofMillis(1900));
            Path ballast = disk.fill();
            session.run(Duration.ofSeconds(1));
            assertThatItFails(session, "No space left");
            Files.delete(ballast);
            session.run(Duration.ofSeconds(10));

            assertThat(status(session).state()).isEqualTo(RecordingStatus.State.STANDBY);
            assertThat(status(session).dropped()).isZero();
            assertThat(status(session).problem()).isNull();
            assertThat(Recorded.onlyIn(this.directory).numbers()).hasSizeBetween(495, 510);
        }
    }

    /** As a file is that another process deletes while the directory is read. */
    @Test
    void fileThatIsNotThereIsNoProblem() throws IOException {
        Files.createSymbolicLink(
                this.directory.resolve("arm-20000101T000000.000Z-9.mcap"),
                this.directory.resolve("nothing"));
        Files.createDirectory(this.directory.resolve("arm-20000101T000000.000Z-8.mcap"));
        try (var session = session(recording(), 50)) {
            session.run(Duration.ofSeconds(3));

            assertThat(status(session).problem()).isNull();
        }
    }

    // ---- a disk that does not answer

    @Test
    void writerThatDoesNotGoOnIsAProblem() throws Exception {
        AtomicLong now = new AtomicLong();
        Clock clock =
                new TestClock(Clock.SYSTEM) {
                    @Override
                    public long nanoTime() {
                        return now.get();
                    }
                };
        RecordingCounts counts = new RecordingCounts();
        LayoutTable layouts = new LayoutTable();
        FrameRing ring = new FrameRing(1 << 16);
        RecordingFiles files =
                new RecordingFiles(recording(), "arm", Map.of(), layouts, new RunClock(0, 0));
        RecordingWriter writer =
                new RecordingWriter(
                        "arm",
                        null,
                        clock,
                        ring,
                        new IterationCapture(ring, new Codecs(Map.of()), layouts, counts),
                        layouts,
                        counts,
                        new RecordingOutput(recording(), "arm", clock, files, counts));
        CountDownLatch waits = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        writer.event( // anything that the writer thread has to wait for
                () -> {
                    waits.countDown();
                    try {
                        goesOn.await();
                    } catch (InterruptedException ex) {
                        throw new IllegalStateException(ex);
                    }
                    return new RecordedEvent(0, "started", "", null);
                });
        Thread thread = new Thread(writer);
        thread.setDaemon(true);
        thread.start();
        waits.await();

        now.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(writer.status().state()).isEqualTo(RecordingStatus.State.WRITING);
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(writer.status().state()).isEqualTo(RecordingStatus.State.FAILED);
        assertThat(writer.status().problem()).isEqualTo("The disk has not answered for 7 s");

        goesOn.countDown();
        writer.finish();
        thread.join();
        assertThat(writer.status().state()).isEqualTo(RecordingStatus.State.IDLE);
        assertThat(writer.status().problem()).isNull();
        assertThat(Recorded.onlyIn(this.directory).events()).containsExactly("started");
    }

    /** As those of a disk that hangs. */
    @Test
    void writersThatDoNotEndAreFew() {
        try (VirtualClock clock = new VirtualClock()) {
            List<Thread> writers = new ArrayList<>();
            Recorder recorder =
                    new Recorder(
                            RecordingOptions.into(this.directory),
                            "arm",
                            50,
                            "",
                            new TestPlatform(clock),
                            task -> {
                                Thread thread = new Thread(() -> {});
                                writers.add(thread);
                                return thread;
                            });

            for (int run = 0; run < 10; run++) {
                RunRecorder recording = recorder.newRun();
                recording.begin();
                recording.end(null, null);
            }

            assertThat(writers).hasSize(4);
            assertThat(recorder.status().state()).isEqualTo(RecordingStatus.State.FAILED);
            assertThat(recorder.status().problem())
                    .contains("The files of the last 4 runs are not closed yet");
        }
    }

    @Test
    void iterationThatIsTooLongForTheRingIsAProblem() throws IOException {
        VirtualClock clock = new VirtualClock();
        Tensor image = Tensor.zeros(140_000);
        Robot<Observation, Tensor> camera =
                new RobotDecorator<>(new MockRobot(2, 50, clock::nanoTime)) {
                    @Override
                    public Observation observe() throws Exception {
                        return super.observe().with("image", image);
                    }
                };
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        camera,
                        observation -> Tensor.zeros(2),
                        SessionOptions.defaults()
                                .withWarmup(Duration.ZERO)
                                .withRecording(
                                        RecordingOptions.into(this.directory)
                                                .withRingBytes(512 * 1024)),
                        clock)) {
            session.step(20);

            assertThat(session.session().recordingStatus().problem())
                    .isEqualTo(
                            "An iteration takes more than half of the ring: set a larger"
                                    + " ring-size");
        }
    }

    @Test
    void valuesOfEverNewShapesAreAProblemAndNotALeak() {
        LayoutTable layouts = new LayoutTable();
        for (int i = 0; i < 256; i++) {
            assertThat(layouts.add(layout(i))).isEqualTo(i);
        }
        assertThat(layouts.problem()).isNull();

        assertThat(layouts.add(layout(256))).isEqualTo(LayoutTable.NONE);

        assertThat(layouts.add(layout(255))).as("known").isEqualTo(255);
        assertThat(layouts.problem()).startsWith("Values have more than 256 different");
    }

    private static Layout layout(int length) {
        return new Layout("points", List.of(new Field("x", FieldType.FLOAT32, new int[] {length})));
    }
}
