package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.rfx.session.testkit.FakeClock;
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
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(Session.class);
    private static final long MILLISECOND = 1_000_000;

    private final FakeClock clock = new FakeClock();
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
    }

    private List<String> logged(String text) {
        return this.lines.stream()
                .filter(line -> line.startsWith("Session 'recorded'") && line.contains(text))
                .toList();
    }

    private Session session() {
        this.robot.onObserve(() -> this.clock.advance(MILLISECOND));
        this.robot.onAct(() -> this.clock.advance(3 * MILLISECOND));
        return new Session(
                this.robot,
                observation -> {
                    this.clock.advance(2 * MILLISECOND);
                    return "action";
                },
                OPTIONS,
                this.clock.platform());
    }

    private SessionException failIn(Session session, int iteration) {
        this.robot.onObserve(
                () -> {
                    this.clock.advance(MILLISECOND);
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
        this.clock.oversleeping(() -> this.robot.acts.get() == 4 ? 17 * MILLISECOND : 0);
        this.robot.onAct(
                () -> this.clock.advance((this.robot.acts.get() == 2 ? 25 : 3) * MILLISECOND));

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
        this.robot.onAct(
                () -> this.clock.advance((this.robot.acts.get() == 5 ? 25 : 3) * MILLISECOND));

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
    void burstOfOverrunsIsLoggedOncePerSecondWithTheSuppressedCount() throws Exception {
        int[] lines = new int[1];
        // Iteration 1, at 60 ms, sees the first report; then one is due every 34 iterations.
        Session session =
                new Session(
                        this.robot,
                        observation -> {
                            this.clock.advance(30 * MILLISECOND);
                            this.clock.inspect();
                            int iteration = this.robot.acts.get();
                            while (iteration > 0
                                    && logged("was late").size() < 1 + (iteration - 1) / 34) {
                                this.clock.inspect(); // the last report may just be at its end
                            }
                            return "action";
                        },
                        OPTIONS,
                        this.clock.platform());
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
        assertThat(late).hasSize(4);
        assertThat(late.get(0))
                .isEqualTo(
                        "Session 'recorded' was late after iteration 0: policy took 30.000 ms"
                                + " (observe 0.000, policy 30.000, act 0.000 ms of a period of"
                                + " 20.000 ms); 0 more since the last such line");
        int suppressed =
                late.stream()
                        .mapToInt(
                                line ->
                                        Integer.parseInt(
                                                line.replaceAll(".*; (\\d+) more.*", "$1")))
                        .sum();
        assertThat(late.size() + suppressed).as("nothing is lost").isEqualTo(100);
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
        Session session =
                new Session(
                        counting,
                        observation -> {
                            this.clock.inspect();
                            return "action";
                        },
                        OPTIONS,
                        this.clock.platform());

        session.run(Duration.ofMillis(20 * 90));
        session.stop();

        assertThat(logged("clamps").size()).as("in 1.8 s").isBetween(1, 3);
        assertThat(logged("clamps").get(logged("clamps").size() - 1))
                .matches(
                        "Session 'recorded' has new incidents of its robot: clamps of joint 0"
                                + " \\+\\d+ \\(220 in total\\).*");
        long reported =
                logged("clamps").stream()
                        .mapToLong(
                                line ->
                                        Long.parseLong(
                                                line.replaceAll(".*joint 0 \\+(\\d+) .*", "$1")))
                        .sum();
        assertThat(reported).as("since the run began").isEqualTo(180);
        assertThat(logged("cycles")).isEmpty();
        assertThat(logged("voltage")).isEmpty();
    }
}
