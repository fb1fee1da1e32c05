package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.rfx.session.testkit.FakeClock;
import dev.rfx.session.testkit.IgnoringInterrupts;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.testkit.ScriptedRobot.Step;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A call does not return. */
class SessionUnresponsiveTests {

    /** A short stop timeout, for the tests in which it passes. */
    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withStopTimeout(Duration.ofMillis(100));

    /** A long stop timeout, for the tests in which half of it passes. */
    private static final SessionOptions PATIENT = OPTIONS.withStopTimeout(Duration.ofSeconds(2));

    private final ScriptedRobot robot = new ScriptedRobot();
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final Step block =
            () -> {
                this.blocked.countDown();
                IgnoringInterrupts.await(this.release);
            };

    private final Step blockUntilInterrupted =
            () -> {
                this.blocked.countDown();
                new CountDownLatch(1).await();
            };

    @AfterEach
    void letGo() {
        this.release.countDown();
    }

    private Session session(SessionPhase phase, Step step) {
        return session(phase, step, OPTIONS);
    }

    private Session session(SessionPhase phase, Step step, SessionOptions options) {
        switch (phase) {
            case RESET -> this.robot.onReset(step);
            case OBSERVE -> this.robot.onObserve(step);
            case ACT -> this.robot.onAct(step);
            case STOP -> this.robot.onStop(step);
            default -> {}
        }
        return new Session(
                this.robot,
                observation -> {
                    if (phase == SessionPhase.POLICY) {
                        ScriptedRobot.play(step);
                    }
                    return "action";
                },
                options);
    }

    @ParameterizedTest
    @EnumSource(names = {"OBSERVE", "POLICY", "ACT"})
    void callThatIgnoresStopAndInterruptLeavesTheSessionStuckUntilItComesBack(SessionPhase phase)
            throws Exception {
        Session session = session(phase, this.block);
        session.start();
        this.blocked.await();

        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::stop)
                .withMessageStartingWith(
                        "Session 'rfx-session' is stuck: its control thread is in "
                                + phase
                                + " of iteration 0, ")
                .satisfies(
                        ex ->
                                assertThat(ex.getCause().getStackTrace())
                                        .anyMatch(f -> f.getMethodName().contains("await")));

