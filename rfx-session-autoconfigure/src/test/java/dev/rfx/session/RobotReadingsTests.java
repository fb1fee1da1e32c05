package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.testkit.FakeClock;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.timing.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RobotReadingsTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withSpinWindow(Duration.ZERO)
                    .withStopTimeout(Duration.ofMillis(100));

    private final ScriptedRobot calls = new ScriptedRobot();
    private final List<String> reported = new CopyOnWriteArrayList<>();

    /** A typical robot: one lock guards every method. */
    private static final class SynchronizedRobot implements Robot<String, String> {

        private final ScriptedRobot calls;

        SynchronizedRobot(ScriptedRobot calls) {
            this.calls = calls;
        }

        @Override
        public synchronized String reset() throws Exception {
            return this.calls.reset();
        }

        @Override
        public synchronized String observe() throws Exception {
            return this.calls.observe();
        }

        @Override
        public synchronized void act(String action) throws Exception {
            this.calls.act(action);
        }

        @Override
        public void stop() throws Exception {
            this.calls.stop();
        }

        @Override
        public synchronized List<RobotReading> readings() {
            return List.of(RobotReading.incidents("retries", null, 3));
        }
    }

    private static Robot<String, String> answering(Supplier<List<RobotReading>> readings) {
        ScriptedRobot calls = new ScriptedRobot();
        return new Robot<>() {
            @Override
            public String reset() throws Exception {
                return calls.reset();
            }

            @Override
            public String observe() throws Exception {
                return calls.observe();
            }

            @Override
            public void act(String action) throws Exception {
                calls.act(action);
            }

            @Override
            public List<RobotReading> readings() {
                return readings.get();
            }
        };
    }

    @Test
    void robotThatBlocksWhileHoldingItsLockIsReportedNevertheless() throws Exception {
        FakeClock clock = new FakeClock();
        Session session =
                new Session(
                        new SynchronizedRobot(this.calls),
                        observation -> "action",
                        OPTIONS,
                        clock.platform());
        session.addListener(
                new SessionListener() {
                    @Override
                    public void stalled(SessionView session, SessionUnresponsiveException problem) {
                        RobotReadingsTests.this.reported.add("stalled");
                    }

                    @Override
                    public void stuck(SessionView session, SessionUnresponsiveException problem) {
                        RobotReadingsTests.this.reported.add("stuck");
                    }
                });
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        this.calls.onObserve(
                () -> {
                    blocked.countDown();
                    while (release.getCount() > 0) {
                        Thread.onSpinWait(); // ignores the interrupt
                    }
                });
        session.start();
        blocked.await();
        for (int second = 0; second < 3; second++) {
            clock.advance(2_000_000_000);
            clock.inspect();
        }
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);
        while (this.reported.size() < 2) {
            Thread.onSpinWait();
        }

        assertThat(this.reported).containsExactly("stalled", "stuck");
        assertThat(this.calls.stops).hasValue(1);
        assertThat(session.readings())
                .as("the last known")
                .containsExactly(RobotReading.incidents("retries", null, 3));
        release.countDown();
        assertThat(session.awaitStopped(Duration.ofSeconds(50))).isTrue();
    }

    @Test
    void openQuestionIsNotAskedTwice() {
        CountDownLatch release = new CountDownLatch(1);
        List<Thread> asked = new CopyOnWriteArrayList<>();
        RobotReadings readings =
                new RobotReadings(
                        answering(
                                () -> {
                                    asked.add(Thread.currentThread());
                                    try {
                                        release.await();
                                    } catch (InterruptedException ex) {
                                        Thread.currentThread().interrupt();
                                    }
                                    return List.of(RobotReading.value("heat", null, 42));
                                }),
                        Clock.SYSTEM,
                        new SessionThreads(JvmPlatform.INSTANCE, OPTIONS));

        for (int reader = 0; reader < 100; reader++) {
            assertThat(readings.get()).isEmpty();
        }
        assertThat(asked).hasSize(1);
        release.countDown();
        while (readings.get().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(asked).doesNotContain(Thread.currentThread());
    }

    @Test
    void whatTheRobotThrowsReachesTheReader() {
        RobotReadings readings =
                new RobotReadings(
                        answering(
                                () -> {
                                    throw new IllegalArgumentException("boom");
                                }),
                        Clock.SYSTEM,
                        new SessionThreads(JvmPlatform.INSTANCE, OPTIONS));

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(readings::get)
                .withMessage("boom");
    }

    @Test
    void errorInReadingsDoesNotEndTheRun() {
        Session session =
                new Session(
                        answering(
                                () -> {
                                    throw new StackOverflowError("boom");
                                }),
                        observation -> "action",
                        OPTIONS);

        session.start();

        while (session.stepCount() < 3) {
            assertThat(session.failure()).isNull();
        }
        session.stop();
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
    }
}
