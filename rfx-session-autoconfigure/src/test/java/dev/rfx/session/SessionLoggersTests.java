package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.rfx.session.test.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Each topic of the log has a logger of its own, as the table of the docs says. */
class SessionLoggersTests {

    private static final String LIFECYCLE = "dev.rfx.session.lifecycle";
    private static final String TIMING = "dev.rfx.session.timing";
    private static final String INCIDENTS = "dev.rfx.session.incidents";

    private final VirtualClock clock = new VirtualClock();
    private volatile int calls;
    private volatile boolean released;
    private final List<ILoggingEvent> log = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    SessionLoggersTests.this.log.add(event);
                }
            };

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    @BeforeEach
    void listen() {
        this.appender.start();
        logger("dev.rfx.session").addAppender(this.appender);
        logger("dev.rfx.session").setLevel(Level.INFO);
    }

    @AfterEach
    void stopListening() {
        logger("dev.rfx.session").detachAppender(this.appender);
        logger("dev.rfx.session").setLevel(null);
        for (String name : List.of(LIFECYCLE, TIMING, INCIDENTS)) {
            logger(name).setLevel(null);
        }
        this.clock.close();
    }

    /** A run that fails and restarts, and then stalls and is stuck; and one that ends well. */
    private void runs() {
        Session session =
                this.clock.session(
                        new Counting(),
                        observation -> {
                            this.calls++;
                            this.clock.advance(Duration.ofMillis(30));
                            if (this.calls == 3) {
                                throw new IllegalStateException("unplugged");
                            }
                            if (this.calls == 6) {
                                this.clock.await(() -> this.released, Duration.ofDays(1));
                            }
                            return "action";
                        },
                        SessionOptions.defaults()
                                .withName("logged")
                                .withWarmup(Duration.ZERO)
                                .withRestart(RestartOptions.none().withMaxAttempts(1)));
        session.start();
        this.clock.advance(Duration.ofSeconds(10));
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);
        this.released = true;
        this.clock.advance(Duration.ofSeconds(10));
        session.run(Duration.ofMillis(100));
    }

    /** {@return level and first words of the lines of a logger, each once} */
    private Set<String> linesOf(String logger) {
        return this.log.stream()
                .filter(event -> event.getLoggerName().equals(logger))
                .map(event -> event.getLevel() + " " + firstWords(event.getFormattedMessage()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String firstWords(String line) {
        String words = line.replaceFirst("^Session 'logged' ", "");
        return words.substring(0, Math.min(16, words.length()));
    }

    @Test
    void eachLineComesFromTheLoggerOfItsTopic() {
        runs();

        assertThat(linesOf(LIFECYCLE))
                .containsExactlyInAnyOrder(
                        "INFO started at 50.0 ",
                        "INFO stopped: 4 itera",
                        "WARN The first action",
                        "WARN restarts in 1000",
                        "ERROR Control loop of ",
                        "ERROR failed: Control ",
                        "ERROR is stuck: its co");
        assertThat(linesOf(TIMING)).containsExactly("WARN was late after i");
        assertThat(linesOf(INCIDENTS)).containsExactly("WARN has new incident");
        assertThat(this.log)
                .extracting(ILoggingEvent::getLoggerName)
                .containsOnly(LIFECYCLE, TIMING, INCIDENTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {LIFECYCLE, TIMING, INCIDENTS})
    void loggerThatIsOffLeavesTheOthers(String off) {
        logger(off).setLevel(Level.OFF);

        runs();

        for (String name : List.of(LIFECYCLE, TIMING, INCIDENTS)) {
            if (name.equals(off)) {
                assertThat(linesOf(name)).as(name).isEmpty();
            } else {
                assertThat(linesOf(name)).as(name).isNotEmpty();
            }
        }
    }

    /** Each of its actions is an incident. */
    private static final class Counting implements Robot<String, String> {

        private volatile int actions;

        @Override
        public String reset() {
            return "observation";
        }

        @Override
        public String observe() {
            return "observation";
        }

        @Override
        public void act(String action) {
            this.actions++;
        }

        @Override
        public List<RobotReading> readings() {
            return List.of(RobotReading.incidents("clamps", "0", this.actions));
        }
    }
}
