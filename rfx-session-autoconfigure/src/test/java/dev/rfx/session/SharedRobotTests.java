package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One robot has one session at a time. */
class SharedRobotTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO);

    /** Allows one restart, after a second. */
    private static final RestartPolicy RESTART =
            new RestartPolicy() {
                @Override
                public Duration delayAfter(SessionException failure) {
                    return Duration.ofSeconds(1);
                }

                @Override
                public int attempts() {
                    return 1;
                }

                @Override
                public int maxAttempts() {
                    return 1;
                }
            };

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final Session first = session("first");
    private final Session second = session("second");

    private Session session(String name) {
        return this.clock.session(this.robot, observation -> "action", OPTIONS.withName(name));
    }

    @AfterEach
    void close() {
        this.clock.close();
    }

    private void failInAct() {
        this.robot.onAct(
                () -> {
                    throw new IllegalStateException("boom");
                });
    }

    @Test
    void secondSessionIsRefusedWhileTheFirstRuns() {
        this.first.start();

        assertThatExceptionOfType(RobotInUseException.class)
                .isThrownBy(this.second::start)
                .isInstanceOf(IllegalStateException.class)
                .withMessage(
                        "Session 'second' cannot start: session 'first' drives the same robot"
                                + " (dev.rfx.session.testkit.ScriptedRobot). Stop that session first, or"
                                + " give each session a robot of its own");

        assertThat(this.second.state()).isEqualTo(SessionState.NEW);
        assertThat(this.robot.resets).hasValue(1);
        assertThat(this.first.isRunning()).isTrue();
        this.first.stop();
    }

    @Test
    void runIsRefusedToo() {
        this.first.start();

        assertThatExceptionOfType(RobotInUseException.class).isThrownBy(this.second::run);

        this.first.stop();
    }

    @Test
    void secondSessionStartsWhenTheFirstHasEnded() {
        this.first.start();
        this.first.stop();

        this.second.start();

        assertThat(this.second.isRunning()).isTrue();
        this.second.stop();
    }

    @Test
    void secondSessionStartsWhenTheFirstHasFailed() {
        this.robot.onReset(
                () -> {
                    throw new IllegalStateException("boom");
                });
        assertThatExceptionOfType(SessionException.class).isThrownBy(this.first::start);
        this.robot.onReset(() -> {});

        this.second.start();

        assertThat(this.second.isRunning()).isTrue();
        this.second.stop();
    }

    @Test
    void secondSessionIsRefusedWhileACallOfTheFirstDoesNotReturn() throws Exception {
        boolean[] released = {false};
        this.robot.onObserve(() -> this.clock.await(() -> released[0], Duration.ofDays(1)));
        this.first.start();
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(this.first::stop);

        assertThatExceptionOfType(RobotInUseException.class).isThrownBy(this.second::start);
        released[0] = true;
        assertThat(this.first.awaitStopped(Duration.ofMinutes(1))).isTrue();

        this.second.start();
        assertThat(this.second.isRunning()).isTrue();
        this.second.stop();
    }

    @Test
    void limitsAroundARobotAreTheSameRobot() {
        MockRobot robot = new MockRobot(6, 50);
        Policy<Observation, Tensor> policy = observation -> Tensor.of(0, 0, 0, 0, 0, 0);
        Session limited =
                this.clock.session(
                        SafetyLimits.around(robot).max(1).build(), policy, OPTIONS.withName("a"));
        Session bare = this.clock.session(robot, policy, OPTIONS.withName("b"));
        limited.start();

        assertThatExceptionOfType(RobotInUseException.class).isThrownBy(bare::start);

        limited.stop();
    }

    @Test
    void restartIsGivenUpWhileAnotherSessionDrivesTheRobot() {
        AtomicInteger exhausted = new AtomicInteger();
        this.first.setRestartPolicy(RESTART);
        this.first.addListener(
                new SessionListener() {
                    @Override
                    public void restartsExhausted(SessionView session, SessionException failure) {
                        exhausted.incrementAndGet();
                    }
                });
        failInAct();
        this.first.start();
        this.robot.onAct(() -> {});
        this.second.start();

        this.clock.advance(Duration.ofSeconds(2));

        assertThat(exhausted).hasValue(1);
        assertThat(this.first.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.resets).hasValue(2);
        this.second.stop();
    }

    /** The caller receives the exception, and no restart follows. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callerThatIsRefusedEndsAPendingRestart(boolean attended) {
        this.first.setRestartPolicy(RESTART);
        failInAct();
        this.first.start();
        assertThat(this.first.isActiveOrAwaitsRestart()).isTrue();
        this.robot.onAct(() -> {});
        this.second.start();

        assertThatExceptionOfType(RobotInUseException.class)
                .isThrownBy(attended ? this.first::run : this.first::startOnce);
        this.second.stop();
        this.clock.advance(Duration.ofSeconds(2));

        assertThat(this.first.isActiveOrAwaitsRestart()).isFalse();
        assertThat(this.robot.resets).hasValue(2);
    }

    /**
     * At whatever instants the starts come, one wins, and the robot never has two drivers. In each
     * fourth round the winner holds the robot until the other one is refused.
     */
    @Campaign
    @Test
    void concurrentStartsNeverDriveTheRobotTogether() throws Exception {
        Session first = new Session(this.robot, observation -> "action", OPTIONS);
        Session second = new Session(this.robot, observation -> "action", OPTIONS);
        AtomicInteger drivers = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger awaited = new AtomicInteger();
        this.robot.onReset(
                () -> {
                    assertThat(drivers.incrementAndGet()).isEqualTo(1);
                    while (refused.get() < awaited.get()) {
                        Thread.onSpinWait();
                    }
                });
        this.robot.onStop(drivers::decrementAndGet);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < Campaign.Rounds.of(1_000, 200); round++) {
                if (round % 4 == 0) {
                    awaited.set(refused.get() + 1);
                }
                Future<?> other = executor.submit(() -> startAndStop(second, refused));
                startAndStop(first, refused);
                other.get();
                assertThat(drivers).as("round %d", round).hasValue(0);
                assertThat(first.failure()).isNull();
                assertThat(second.failure()).isNull();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static void startAndStop(Session session, AtomicInteger refused) {
        try {
            session.start();
            session.stop();
        } catch (RobotInUseException ex) {
            refused.incrementAndGet();
        }
    }

    /** Limits of the application's own, whose robot does not pass on the device. */
    @Test
    void limitsDoNotHideTheRobotBehindThem() {
        CommandLimits limits =
                (robot, nanoTime) ->
                        new Robot<Object, Object>() {

                            @Override
                            @SuppressWarnings("unchecked")
                            public Object observe() throws Exception {
                                return ((Robot<Object, Object>) robot).observe();
                            }

                            @Override
                            @SuppressWarnings("unchecked")
                            public void act(Object action) throws Exception {
                                ((Robot<Object, Object>) robot).act(action);
                            }

                            @Override
                            @SuppressWarnings("unchecked")
                            public Object reset() throws Exception {
                                return ((Robot<Object, Object>) robot).reset();
                            }
                        };
        SessionOptions options = SessionOptions.defaults().withLimits(limits);
        ScriptedRobot shared = new ScriptedRobot();
        try (Session first = this.clock.session(shared, observation -> "action", options);
                Session second = this.clock.session(shared, observation -> "action", options)) {
            first.start();

            assertThatExceptionOfType(RobotInUseException.class).isThrownBy(second::start);
        }
    }
}
