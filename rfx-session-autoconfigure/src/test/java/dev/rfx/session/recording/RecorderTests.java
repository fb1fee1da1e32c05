package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.RecordingStatus;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.Tensor;
import dev.rfx.session.Timestamped;
import dev.rfx.session.recording.mcap.McapReader;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.Fault;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecorderTests {

    private static final Policy<Observation, Tensor> POLICY = observation -> Tensor.of(0, 0.5f);

    @TempDir private Path directory;

    /** A message of a file. */
    private record Message(String topic, long sequence, long logTime, String json) {}

    private SessionOptions options(RecordingOptions recording) {
        return SessionOptions.defaults()
                .withName("arm")
                .withWarmup(Duration.ZERO)
                .withEngage(EngageOptions.defaults().withEnabled(false))
                .withRecording(recording);
    }

    private VirtualSession<Observation, Tensor> session(SessionOptions options) {
        VirtualClock clock = new VirtualClock();
        return VirtualSession.of(
                new MockRobot(2, options.rateHz(), clock::nanoTime), POLICY, options, clock);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(this.directory)) {
            return files.sorted().toList();
        }
    }

    private static List<Message> read(Path file) throws IOException {
        List<Message> messages = new ArrayList<>();
        assertThat(read(file, messages)).as("truncated").isEmpty();
        return messages;
    }

    private static OptionalLong read(Path file, List<Message> messages) throws IOException {
        try (McapReader reader = McapReader.open(file)) {
            McapReader.Item item = reader.next();
            while (item != McapReader.Item.END) {
                if (item == McapReader.Item.MESSAGE) {
                    messages.add(
                            new Message(
                                    reader.channel().topic(),
                                    reader.sequence(),
                                    reader.logTime(),
                                    StandardCharsets.UTF_8.decode(reader.data()).toString()));
                }
                item = reader.next();
            }
            return reader.truncatedAt();
        }
    }

    private static List<String> of(List<Message> messages, String topic) {
        return messages.stream()
                .filter(message -> message.topic().equals(topic))
                .map(Message::json)
                .toList();
    }

    @Test
    void everyIterationIsWritten() throws IOException {
        try (VirtualSession<Observation, Tensor> session =
                session(options(RecordingOptions.into(this.directory)))) {
            session.run(Duration.ofSeconds(10));
        }

        assertThat(files())
                .extracting(file -> file.getFileName().toString())
                .containsExactly("arm-20000101T000000.000Z-1.mcap");
        List<Message> messages = read(files().get(0));
        assertThat(of(messages, "/arm/iteration")).hasSize(500);
        assertThat(of(messages, "/arm/observation")).hasSize(500);
        assertThat(of(messages, "/arm/action")).hasSize(500).containsOnly("{\"values\":[0.0,0.5]}");
        assertThat(of(messages, "/arm/selected_action")).isEmpty();
        assertThat(of(messages, "/arm/observation"))
                .first()
                .isEqualTo("{\"state\":[0.0,0.0,0.0,0.0]}");
        assertThat(of(messages, "/arm/iteration").get(1))
                .isEqualTo(
                        "{\"number\":1,\"start\":20000000,\"lateness\":0,\"observe\":0,"
                                + "\"policy\":0,\"act\":0,\"timestamp\":20000000,"
                                + "\"overrun\":false,\"late_wakeup\":false,\"stale\":false,"
                                + "\"clamped\":false,\"engaging\":false,"
                                + "\"complete\":true,\"dropped_before\":0}");
        assertThat(of(messages, "/arm/event"))
                .containsExactly(
                        "{\"type\":\"started\",\"message\":\"\"}",
                        "{\"type\":\"stopped\",\"message\":\"\"}");
    }

    /** The robot did not receive it, nor was it the action of the iteration before. */
    @Test
    void iterationThatAStopOvertookHasNoAction() throws IOException {
        int[] n = new int[1];
        Session[] stopped = new Session[1];
        Policy<Observation, Tensor> policy =
                observation -> {
                    if (n[0]++ == 3) {
                        stopped[0].requestStop();
                    }
                    return Tensor.of(n[0], 0);
                };
        VirtualClock clock = new VirtualClock();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        new MockRobot(2, 50, clock::nanoTime),
                        policy,
                        options(RecordingOptions.into(this.directory)),
                        clock)) {
            stopped[0] = session.session();
            session.run(Duration.ofSeconds(1));
        }

        List<Message> messages = read(files().get(0));
        assertThat(of(messages, "/arm/iteration")).hasSize(4);
        assertThat(of(messages, "/arm/observation")).hasSize(4);
        assertThat(of(messages, "/arm/action"))
                .containsExactly(
                        "{\"values\":[1.0,0.0]}",
                        "{\"values\":[2.0,0.0]}",
                        "{\"values\":[3.0,0.0]}");
        assertThat(of(messages, "/arm/selected_action")).isEmpty();
    }

    @Test
    void rampOfTheFirstCommandsIsVisible() throws IOException {
        SessionOptions options =
                options(RecordingOptions.into(this.directory)).withEngage(EngageOptions.defaults());
        try (VirtualSession<Observation, Tensor> session = session(options)) {
            session.run(Duration.ofSeconds(3));
        }

        List<Message> messages = read(files().get(0));
        List<String> iterations = of(messages, "/arm/iteration");
        assertThat(iterations.subList(0, 100)).allMatch(json -> json.contains("\"engaging\":true"));
        assertThat(iterations.subList(100, 150))
                .allMatch(json -> json.contains("\"clamped\":false,\"engaging\":false"));
        assertThat(of(messages, "/arm/action"))
                .startsWith("{\"values\":[0.0,0.0]}")
                .endsWith("{\"values\":[0.0,0.5]}");
        assertThat(of(messages, "/arm/selected_action"))
                .hasSize(100)
                .containsOnly("{\"values\":[0.0,0.5]}");
        assertThat(RecordingSummary.of(files().get(0)).toString()).contains("engaging");
    }

    /** As it would be found after a crash at any time. */
    @Test
    void fileOfARunLacksAtMostItsLastSecond() throws IOException {
        try (VirtualSession<Observation, Tensor> session =
                session(options(RecordingOptions.into(this.directory)))) {
            session.run(Duration.ofSeconds(1));
            for (int i = 0; i < 50; i++) {
                session.run(Duration.ofMillis(100));

                List<Message> messages = new ArrayList<>();
                read(files().get(0), messages);
                int written = of(messages, "/arm/iteration").size();
                assertThat(session.session().stepCount() - written)
                        .as("of 50 a second")
                        .isLessThanOrEqualTo(50);
            }
        }
    }

    @Test
    void twoRunsOfOneScenarioGiveTheSameFile() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (VirtualSession<Observation, Tensor> session =
                    session(options(RecordingOptions.into(this.directory)))) {
                session.run(Duration.ofSeconds(3));
            }
        }

        assertThat(files()).hasSize(2);
        assertThat(Files.mismatch(files().get(0), files().get(1))).isEqualTo(-1);
    }

    @Test
    void clampedActionIsWrittenAsSelectedAndAsSent() throws IOException {
        SessionOptions options =
                options(RecordingOptions.into(this.directory))
                        .withLimits(LimitOptions.none().withMax(List.of(0.25f)));
        try (VirtualSession<Observation, Tensor> session = session(options)) {
            session.step(3);
        }

        List<Message> messages = read(files().get(0));
        assertThat(of(messages, "/arm/selected_action"))
                .hasSize(3)
                .containsOnly("{\"values\":[0.0,0.5]}");
        assertThat(of(messages, "/arm/action")).hasSize(3).containsOnly("{\"values\":[0.0,0.25]}");
        assertThat(of(messages, "/arm/iteration"))
                .filteredOn(json -> json.contains("\"clamped\":true"))
                .hasSize(3);
    }

    @Test
    void failureIsWrittenWithItsCauseItsObservationAndItsAction() throws IOException {
        try (VirtualSession<Observation, Tensor> session =
                session(options(RecordingOptions.into(this.directory)))
                        .with(
                                Fault.in(SessionPhase.ACT)
                                        .at(7)
                                        .throwing(() -> new IOException("unplugged")))) {
            session.run(Duration.ofSeconds(1));
        }

        List<Message> messages = read(files().get(0));
        assertThat(of(messages, "/arm/iteration")).hasSize(8);
        assertThat(of(messages, "/arm/iteration").get(7)).contains("\"complete\":false");
        assertThat(of(messages, "/arm/observation")).hasSize(8);
        assertThat(of(messages, "/arm/action")).hasSize(8);
        assertThat(of(messages, "/arm/event").get(1))
                .contains("\"type\":\"failed\"", "act of iteration 7", "IOException: unplugged");
    }

    @Test
    void blackBoxWritesNothingWhileAllIsWell() throws IOException {
        RecordingOptions recording =
                RecordingOptions.into(this.directory).withLast(Duration.ofSeconds(30));
        try (VirtualSession<Observation, Tensor> session = session(options(recording))) {
            session.run(Duration.ofMinutes(10));
            assertThat(session.session().recordingStatus().state())
                    .isEqualTo(RecordingStatus.State.STANDBY);
        }

        assertThat(files()).isEmpty();
    }

    @Test
    void requestWritesTheLastSecondsAndTheTwoThatFollow() throws IOException {
        RecordingOptions recording =
                RecordingOptions.into(this.directory).withLast(Duration.ofSeconds(30));
        try (VirtualSession<Observation, Tensor> session = session(options(recording))) {
            session.run(Duration.ofMinutes(10));
            session.session().saveRecording();
            session.run(Duration.ofMinutes(10));
            session.session().saveRecording();
            session.run(Duration.ofMinutes(1));
        }

        assertThat(files()).hasSize(2);
        for (Path file : files()) {
            assertThat(of(read(file), "/arm/iteration")).hasSizeBetween(1595, 1606);
        }
    }

    @Test
    void failureWritesTheLastSeconds() throws IOException {
        RecordingOptions recording =
                RecordingOptions.into(this.directory).withLast(Duration.ofSeconds(2));
        try (VirtualSession<Observation, Tensor> session =
                session(options(recording))
                        .with(Fault.in(SessionPhase.OBSERVE).at(5_000).stalling())) {
            session.run(Duration.ofMinutes(10));
        }

        List<Message> messages = read(files().get(0));
        assertThat(of(messages, "/arm/iteration"))
                .hasSize(102) // and the one that stalled
                .last()
                .asString()
                .contains("\"number\":5000,", "\"complete\":false");
        assertThat(of(messages, "/arm/event"))
                .anyMatch(json -> json.contains("\"type\":\"stalled\""))
                .last()
                .asString()
                .contains("\"type\":\"failed\"");
    }

    /** What a user may have: each kind of component. */
    record ArmState(
            float gripper,
            double battery,
            int mode,
            long ticks,
            boolean moving,
            String note,
            float[] angles,
            double[] torques,
            long[] counts,
            Tensor image) {}

    /** A class of the user, with public fields as in many drivers. */
    static final class ArmCommand {
        private final float[] targets = {1, 2};
    }

    private static <O, A> VirtualSession<O, A> session(
            O observation, A action, SessionOptions options) {
        return VirtualSession.of(
                new Robot<O, A>() {
                    @Override
                    public O observe() {
                        return observation;
                    }

                    @Override
                    public void act(A action) {}

                    @Override
                    public O reset() {
                        return observation;
                    }
                },
                any -> action,
                options);
    }

    @Test
    void recordOfNumbersNeedsNoCodecAndOtherTypesHaveOne() throws IOException {
        ArmState state =
                new ArmState(
                        0.1f,
                        0.1,
                        -3,
                        1L << 60,
                        true,
                        "a \"quoted\" \u00e9",
                        new float[] {1.5f, Float.NaN},
                        new double[] {Double.NEGATIVE_INFINITY},
                        new long[] {Long.MIN_VALUE},
                        Tensor.zeros(1, 2));
        Codec<ArmCommand> codec =
                new Codec<>() {
                    @Override
                    public void write(ArmCommand command, ValueWriter out) {
                        out.numbers("targets", command.targets);
                    }

                    @Override
                    public ArmCommand read(ValueReader in) {
                        return new ArmCommand();
                    }
                };
        RecordingOptions recording =
                RecordingOptions.into(this.directory).withCodec(ArmCommand.class, codec);
        try (VirtualSession<ArmState, ArmCommand> session =
                session(state, new ArmCommand(), options(recording))) {
            session.step(2);
            assertThat(session.session().recordingStatus().problem()).isNull();
        }

        List<Message> messages = read(files().get(0));
        assertThat(of(messages, "/arm/observation"))
                .hasSize(2)
                .containsOnly(
                        "{\"gripper\":0.1,\"battery\":0.1,\"mode\":-3,"
                                + "\"ticks\":1152921504606846976,\"moving\":true,"
                                + "\"note\":\"a \\\"quoted\\\" \u00e9\","
                                + "\"angles\":[1.5,\"NaN\"],\"torques\":[\"-Infinity\"],"
                                + "\"counts\":[-9223372036854775808],\"image\":[0.0,0.0]}");
        assertThat(of(messages, "/arm/action")).containsOnly("{\"targets\":[1.0,2.0]}");
    }

    @Test
    void typeWithoutCodecIsAProblemOfTheRecordingOnly() throws IOException {
        try (VirtualSession<Object, String> session =
                session(new Object(), "action", options(RecordingOptions.into(this.directory)))) {
            session.run(Duration.ofSeconds(2));

            assertThat(session.failure()).isNull();
            assertThat(session.session().recordingStatus().problem())
                    .matches("java.lang.(Object|String) is not recorded: it needs a codec, .*");
        }
        assertThat(of(read(files().get(0)), "/arm/iteration")).hasSize(100);
    }

    @Test
    void codecThatThrowsIsAProblemOfTheRecordingOnly() {
        Codec<String> broken =
                new Codec<>() {
                    @Override
                    public void write(String value, ValueWriter out) {
                        throw new IllegalStateException("broken");
                    }

                    @Override
                    public String read(ValueReader in) {
                        return "";
                    }
                };
        RecordingOptions recording =
                RecordingOptions.into(this.directory).withCodec(String.class, broken);
        try (VirtualSession<String, String> session = session("o", "a", options(recording))) {
            session.run(Duration.ofSeconds(2));

            assertThat(session.failure()).isNull();
            assertThat(session.session().recordingStatus().problem())
                    .isEqualTo(
                            "A codec or a value failed: java.lang.IllegalStateException: broken");
            assertThat(session.session().recordingStatus().dropped()).isEqualTo(100);
        }
    }

    @Test
    void valueWhoseFieldsChangeContinuesOnAnotherChannel() throws IOException {
        int[] length = {0};
        try (VirtualSession<float[], float[]> session =
                VirtualSession.of(
                        new Robot<float[], float[]>() {
                            @Override
                            public float[] observe() {
                                return new float[++length[0] / 3];
                            }

                            @Override
                            public void act(float[] action) {}

                            @Override
                            public float[] reset() {
                                return new float[0];
                            }
                        },
                        observation -> new float[] {1},
                        options(RecordingOptions.into(this.directory)))) {
            session.step(6);
        }

        assertThat(of(read(files().get(0)), "/arm/observation").subList(0, 6))
                .containsExactly(
                        "{\"values\":[]}",
                        "{\"values\":[]}",
                        "{\"values\":[0.0]}",
                        "{\"values\":[0.0]}",
                        "{\"values\":[0.0]}",
                        "{\"values\":[0.0,0.0]}");
    }

    /** The writer empties the ring ten times a second. */
    @Test
    void fullRingDropsAndShowsTheGap() throws IOException {
        RecordingOptions recording = RecordingOptions.into(this.directory).withRingBytes(65_536);
        SessionOptions fast = options(recording).withRateHz(10_000);
        try (VirtualSession<Observation, Tensor> session = session(fast)) {
            session.run(Duration.ofSeconds(2));
            session.session().stop();
            RecordingStatus status = session.session().recordingStatus();

            assertThat(status.dropped()).isPositive();
            assertThat(status.iterations() + status.dropped()).isEqualTo(20_000);
            List<Message> messages = read(files().get(0));
            List<String> iterations = of(messages, "/arm/iteration");
            assertThat(iterations).hasSize((int) status.iterations());
            long expected = 0;
            for (String json : iterations) {
                expected += number(json, "dropped_before");
                assertThat(number(json, "number")).isEqualTo(expected++);
            }
        }
    }

    private static long number(String json, String field) {
        Matcher matcher = Pattern.compile("\"" + field + "\":(\\d+)").matcher(json);
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    @Test
    void runContinuesInTheNextFile() throws IOException {
        RecordingOptions recording =
                RecordingOptions.into(this.directory)
                        .withFileLimits(1L << 20, Duration.ofSeconds(10));
        try (VirtualSession<Observation, Tensor> session = session(options(recording))) {
            session.run(Duration.ofSeconds(35));
        }

        assertThat(files()).hasSize(4);
        long iterations = 0;
        for (Path file : files()) {
            iterations += of(read(file), "/arm/iteration").size();
        }
        assertThat(iterations).isEqualTo(1750);
    }

    @Test
    void oldestFileIsDeletedOrNothingMoreIsWritten() throws IOException {
        RecordingOptions recording =
                RecordingOptions.into(this.directory)
                        .withFileLimits(1L << 20, Duration.ofDays(1))
                        .withDiskLimit(3L << 20, RecordingOptions.WhenFull.DELETE_OLDEST);
        try (VirtualSession<Observation, Tensor> session =
                session(options(recording).withRateHz(1000))) {
            session.run(Duration.ofSeconds(30));
            assertThat(session.session().recordingStatus().problem()).isNull();
        }
        assertThat(files()).hasSizeBetween(2, 4);
        assertThat(files().get(0).toString()).doesNotEndWith("-1.mcap");

        RecordingOptions stopping =
                recording.withDiskLimit(3L << 20, RecordingOptions.WhenFull.STOP);
        try (VirtualSession<Observation, Tensor> session =
                session(options(stopping).withName("other").withRateHz(1000))) {
            session.run(Duration.ofSeconds(30));
            assertThat(session.failure()).isNull();
            assertThat(session.session().recordingStatus().problem())
                    .contains("have reached their limit of 3145728 bytes");
            assertThat(session.session().recordingStatus().state())
                    .isEqualTo(RecordingStatus.State.FAILED);
        }
    }

    /** Not even for the moment until the next try finds that there is still no room. */
    @Test
    void nothingMoreIsWrittenAfterTheLimit() throws IOException {
        RecordingOptions recording =
                RecordingOptions.into(this.directory)
                        .withFileLimits(1L << 20, Duration.ofDays(1))
                        .withDiskLimit(3L << 20, RecordingOptions.WhenFull.STOP);
        try (VirtualSession<Observation, Tensor> session =
                session(options(recording).withRateHz(1000))) {
            session.run(Duration.ofSeconds(30));
            List<Path> atTheLimit = files();
            RecordingStatus before = session.session().recordingStatus();

            session.run(Duration.ofSeconds(30));

            RecordingStatus after = session.session().recordingStatus();
            assertThat(files()).isEqualTo(atTheLimit);
            assertThat(after.bytes()).isEqualTo(before.bytes());
            assertThat(after.dropped() - before.dropped()).isEqualTo(30_000);
            assertThat(after.state()).isEqualTo(RecordingStatus.State.FAILED);
        }
    }

    @Test
    void lastSecondsThatAreLongerThanAFileContinueInTheNext() throws IOException {
        RecordingOptions recording =
                RecordingOptions.into(this.directory)
                        .withLast(Duration.ofSeconds(30))
                        .withFileLimits(1L << 20, Duration.ofDays(1));
        try (VirtualSession<Observation, Tensor> session =
                session(options(recording).withRateHz(1000))) {
            session.run(Duration.ofSeconds(20));
            session.session().saveRecording();
            session.session().stop();

            assertThat(session.session().recordingStatus().iterations())
                    .isEqualTo(session.session().stepCount());
        }
        assertThat(files()).hasSizeGreaterThan(2);
        long iterations = 0;
        for (Path file : files()) {
            iterations += of(read(file), "/arm/iteration").size();
        }
        assertThat(iterations).isEqualTo(20_000);
    }

    @Test
    void directoryThatIsRemovedIsMadeAgain() throws IOException {
        Path inner = this.directory.resolve("inner");
        try (VirtualSession<Observation, Tensor> session =
                session(options(RecordingOptions.into(inner)))) {
            session.run(Duration.ofSeconds(3));
            for (Path file : Files.list(inner).toList()) {
                Files.delete(file);
            }
            Files.delete(inner);
            session.run(Duration.ofSeconds(2));
            assertThat(session.session().recordingStatus().problem())
                    .contains("The file was deleted");
            assertThat(session.failure()).isNull();

            session.run(Duration.ofSeconds(10));
            assertThat(session.session().recordingStatus().problem()).isNull();
        }
        assertThat(Files.list(inner)).hasSize(1);
    }

    @Test
    void directoryThatCannotBeUsedIsAProblemOfTheRecordingOnly() throws IOException {
        Path file = Files.createFile(this.directory.resolve("file"));
        try (VirtualSession<Observation, Tensor> session =
                session(options(RecordingOptions.into(file)))) {
            session.run(Duration.ofSeconds(20));

            assertThat(session.failure()).isNull();
            assertThat(session.actions()).hasSize(1000);
            assertThat(session.session().recordingStatus().problem())
                    .contains("FileAlreadyExistsException");
            session.session().stop();
            assertThat(session.session().recordingStatus().dropped())
                    .isEqualTo(session.session().stepCount());
        }
    }

    /** Of a user, who sets no maximum age, so that only the recorder asks for the timestamp. */
    record WithoutTimestamp(float angle) implements Timestamped {

        @Override
        public boolean hasTimestamp() {
            throw new IllegalStateException("no timestamp");
        }

        @Override
        public long timestampNanos() {
            throw new IllegalStateException("no timestamp");
        }
    }

    @Test
    void timestampThatThrowsIsAProblemOfTheRecordingOnly() {
        try (VirtualSession<WithoutTimestamp, String> session =
                session(
                        new WithoutTimestamp(1),
                        "a",
                        options(RecordingOptions.into(this.directory)))) {
            session.run(Duration.ofSeconds(2));

            assertThat(session.failure()).isNull();
            assertThat(session.session().recordingStatus().problem()).contains("no timestamp");
            assertThat(session.session().recordingStatus().dropped()).isEqualTo(100);
        }
    }

    record Stamped(long timestampNanos) implements Timestamped {

        @Override
        public boolean hasTimestamp() {
            return true;
        }
    }

    @Test
    void timestampOfAnotherClockIsRecordedAsItIs() throws IOException {
        for (long timestamp : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
            Path inner = Files.createDirectory(this.directory.resolve("at" + timestamp));
            try (VirtualSession<Stamped, String> session =
                    session(new Stamped(timestamp), "a", options(RecordingOptions.into(inner)))) {
                session.run(Duration.ofSeconds(1));
                session.session().stop();
                assertThat(session.session().recordingStatus().dropped()).isZero();
            }

            assertThat(Recorded.onlyIn(inner).numbers()).hasSizeGreaterThanOrEqualTo(50);
        }
    }

    /** Such as one that parks the arm first. */
    @Test
    void robotThatStopsSlowlyCostsNoneOfTheLastSeconds() throws IOException {
        RecordingOptions recording =
                RecordingOptions.into(this.directory).withLast(Duration.ofSeconds(2));
        try (VirtualSession<Observation, Tensor> session =
                session(options(recording))
                        .with(
                                Fault.in(SessionPhase.OBSERVE)
                                        .at(500)
                                        .throwing(() -> new IOException("unplugged")),
                                Fault.in(SessionPhase.STOP)
                                        .at(0)
                                        .taking(Duration.ofMillis(1900)))) {
            session.run(Duration.ofSeconds(30));
        }

        assertThat(Recorded.onlyIn(this.directory).numbers()).hasSize(101).endsWith(499L, 500L);
    }
}
