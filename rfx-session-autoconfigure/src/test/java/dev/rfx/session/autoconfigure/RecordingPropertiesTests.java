package dev.rfx.session.autoconfigure;

import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.recording.Codec;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.recording.RecordingOptions.WhenFull;
import dev.rfx.session.recording.ValueReader;
import dev.rfx.session.recording.ValueWriter;
import dev.rfx.session.recording.mcap.McapReader;
import dev.rfx.session.testkit.ScriptedRobot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application whose session is recorded. */
@Timeout(60)
class RecordingPropertiesTests {

    @TempDir private Path directory;

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withPropertyValues("rfx.session.warmup=0", "rfx.session.record.enabled=true")
                    .withConfiguration(
                            AutoConfigurations.of(
                                    SessionAutoConfiguration.class,
                                    SessionLifecycleAutoConfiguration.class));

    private ApplicationContextRunner runner(Class<?> application, String... properties) {
        return this.runner
                .withUserConfiguration(application)
                .withPropertyValues("rfx.session.record.directory=" + this.directory)
                .withPropertyValues(properties);
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(this.directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    /** The messages of a topic, in a file that is complete. */
    private List<String> messages(String topic) throws IOException {
        List<String> messages = new ArrayList<>();
        try (McapReader reader = McapReader.open(file())) {
            McapReader.Item item = reader.next();
            while (item != McapReader.Item.END) {
                if (item == McapReader.Item.MESSAGE
                        && reader.channel().topic().equals("/rfx_session/" + topic)) {
                    messages.add(StandardCharsets.UTF_8.decode(reader.data()).toString());
                }
                item = reader.next();
            }
            assertThat(reader.truncatedAt()).as("the file is closed").isEmpty();
        }
        return messages;
    }

    @Test
    void everyIterationIsInTheFileThatTheEndOfTheContextCloses() throws IOException {
        long[] steps = new long[1];
        runner(TestBeans.class)
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            awaitIterations(session, 3);
                            context.close();
                            steps[0] = session.stepCount();
                        });

        assertThat(messages("iteration")).hasSize((int) steps[0]);
        assertThat(messages("event"))
                .hasSize(2)
                .satisfies(
                        events -> assertThat(events.get(0)).contains("\"type\":\"started\""),
                        events -> assertThat(events.get(1)).contains("\"type\":\"stopped\""));
        assertThat(file().getFileName().toString()).matches("rfx-session-\\w+\\.\\w+-1\\.mcap");
    }

    @Test
    void withLastNothingIsWrittenWhileAllIsWell() {
        runner(TestBeans.class, "rfx.session.record.last=30s")
                .run(context -> awaitIterations(context.getBean(Session.class), 3));

        assertThat(this.directory).isEmptyDirectory();
    }

