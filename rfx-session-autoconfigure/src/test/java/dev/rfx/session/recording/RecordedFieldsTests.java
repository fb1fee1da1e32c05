package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.Tensor;
import dev.rfx.session.recording.mcap.McapChannel;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.support.JsonObject;
import dev.rfx.session.test.Fault;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each field of the documentation is in the file, with its value. */
@Timeout(60)
class RecordedFieldsTests {

    private static final String FLAGS =
            "\"overrun\":%s,\"late_wakeup\":%s,\"stale\":%s,\"clamped\":%s,"
                    + "\"engaging\":false,\"complete\":true,\"dropped_before\":0}";

    @TempDir private Path directory;

    private Recorded record(
            SessionOptions options, VirtualClock clock, int iterations, Fault... faults)
            throws IOException {
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                                new MockRobot(2, 50, clock::nanoTime),
                                any -> Tensor.of(0, 0.5f),
                                options.withWarmup(Duration.ZERO)
                                        .withRecording(RecordingOptions.into(this.directory)),
                                clock)
                        .with(faults)) {
            session.step(iterations);
        }
        return Recorded.onlyIn(this.directory);
    }

    private Recorded record(SessionOptions options, int iterations, Fault... faults)
            throws IOException {
        return record(options, new VirtualClock(), iterations, faults);
    }

    private static SessionOptions options() {
        return SessionOptions.defaults()
                .withName("arm")
                .withEngage(EngageOptions.defaults().withEnabled(false));
    }

    private static Fault taking(SessionPhase phase, long iteration, int millis) {
        return Fault.in(phase).at(iteration).taking(Duration.ofMillis(millis));
    }

    @Test
    void iterationHasItsTimes() throws IOException {
        Recorded file =
                record(
                        options(),
                        3,
                        taking(SessionPhase.OBSERVE, 1, 1),
                        taking(SessionPhase.POLICY, 1, 2),
                        taking(SessionPhase.ACT, 1, 3));

        assertThat(file.of("iteration").get(1))
                .startsWith(
                        "{\"number\":1,\"start\":20000000,\"lateness\":0,\"observe\":1000000,"
                                + "\"policy\":2000000,\"act\":3000000,\"timestamp\":");
    }

    @Test
    void messagesOfAnIterationHaveItsNumberAndTheInstantsOfItsPhases() throws IOException {
        Recorded file =
                record(
                        options(),
                        3,
                        taking(SessionPhase.OBSERVE, 1, 1),
                        taking(SessionPhase.POLICY, 1, 2));

        long begin = file.messages().stream().mapToLong(Recorded.Message::logTime).min().orElse(0);
        assertThat(file.messages())
                .filteredOn(message -> message.sequence() == 1)
                .filteredOn(message -> !message.topic().endsWith("event"))
                .extracting(Recorded.Message::topic, message -> message.logTime() - begin)
                .containsExactly(
                        tuple("/arm/observation", 21_000_000L),
                        tuple("/arm/action", 23_000_000L),
                        tuple("/arm/iteration", 20_000_000L));
    }

    @Test
    void observationIsPublishedAtItsTimestamp() throws IOException {
        Recorded file =
                record(options(), 3, Fault.in(SessionPhase.OBSERVE).from(1).freezingTheTimestamp());

        assertThat(Recorded.number(file.of("iteration").get(2), "timestamp"))
                .isEqualTo(Recorded.number(file.of("iteration").get(1), "timestamp"));
        assertThat(file.messages())
                .filteredOn(message -> message.topic().endsWith("observation"))
                .filteredOn(message -> message.sequence() == 2)
                .allMatch(message -> message.publishTime() < message.logTime());
    }

    @Test
    void overrunIsFlaggedAndTheNextIterationBeginsLate() throws IOException {
        Recorded file = record(options(), 4, taking(SessionPhase.ACT, 1, 30));

        assertThat(file.of("iteration").get(1))
                .endsWith(FLAGS.formatted(true, false, false, false));
        assertThat(file.of("iteration").get(2))
                .contains("\"start\":50000000,\"lateness\":0")
                .endsWith(FLAGS.formatted(false, false, false, false));
    }

    @Test
    void lateWakeupIsFlaggedWithItsLateness() throws IOException {
        VirtualClock clock = new VirtualClock();
        int[] sleeps = {0};
        clock.oversleeping(() -> ++sleeps[0] == 20 ? 25_000_000 : 0);

        Recorded file = record(options(), clock, 30);

        assertThat(file.of("iteration"))
                .filteredOn(json -> json.contains("\"late_wakeup\":true"))
                .hasSize(1)
                .allMatch(json -> Recorded.number(json, "lateness") > 20_000_000);
    }

    @Test
    void staleObservationIsFlaggedAndNothingIsSent() throws IOException {
        Recorded file =
                record(
                        options().withMaxObservationAge(Duration.ofMillis(30)),
                        6,
                        Fault.in(SessionPhase.OBSERVE).from(2).freezingTheTimestamp(),
                        taking(SessionPhase.POLICY, 3, 15));

        assertThat(file.of("iteration").get(3))
                .endsWith(FLAGS.formatted(false, false, true, false));
        assertThat(file.messages())
                .filteredOn(message -> message.sequence() == 3)
                .extracting(Recorded.Message::topic)
                .containsExactly("/arm/observation", "/arm/selected_action", "/arm/iteration");
    }

    @Test
    void clampedActionIsFlagged() throws IOException {
        Recorded file =
                record(options().withLimits(LimitOptions.none().withMax(List.of(0.25f))), 2);

        assertThat(file.of("iteration").get(0))
                .endsWith(FLAGS.formatted(false, false, false, true));
        assertThat(file.of("selected_action").get(0)).isEqualTo("{\"values\":[0.0,0.5]}");
        assertThat(file.of("action").get(0)).isEqualTo("{\"values\":[0.0,0.25]}");
    }

    @Test
    void metadataSayWhatWasRecordedWhereAndHow() throws IOException {
        SessionOptions options = options().withRateHz(100);

        Recorded file = record(options, 2);

        assertThat(file.library()).startsWith("rfx-session ");
        assertThat(file.metadata())
                .containsOnlyKeys(
                        "format", "library", "session", "start", "clock", "run", "rate_hz",
                        "options", "java", "os")
                .containsEntry("format", "1")
                .containsEntry("library", file.library())
                .containsEntry("session", "arm")
                .containsEntry("start", "2000-01-01T00:00:00Z")
                .containsEntry("run", "1")
                .containsEntry("rate_hz", "100.0");
        assertThat(file.metadata().get("options"))
                .contains("arm, 100.0, PT0S")
                .contains(this.directory.toString());
        assertThat(file.metadata().get("java")).contains(Runtime.version().toString());
        assertThat(file.metadata().get("os"))
                .contains(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    @Test
    void channelsHaveASchemaOfTheirMessages() throws IOException {
        Recorded file = record(options(), 2);

        assertThat(file.channels())
                .extracting(McapChannel::topic)
                .containsExactlyInAnyOrder(
                        "/arm/observation", "/arm/action", "/arm/iteration", "/arm/event");
        for (McapChannel channel : file.channels()) {
            assertThat(channel.messageEncoding()).isEqualTo("json");
            assertThat(channel.schema().encoding()).isEqualTo("jsonschema");
            assertThat(channel.schema().name())
                    .isEqualTo(
                            "rfx.session"
                                    + channel.topic().substring("/arm".length()).replace('/', '.'));
            String schema = new String(channel.schema().data(), StandardCharsets.UTF_8);
            assertThat(schema)
                    .startsWith("{\"$schema\":\"http://json-schema.org/draft-07/schema#\"")
                    .contains("\"type\":\"object\",\"properties\":{");
            String topic = channel.topic().substring("/arm/".length());
            JsonObject.parse(file.of(topic).get(0))
                    .forEach(
                            (name, value) ->
                                    assertThat(schema)
                                            .contains("\"" + name + "\":" + typeOf(value)));
        }
    }

    private static String typeOf(Object value) {
        return value instanceof List ? "{\"type\":\"array\"" : "{\"type\":\"";
    }

    @Test
    void channelOfAValueHasTheTypesOfItsFields() throws IOException {
        Recorded file = record(options(), 2);

        assertThat(file.channels())
                .filteredOn(channel -> channel.topic().endsWith("observation"))
                .singleElement()
                .satisfies(
                        channel ->
                                assertThat(channel.metadata())
                                        .containsEntry("type", Observation.class.getName())
                                        .containsEntry("field.state", "float32[4]"));
    }

    @Test
    void topicsAreNamesOfRos() throws IOException {
        Recorded file = record(options().withName("7 arms-left"), 2);

        assertThat(file.channels())
                .allMatch(channel -> channel.topic().startsWith("/_7_arms_left/"));
        assertThat(file.metadata()).containsEntry("session", "7 arms-left");
        assertThat(file.path().getFileName().toString()).startsWith("7_arms-left-");
    }
}
