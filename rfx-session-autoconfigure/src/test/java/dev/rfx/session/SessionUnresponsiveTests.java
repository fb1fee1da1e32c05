package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.rfx.session.test.Caller;
import dev.rfx.session.test.TestPlatform;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.testkit.ScriptedRobot.Step;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A call does not return. */
class SessionUnresponsiveTests {

    private static final Duration STOP_TIMEOUT = Duration.ofMillis(100);
    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO).withStopTimeout(STOP_TIMEOUT);

    private final VirtualClock clock = new VirtualClock();
    private final long origin = this.clock.nanoTime();
    private final ScriptedRobot robot = new ScriptedRobot();
    private boolean released;
    private final Step block = () -> this.clock.await(() -> this.released, Duration.ofDays(1));
    private final Step blockUntilInterrupted = () -> this.clock.sleep(Duration.ofDays(1));

    @AfterEach
    void close() {
        this.released = true;
        this.clock.close();
    }

    private Duration now() {
        return Duration.ofNanos(this.clock.nanoTime() - this.origin);
    }

    private Session session(SessionPhase phase, Step step) {
        switch (phase) {
            case RESET -> this.robot.onReset(step);
            case OBSERVE -> this.robot.onObserve(step);
            case ACT -> this.robot.onAct(step);
            case STOP -> this.robot.onStop(step);
            default -> {}
        }
        return this.clock.session(
                this.robot,
                observation -> {
                    if (phase == SessionPhase.POLICY) {
                        ScriptedRobot.play(step);
                    }
                    return "action";
                },
                OPTIONS);
    }

    @ParameterizedTest
    @EnumSource(names = {"OBSERVE", "POLICY", "ACT"})
    void callThatIgnoresStopAndInterruptLeavesTheSessionStuckUntilItComesBack(SessionPhase phase)
            throws Exception {
        Session session = session(phase, this.block);
        session.start();

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

        this.released = true;
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
    void resetThatDoesNotReturnIsStuckAndStartThrows() {
        Session session = session(SessionPhase.RESET, this.block);
        Caller starter = Caller.of(this.clock, session::start);
        this.clock.advance(Duration.ofSeconds(1));
        assertThat(this.robot.resets).hasValue(1);

        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::stop)
                .withMessageContaining("in reset of iteration 0");

        this.clock.advance(Duration.ofNanos(1));
        assertThat(starter.thrown()).isInstanceOf(SessionUnresponsiveException.class);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void robotStopThatDoesNotReturnIsNotCalledASecondTime() throws Exception {
        Session session = session(SessionPhase.STOP, this.block);
        session.start();

        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::stop)
                .withMessageContaining("in stop of iteration");

        this.released = true;
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void robotStopDuringABlockedCallMayBlockTooAndIsAwaitedBeforeANewStart() throws Exception {
        boolean[] stopReleased = {false};
        Session session = session(SessionPhase.ACT, this.block);
        this.robot.onStop(() -> this.clock.await(() -> stopReleased[0], Duration.ofDays(1)));
        session.start();
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);

        this.released = true;

        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::start);
        stopReleased[0] = true;
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void blockedCallThatHeedsTheInterruptEndsCleanly() {
        Session session = session(SessionPhase.ACT, this.blockUntilInterrupted);
        session.start();

        session.stop();

        assertThat(now()).isEqualTo(STOP_TIMEOUT.dividedBy(2));
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(session.failure()).isNull();
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void interruptIsNotLeftOverForTheRobotsStop() {
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        this.robot.onStop(() -> interrupted.set(Thread.currentThread().isInterrupted()));
        Session session =
                session(
                        SessionPhase.ACT,
                        () -> {
                            while (!Thread.currentThread().isInterrupted()) {
                                this.clock.advance(Duration.ofMillis(1));
                            }
                        });
        session.start();

        session.stop();

        assertThat(interrupted).hasValue(false);
    }

    @Test
    void stopTimeoutsAreNotCutShortByAnInterruptOfTheCaller() {
        Session session = session(SessionPhase.ACT, this.blockUntilInterrupted);
        session.start();
        Thread.currentThread().interrupt();

        session.stop();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(now()).isEqualTo(STOP_TIMEOUT.dividedBy(2));
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void stallIsSeenAfterFivePeriodsAndHalfASecond() {
        Session session = session(SessionPhase.ACT, this.block);
        session.start();

        this.clock.advance(Duration.ofMillis(500));
        session.checkHealth();
        assertThat(session.snapshot().stalled()).isFalse();
        this.clock.advance(Duration.ofNanos(1));

        assertThat(session.snapshot().stalled()).isTrue();
        assertThat(session.snapshot().sinceLastIteration())
                .isEqualTo(Duration.ofNanos(500_000_001));
        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::checkHealth)
                .withMessage(
                        "Control loop of session 'rfx-session' is stalled: no iteration was"
                                + " completed for 500 ms, it is in act of iteration 0");
        this.released = true;
        session.close();
    }

    @Test
    void slowLoopIsNotStalledBetweenItsIterations() {
        this.clock.oversleeping(() -> Duration.ofDays(1).toNanos());
        Session session =
                this.clock.session(this.robot, observation -> "action", OPTIONS.withRateHz(0.1));
        session.start();

        this.clock.advance(Duration.ofSeconds(50));
        assertThat(session.snapshot().stalled()).isFalse();
        this.clock.advance(Duration.ofNanos(1));
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
    void stopThatTakesTooLongIsDetectedThoughNoCallerWaitsForIt() {
        Session session = session(SessionPhase.STOP, this.block);
        this.robot.onAct(
                () -> {
                    throw new IllegalStateException("boom");
                });
        session.start();
        this.clock.advance(STOP_TIMEOUT);
        assertThat(session.snapshot().stalled()).isFalse();

        this.clock.advance(Duration.ofNanos(1));

        assertThat(session.snapshot().stalled()).isTrue();
    }

    @Test
    void robotIsStoppedThoughTheLogBlocks() {
        Logger log = (Logger) LoggerFactory.getLogger("dev.rfx.session.lifecycle");
        UnsynchronizedAppenderBase<ILoggingEvent> blockedLog =
                new UnsynchronizedAppenderBase<>() {
                    @Override
                    protected void append(ILoggingEvent event) {
                        SessionUnresponsiveTests.this.clock.await(
                                () -> SessionUnresponsiveTests.this.released, Duration.ofDays(1));
                    }
                };
        blockedLog.start();
        log.setLevel(Level.INFO);
        log.addAppender(blockedLog);
        try {
            Session session = session(SessionPhase.POLICY, this.block);
            session.start();

            assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);

            assertThat(this.robot.stops).hasValue(1);
        } finally {
            this.released = true;
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
        SessionPlatform withoutDeputy =
                new TestPlatform(this.clock) {
                    @Override
                    public Thread newThread(Runnable task, String name) {
                        return name.endsWith("-stop")
                                ? new UnstartableThread()
                                : super.newThread(task, name);
                    }
                };
        Session session = new Session(this.robot, observation -> "action", OPTIONS, withoutDeputy);
        session.start();

        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);
        assertThat(stopping).hasValue(Thread.currentThread());
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);
        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::start);
        assertThat(session.awaitStopped(Duration.ZERO)).isFalse();

        this.released = true;
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
