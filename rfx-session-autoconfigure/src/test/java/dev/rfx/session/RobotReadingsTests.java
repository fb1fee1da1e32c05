package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.test.TestPlatform;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RobotReadingsTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withStopTimeout(Duration.ofMillis(100));

    private final VirtualClock clock = new VirtualClock();
    private final TestPlatform platform = new TestPlatform(this.clock);
    private final ScriptedRobot calls = new ScriptedRobot();
    private final List<String> reported = new ArrayList<>();

    @AfterEach
    void close() {
        this.clock.close();
    }

    private RobotReadings readingsOf(Robot<?, ?> robot) {
        return new RobotReadings(
                robot, this.platform.clock(), new SessionThreads(this.platform, OPTIONS));
    }

    /** A typical robot: one lock guards every method but stop(). */
    private static final class SynchronizedRobot implements Robot<String, String> {

        private final ScriptedRobot calls;
        private final VirtualClock clock;
        private boolean locked;

        SynchronizedRobot(ScriptedRobot calls, VirtualClock clock) {
            this.calls = calls;
            this.clock = clock;
        }

        private void lock() {
            this.clock.await(() -> !this.locked, Duration.ofDays(1));
            this.locked = true;
        }

        private void unlock() {
            this.locked = false;
        }

        @Override
        public String reset() throws Exception {
            return this.calls.reset();
        }

        @Override
        public String observe() throws Exception {
            lock();
            String observation = this.calls.observe();
            unlock();
            return observation;
        }

        @Override
        public void act(String action) throws Exception {
            this.calls.act(action);
        }

        @Override
        public void stop() throws Exception {
            this.calls.stop();
        }

        @Override
        public List<RobotReading> readings() {
            lock();
            unlock();
            return List.of(RobotReading.incidents("retries", null, 3));
        }
    }

    private static Robot<String, String> answering(Supplier<List<RobotReading>> readings) {
        return new RobotDecorator<>(new ScriptedRobot()) {
            @Override
            public List<RobotReading> readings() {
                return readings.get();
            }
        };
    }

    @Test
    void robotThatBlocksWhileHoldingItsLockIsReportedNevertheless() throws Exception {
        Session session =
                this.clock.session(
                        new SynchronizedRobot(this.calls, this.clock),
                        observation -> "action",
                        OPTIONS);
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
        boolean[] released = {false};
        this.calls.onObserve(() -> this.clock.await(() -> released[0], Duration.ofDays(1)));
        session.start();

        this.clock.advance(Duration.ofSeconds(1));
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);

        assertThat(this.reported).containsExactly("stalled", "stuck");
        assertThat(this.calls.stops).hasValue(1);
        assertThat(session.readings())
                .as("the last known")
                .containsExactly(RobotReading.incidents("retries", null, 3));
        released[0] = true;
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void openQuestionIsNotAskedTwice() {
        boolean[] released = {false};
        List<Thread> asked = new ArrayList<>();
        RobotReadings readings =
                readingsOf(
                        answering(
                                () -> {
                                    asked.add(Thread.currentThread());
                                    this.clock.await(() -> released[0], Duration.ofDays(1));
                                    return List.of(RobotReading.value("heat", null, 42));
                                }));
        long begin = this.clock.nanoTime();

        for (int reader = 0; reader < 100; reader++) {
            assertThat(readings.get()).isEmpty();
        }
        assertThat(asked).hasSize(1);
        assertThat(this.clock.nanoTime() - begin).as("only the first waits").isEqualTo(500_000_000);
        released[0] = true;
        this.clock.advance(Duration.ofNanos(1));
        assertThat(readings.get()).containsExactly(RobotReading.value("heat", null, 42));
        assertThat(asked).hasSize(2).doesNotContain(Thread.currentThread());
    }

    @Test
    void whatTheRobotThrowsReachesTheReader() {
        RobotReadings readings =
                readingsOf(
                        answering(
                                () -> {
                                    throw new IllegalArgumentException("boom");
                                }));

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(readings::get)
                .withMessage("boom");
    }

    @Test
    void errorInReadingsDoesNotEndTheRun() {
        Session session =
                this.clock.session(
                        answering(
                                () -> {
                                    throw new StackOverflowError("boom");
                                }),
                        observation -> "action",
                        OPTIONS);

        session.run(Duration.ofMillis(60));

        assertThat(session.stepCount()).isEqualTo(3);
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
    }
}