    @Test
    void withLastAFailureWritesWhatCameBefore() throws IOException {
        long[] steps = new long[1];
        runner(TestBeans.class, "rfx.session.record.last=30s")
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            awaitIterations(session, 3);
                            context.getBean(ScriptedRobot.class)
                                    .onAct(
                                            () -> {
                                                throw new IOException("unplugged");
                                            });
                            session.awaitStopped(Duration.ofMinutes(1));
                            steps[0] = session.stepCount();
                        });

        assertThat(messages("iteration")).hasSize((int) steps[0] + 1);
        assertThat(messages("event")).last().asString().contains("failed", "unplugged");
    }

    @Test
    void nothingIsRecordedByDefault() {
        runner(TestBeans.class, "rfx.session.record.enabled=false")
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            awaitIterations(session, 3);
                            assertThat(session.recordingStatus()).isNull();
                        });

        assertThat(this.directory).isEmptyDirectory();
    }

    private static RecordingOptions recordingOf(SessionOptions options) {
        return (RecordingOptions) options.recording();
    }

    @Test
    void defaultsAreThoseOfTheOptions() {
        this.runner.run(
                context ->
                        assertThat(recordingOf(context.getBean(SessionOptions.class)))
                                .isEqualTo(RecordingOptions.into(Path.of("./recordings"))));
    }

    @Test
    void propertiesReachTheOptions() {
        this.runner
                .withPropertyValues(
                        "rfx.session.record.directory=/var/recordings",
                        "rfx.session.record.file-name={start}_{part}.mcap",
                        "rfx.session.record.last=5m",
                        "rfx.session.record.ring-size=1MB",
                        "rfx.session.record.max-file-size=20GB",
                        "rfx.session.record.max-file-age=1d",
                        "rfx.session.record.max-disk=30GB",
                        "rfx.session.record.when-full=stop")
                .run(
                        context ->
                                assertThat(recordingOf(context.getBean(SessionOptions.class)))
                                        .isEqualTo(
                                                RecordingOptions.into(Path.of("/var/recordings"))
                                                        .withFileName("{start}_{part}.mcap")
                                                        .withLast(Duration.ofMinutes(5))
                                                        .withRingBytes(1 << 20)
                                                        .withDiskLimit(30L << 30, WhenFull.STOP)
                                                        .withFileLimits(
                                                                20L << 30, Duration.ofDays(1))));
    }

    /** A directory of that name is on the class path of every Spring Boot application. */
    @Test
    void directoryIsNotLookedUpOnTheClassPath() {
        this.runner
                .withPropertyValues("rfx.session.record.directory=META-INF")
                .run(
                        context ->
                                assertThat(
                                                recordingOf(context.getBean(SessionOptions.class))
                                                        .directory())
                                        .isEqualTo(Path.of("META-INF")));
    }

    @Test
    void codecBeansRecordTypesOfTheApplication() throws IOException {
        runner(OwnTypes.class)
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            awaitIterations(session, 3);
                            assertThat(session.recordingStatus().problem()).isNull();
                            assertThat(
                                            recordingOf(context.getBean(SessionOptions.class))
                                                    .codecs()
                                                    .keySet())
                                    .isEqualTo(Set.of(ArmState.class, ArmCommand.class));
                        });

        assertThat(messages("observation")).contains("{\"angle\":1.5}");
        assertThat(messages("action")).contains("{\"speed\":2.5}");
    }

    @Test
    void codecBeanOfAnUnknownTypeIsRefused() {
        runner(UnknownType.class)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .isInstanceOf(ConfigurationException.class)
                                        .hasMessageContaining(
                                                "The Codec bean 'codec' does not declare the type"
                                                        + " of its values"));
    }

    @Test
    void codecBeansAreNotCreatedIfNothingIsRecorded() {
        runner(UnknownType.class, "rfx.session.record.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    /** Neither a record nor a type of the starter. */
    static final class ArmState {

        private final float angle;

        ArmState(float angle) {
            this.angle = angle;
        }
    }

    static final class ArmCommand {

        private final float speed;

        ArmCommand(float speed) {
            this.speed = speed;
        }
    }

    static final class ArmStateCodec implements Codec<ArmState> {

        @Override
        public void write(ArmState state, ValueWriter out) {
            out.number("angle", state.angle);
        }

        @Override
        public ArmState read(ValueReader in) {
            return new ArmState((float) in.number("angle"));
        }
    }

    /** Its class does not say for which type it is, only the bean method does. */
    static final class SpeedCodec<T> implements Codec<T> {

        private final ToDoubleFunction<T> speed;

        SpeedCodec(ToDoubleFunction<T> speed) {
            this.speed = speed;
        }

        @Override
        public void write(T value, ValueWriter out) {
            out.number("speed", this.speed.applyAsDouble(value));
        }

        @Override
        public T read(ValueReader in) {
            throw new UnsupportedOperationException();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTypes {

        @Bean
        Robot<ArmState, ArmCommand> robot() {
            return new Robot<>() {
                @Override
                public ArmState observe() {
                    return new ArmState(1.5f);
                }

                @Override
                public void act(ArmCommand action) {}

                @Override
                public ArmState reset() {
                    return observe();
                }
            };
        }

        @Bean
        Policy<ArmState, ArmCommand> policy() {
            ArmCommand command = new ArmCommand(2.5f);
            return state -> command;
        }

        @Bean
        ArmStateCodec stateCodec() {
            return new ArmStateCodec();
        }

        @Bean
        Codec<ArmCommand> commandCodec() {
            return new SpeedCodec<>(command -> command.speed);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class UnknownType {

        @Bean
        Codec<?> codec() {
            return new SpeedCodec<>(value -> 0);
        }
    }
}