        assertThat(session.state()).isEqualTo(SessionState.STUCK);
        assertThat(this.robot.stops).as("robot.stop() during the blocked call").hasValue(1);
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::start);
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);
        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::checkHealth);
        assertThat(this.robot.resets).hasValue(1);

        this.release.countDown();
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
        assertThat(this.robot.acts).hasValue(phase == SessionPhase.ACT ? 1 : 0);
        this.robot.onObserve(() -> {}).onAct(() -> {});
        session.start();
        assertThat(session.isRunning()).isTrue();
        assertThat(this.robot.resets).hasValue(2);
        session.stop();
    }

    @Test
    void resetThatDoesNotReturnIsStuckAndStartThrows() throws Exception {
        Session session = session(SessionPhase.RESET, this.block);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread starter =
                new Thread(
                        () -> {
                            try {
                                session.start();
                            } catch (Throwable ex) {
                                thrown.set(ex);
                            }
                        });
        starter.start();
        this.blocked.await();

        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::stop)
                .withMessageContaining("in reset of iteration 0");
        starter.join();

        assertThat(thrown.get()).isInstanceOf(SessionUnresponsiveException.class);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void robotStopThatDoesNotReturnIsNotCalledASecondTime() throws Exception {
        Session session = session(SessionPhase.STOP, this.block);
        session.start();

        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::stop)
                .withMessageContaining("in stop of iteration");

        this.release.countDown();
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void robotStopDuringABlockedCallMayBlockTooAndIsAwaitedBeforeANewStart() throws Exception {
        CountDownLatch releaseStop = new CountDownLatch(1);
        Session session = session(SessionPhase.ACT, this.block);
        this.robot.onStop(() -> IgnoringInterrupts.await(releaseStop));
        session.start();
        this.blocked.await();
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);

        this.release.countDown();

        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::start);
        releaseStop.countDown();
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void blockedCallThatHeedsTheInterruptEndsCleanly() throws Exception {
        Session session = session(SessionPhase.ACT, this.blockUntilInterrupted, PATIENT);
        session.start();
        this.blocked.await();

        session.stop();

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(session.failure()).isNull();
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void interruptIsNotLeftOverForTheRobotsStop() throws Exception {
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        this.robot.onStop(() -> interrupted.set(Thread.currentThread().isInterrupted()));
        Session session =
                session(
                        SessionPhase.ACT,
                        () -> {
                            this.blocked.countDown();
                            while (!Thread.currentThread().isInterrupted()) {
                                Thread.onSpinWait();
                            }
                        },
                        PATIENT);
        session.start();
        this.blocked.await();

        session.stop();

        assertThat(interrupted).hasValue(false);
    }

    @Test
    void stopTimeoutsAreNotCutShortByAnInterruptOfTheCaller() throws Exception {
        Session session = session(SessionPhase.ACT, this.blockUntilInterrupted, PATIENT);
        session.start();
        this.blocked.await();
        Thread.currentThread().interrupt();

        session.stop();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void stallIsSeenAfterFivePeriodsAndHalfASecond() throws Exception {
        FakeClock clock = new FakeClock();
        this.robot.onAct(this.block);
        Session session =
                new Session(this.robot, observation -> "action", OPTIONS, clock.platform());
        session.start();
        this.blocked.await();

        clock.advance(500_000_000);
        session.checkHealth();
        assertThat(session.snapshot().stalled()).isFalse();
        clock.advance(1);

        assertThat(session.snapshot().stalled()).isTrue();
        assertThat(session.snapshot().sinceLastIteration())
                .isEqualTo(Duration.ofNanos(500_000_001));
        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::checkHealth)
                .withMessage(
                        "Control loop of session 'rfx-session' is stalled: no iteration was"
                                + " completed for 500 ms, it is in act of iteration 0");
        this.release.countDown();
        session.close();
    }

    @Test
    void slowLoopIsNotStalledBetweenItsIterations() throws Exception {
        FakeClock clock = new FakeClock().standingStill();
        Session session =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withRateHz(0.1),
                        clock.platform());
        session.start();
        clock.awaitSleeper();

        clock.advance(50_000_000_000L);
        assertThat(session.snapshot().stalled()).isFalse();
        clock.advance(1);
        assertThat(session.snapshot().stalled()).isTrue();
        session.stop();
    }

    @Test
    void runEndsABlockedCallWhenItsDurationIsOver() {
        Session session = session(SessionPhase.POLICY, this.block);

        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(() -> session.run(Duration.ofMillis(50)))
                .withMessageContaining("in policy of iteration 0");

        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void failureIsNotLostWhenTheRobotsStopDoesNotReturn() {
        IllegalStateException cause = new IllegalStateException("unplugged");
        Session session = session(SessionPhase.STOP, this.block);
        this.robot.onAct(
                () -> {
                    throw cause;
                });

        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::run)
                .satisfies(ex -> assertThat(ex.getSuppressed()[0]).hasCause(cause));

        assertThat(session.snapshot().failure()).hasCause(cause);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopThatTakesTooLongIsDetectedThoughNoCallerWaitsForIt() throws Exception {
        FakeClock clock = new FakeClock();
        this.robot.onStop(this.block);
        this.robot.onAct(
                () -> {
                    throw new IllegalStateException("boom");
                });
        Session session =
                new Session(this.robot, observation -> "action", OPTIONS, clock.platform());
        session.start();
        this.blocked.await();
        assertThat(session.snapshot().stalled()).isFalse();

        clock.advance(Duration.ofMillis(100).toNanos() + 1);

        assertThat(session.snapshot().stalled()).isTrue();
    }

    @Test
    void robotIsStoppedThoughTheLogBlocks() throws Exception {
        Logger log = (Logger) LoggerFactory.getLogger(Session.class);
        AppenderBase<ILoggingEvent> blockedLog =
                new AppenderBase<>() {
                    @Override
                    protected void append(ILoggingEvent event) {
                        IgnoringInterrupts.await(SessionUnresponsiveTests.this.release);
                    }
                };
        blockedLog.start();
        log.setLevel(Level.INFO);
        log.addAppender(blockedLog);
        try {
            Session session = session(SessionPhase.POLICY, this.block);
            session.start();
            this.blocked.await();

            assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);

            assertThat(this.robot.stops).hasValue(1);
        } finally {
            this.release.countDown();
            log.detachAppender(blockedLog);
            log.setLevel(null);
        }
    }

    /** No thread is available for robot.stop(): the caller of stop() calls it. */
    @Test
    void callerThatStopsTheRobotItselfIsAnOrdinaryCallerAfterwards() throws Exception {
        this.robot.onObserve(this.block);
        AtomicReference<Thread> stopping = new AtomicReference<>();
        this.robot.onStop(() -> stopping.set(Thread.currentThread()));
        // The clock stands still, so the watchdog leaves it to the caller.
        FakeClock clock = new FakeClock();
        SessionPlatform withoutDeputy =
                new JvmPlatform() {

                    @Override
                    public Clock clock() {
                        return clock;
                    }

                    @Override
                    public Scheduler scheduler() {
                        return clock.scheduler();
                    }

                    @Override
                    public Thread newThread(Runnable task, String name) {
                        return name.endsWith("-stop")
                                ? new UnstartableThread()
                                : super.newThread(task, name);
                    }
                };
        Session session = new Session(this.robot, observation -> "action", OPTIONS, withoutDeputy);
        session.start();
        this.blocked.await();
        clock.lettingWaitsTimeOut(true);

        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);
        assertThat(stopping).hasValue(Thread.currentThread());
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::start);
        assertThat(session.awaitStopped(Duration.ZERO)).isFalse();

        clock.lettingWaitsTimeOut(false);
        this.release.countDown();
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(this.robot.stops).hasValue(1);
    }

    private static final class UnstartableThread extends Thread {
        @Override
        public synchronized void start() {
            throw new OutOfMemoryError("unable to create native thread");
        }
    }
}
