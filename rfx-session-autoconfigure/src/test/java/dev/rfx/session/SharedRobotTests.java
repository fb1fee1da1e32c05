package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.FakeClock;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One robot has one session at a time. */
class SharedRobotTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO).withSpinWindow(Duration.ZERO);

    private final ScriptedRobot robot = new ScriptedRobot();
    private final Session first = session("first");
    private final Session second = session("second");

    private Session session(String name) {
        return new Session(this.robot, observation -> "action", OPTIONS.withName(name));
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
        Session stuck =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withName("first").withStopTimeout(Duration.ofMillis(20)));
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        this.robot.onObserve(
                () -> {
                    blocked.countDown();
                    while (release.getCount() > 0) {
                        Thread.onSpinWait(); // ignores the interrupt
                    }
                });
        stuck.start();
        blocked.await();
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(stuck::stop);

        assertThatExceptionOfType(RobotInUseException.class).isThrownBy(this.second::start);
        release.countDown();
        assertThat(stuck.awaitStopped(Duration.ofMinutes(1))).isTrue();

        this.second.start();
        assertThat(this.second.isRunning()).isTrue();
        this.second.stop();
    }

    @Test
    void limitsAroundARobotAreTheSameRobot() {
        MockRobot robot = new MockRobot(6, 50);
        Policy<Observation, Tensor> policy = observation -> Tensor.of(0, 0, 0, 0, 0, 0);
        Session limited =
                new Session(
                        SafetyLimits.around(robot).max(1).build(), policy, OPTIONS.withName("a"));
        Session bare = new Session(robot, policy, OPTIONS.withName("b"));
        limited.start();

        assertThatExceptionOfType(RobotInUseException.class).isThrownBy(bare::start);

        limited.stop();
    }

    @Test
    void restartIsGivenUpWhileAnotherSessionDrivesTheRobot() throws Exception {
        FakeClock clock = new FakeClock();
        Session restarting =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withName("first"),
                        clock.platform());
        AtomicInteger exhausted = new AtomicInteger();
        restarting.setRestartPolicy(
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
                });
        restarting.addListener(
                new SessionListener() {
                    @Override
                    public void restartsExhausted(SessionView session, SessionException failure) {
                        exhausted.incrementAndGet();
                    }
                });
        this.robot.onAct(
                () -> {
                    throw new IllegalStateException("boom");
                });
        restarting.start();
        assertThat(restarting.awaitStopped(Duration.ofMinutes(1))).isTrue();
        this.robot.onAct(() -> {});
        this.second.start();

        clock.advance(1_000_000_000);
        clock.inspect();

        while (exhausted.get() == 0) {
            Thread.onSpinWait();
        }
        assertThat(restarting.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.resets).hasValue(2);
        this.second.stop();
    }

    /** The caller receives the exception, and no restart follows. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callerThatIsRefusedEndsAPendingRestart(boolean attended) throws Exception {
        FakeClock clock = new FakeClock();
        Session refused =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withName("a"),
                        clock.platform());
        refused.setRestartPolicy(
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
                });
        this.robot.onAct(
                () -> {
                    throw new IllegalStateException("boom");
                });
        refused.start();
        assertThat(refused.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(refused.isActiveOrAwaitsRestart()).isTrue();
        this.robot.onAct(() -> {});
        this.second.start();

        assertThatExceptionOfType(RobotInUseException.class)
                .isThrownBy(attended ? refused::run : refused::startOnce);
        this.second.stop();
        clock.advance(1_000_000_000);
        clock.inspect();

        assertThat(refused.isActiveOrAwaitsRestart()).isFalse();
        assertThat(this.robot.resets).hasValue(2);
    }

    /** At whatever instants the starts come, one wins, and the robot never has two drivers. */
    @Campaign
    @Test
    void concurrentStartsNeverDriveTheRobotTogether() throws Exception {
        AtomicInteger drivers = new AtomicInteger();
        this.robot.onReset(() -> assertThat(drivers.incrementAndGet()).isEqualTo(1));
        this.robot.onStop(drivers::decrementAndGet);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        int refused = 0;
        try {
            for (int round = 0; round < Campaign.Rounds.of(1_000, 200); round++) {
                Future<Boolean> other = executor.submit(() -> startAndStop(this.second));
                boolean mine = startAndStop(this.first);
                refused += (mine ? 0 : 1) + (other.get() ? 0 : 1);
                assertThat(drivers).as("round %d", round).hasValue(0);
                assertThat(this.first.failure()).isNull();
                assertThat(this.second.failure()).isNull();
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(refused).isPositive();
    }

    private static boolean startAndStop(Session session) {
        try {
            session.start();
            session.stop();
            return true;
        } catch (RobotInUseException ex) {
            return false;
        }
    }

    /** Limits of the application's own, whose robot does not pass on the device. */
    @Test
    void limitsDoNotHideTheRobotBehindThem() {
        CommandLimits limits =
                robot ->
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
        try (Session first = new Session(shared, observation -> "action", options);
                Session second = new Session(shared, observation -> "action", options)) {
            first.start();

            assertThatExceptionOfType(RobotInUseException.class).isThrownBy(second::start);
        }
    }
}
