package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.timing.IterationRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The record of the last iterations, and their log lines. */
class SessionRecordTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withName("recorded")
                    .withWarmup(Duration.ZERO)
                    .withSpinWindow(Duration.ZERO);
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("dev.rfx.session");

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> log =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    SessionRecordTests.this.lines.add(event.getFormattedMessage());
                }
            };

    @BeforeEach
    void listen() {
        this.log.start();
        LOGGER.addAppender(this.log);
        LOGGER.setLevel(Level.INFO);
    }

    @AfterEach
    void stopListening() {
        LOGGER.detachAppender(this.log);
        LOGGER.setLevel(null);
        this.clock.close();
    }

    private void pass(long millis) {
        this.clock.advance(Duration.ofMillis(millis));
    }

    private List<String> logged(String text) {
        return this.lines.stream()
                .filter(line -> line.startsWith("Session 'recorded'") && line.contains(text))
                .toList();
    }

    private Session session() {
        this.robot.onObserve(() -> pass(1));
        this.robot.onAct(() -> pass(3));
        return this.clock.session(
                this.robot,
                observation -> {
                    pass(2);
                    return "action";
                },
                OPTIONS);
    }

    private SessionException failIn(Session session, int iteration) {
        this.robot.onObserve(
                () -> {
                    pass(1);
                    if (this.robot.observes.get() == iteration + 1) {
                        throw new IllegalStateException("unplugged");
                    }
                });
        return catchThrowableOfType(SessionException.class, session::run);
    }

    @Test
    void failureCarriesTheLast64Iterations() {
        SessionException failure = failIn(session(), 100);

        List<IterationRecord> recent = failure.recentIterations();
        assertThat(recent).hasSize(64);
        for (int i = 0; i < 64; i++) {
            assertThat(recent.get(i))
                    .isEqualTo(
                            new IterationRecord(
                                    36 + i,
                                    Duration.ofMillis(20 * (36 + i)),
                                    Duration.ZERO,
                                    Duration.ofMillis(1),
                                    Duration.ofMillis(2),
                                    Duration.ofMillis(3),
                                    false,
                                    false,
                                    false,
                                    Duration.ZERO));
        }
    }

    @Test
    void failureOfTheFirstIterationCarriesNone() {
        assertThat(failIn(session(), 0).recentIterations()).isEmpty();
    }

    @Test
    void failureCanBeSerializedWithoutItsIterations() throws Exception {
        SessionException failure = failIn(session(), 3);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(failure);
        }

        Object copy;
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            copy = in.readObject();
        }

        assertThat(copy)
                .isInstanceOfSatisfying(
                        SessionException.class,
                        read -> {
                            assertThat(read).hasMessage(failure.getMessage());
                            assertThat(read.iteration()).isEqualTo(3);
                            assertThat(read.recentIterations()).isEmpty();
                        });
    }

    @Test
    void overrunIsExplainedByItsLongestPhaseAndLatenessByTheLateWakeup() {
        Session session = session();
        this.clock.oversleeping(() -> this.robot.acts.get() == 4 ? 17_000_000 : 0);
        this.robot.onAct(() -> pass(this.robot.acts.get() == 2 ? 25 : 3));

        session.run(Duration.ofMillis(131));

        assertThat(session.recentIterations())
                .extracting(IterationRecord::cause)
                .containsExactly(
                        null, "act took 25.000 ms", null, null, "woke 17.000 ms late", null);
        assertThat(session.totals().overruns()).isEqualTo(1);
        assertThat(session.totals().lateWakeups()).isEqualTo(1);
    }

    @Test
    void logOfAFailureShowsTheLastIterationsAndTheLateOnesBefore() {
        Session session = session();
        this.robot.onAct(() -> pass(this.robot.acts.get() == 5 ? 25 : 3));

        failIn(session, 40);

        List<String> lines = logged("failed").get(0).lines().toList();
        assertThat(lines)
                .anyMatch(
                        line ->
                                line.contains(
                                        "the last 10, and all late or stale ones of the last 40"))
                .anyMatch(line -> line.matches(" +4 .* 25\\.000  act took 25\\.000 ms"))
                .anyMatch(line -> line.matches(" +39 .* 1\\.000 +2\\.000 +3\\.000"))
                .noneMatch(line -> line.matches(" +29 .*"));
        assertThat(lines).hasSize(3 + 11);
    }

    @Test
    void burstOfOverrunsIsLoggedOncePerSecondWithTheSuppressedCount() {
        int[] lines = new int[1];
        Session session =
                this.clock.session(
                        this.robot,
                        observation -> {
                            pass(30);
                            return "action";
                        },
                        OPTIONS);
        session.addListener(
                new SessionListener() {
                    @Override
                    public void stopped(SessionView session) {
                        lines[0] = logged("was late").size();
                    }
                });

        session.run(Duration.ofMillis(30 * 100));

        assertThat(session.stats().overruns()).isEqualTo(100);
        List<String> late = logged("was late");
        assertThat(late)
                .extracting(
                        line ->
                                line.replaceAll(
                                        ".* (iteration \\d+): .*; (\\d+ more) .*", "$1, $2"))
                .as("an inspection each 50 ms; nothing is lost")
                .containsExactly(
                        "iteration 0, 0 more",
                        "iteration 33, 32 more",
                        "iteration 67, 33 more",
                        "iteration 99, 31 more");
        assertThat(late.get(0))
                .isEqualTo(
                        "Session 'recorded' was late after iteration 0: policy took 30.000 ms"
                                + " (observe 0.000, policy 30.000, act 0.000 ms of a period of"
                                + " 20.000 ms); 0 more since the last such line");
        assertThat(lines[0]).as("before the end is reported").isEqualTo(late.size());
    }

    @Test
    void incidentsOfTheRobotAreLoggedOncePerSecondWithTheirNumber() {
        long[] incidents = {40, 0};
        Robot<String, String> counting =
                new Robot<>() {
                    @Override
                    public String observe() {
                        return "observation";
                    }

                    @Override
                    public void act(String action) {
                        incidents[0] += 2;
                        incidents[1] += incidents[0] < 100 ? 1 : 0;
                    }

                    @Override
                    public String reset() {
                        return "observation";
                    }

                    @Override
                    public List<RobotReading> readings() {
                        return List.of(
                                RobotReading.incidents("clamps", "0", incidents[0]),
                                RobotReading.incidents("retries", null, incidents[1]),
                                RobotReading.count("cycles", null, incidents[0]),
                                RobotReading.value("voltage", "1", 12));
                    }
                };
        Session session = this.clock.session(counting, observation -> "action", OPTIONS);

        session.run(Duration.ofMillis(20 * 90));
        session.stop();

        assertThat(logged("new incidents"))
                .extracting(
                        line ->
                                line.replace(
                                        "Session 'recorded' has new incidents of its robot: ", ""))
                .as("an inspection each 50 ms; nothing is lost")
                .containsExactly(
                        "clamps of joint 0 +6 (46 in total), retries +3 (3 in total)",
                        "clamps of joint 0 +100 (146 in total), retries +26 (29 in total)",
                        "clamps of joint 0 +74 (220 in total)");
        assertThat(logged("cycles")).isEmpty();
        assertThat(logged("voltage")).isEmpty();
    }
}
