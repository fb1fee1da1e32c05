package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.rfx.session.testkit.FakeClock;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.timing.IterationRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The watchdog. A test calls its inspections itself, on its own clock. */
class SessionWatchdogTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO).withSpinWindow(Duration.ZERO);
    private static final SessionOptions REPORT = OPTIONS.withWatchdogAction(WatchdogAction.REPORT);
    private static final long MILLISECOND = 1_000_000;

    private final FakeClock clock = new FakeClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private volatile Thread blockedThread;
    private final List<Session> sessions = new ArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<SessionUnresponsiveException> stalls = new CopyOnWriteArrayList<>();

    @AfterEach
    void letGo() throws InterruptedException {
        this.release.countDown();
        for (Session session : this.sessions) {
            session.requestStop();
            assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        }
    }

    /** A session whose policy blocks in iteration 3. */
    private Session blockedIn3(SessionOptions options, boolean ignoringInterrupts) {
        return session(
                options,
                observation -> {
                    if (this.robot.observes.get() == 4) {
                        this.blockedThread = Thread.currentThread();
                        this.blocked.countDown();
                        block(ignoringInterrupts);
                    }
                    return "action";
                });
    }

    private Session session(SessionOptions options, Policy<String, String> policy) {
        Session session = new Session(this.robot, policy, options, this.clock.platform());
        this.sessions.add(session);
        session.addListener(
                new SessionListener() {
                    @Override
                    public void stalled(SessionView session, SessionUnresponsiveException problem) {
                        SessionWatchdogTests.this.events.add("stalled");
                        SessionWatchdogTests.this.stalls.add(problem);
                    }

                    @Override
                    public void stuck(SessionView session, SessionUnresponsiveException problem) {
                        SessionWatchdogTests.this.events.add("stuck");
                    }

                    @Override
                    public void failed(SessionView session, SessionException failure) {
                        SessionWatchdogTests.this.events.add("failed");
                    }

                    @Override
                    public void stopped(SessionView session) {
                        SessionWatchdogTests.this.events.add("stopped");
                    }
                });
        return session;
    }

    private void block(boolean ignoringInterrupts) throws InterruptedException {
        while (true) {
            try {
                this.release.await();
                return;
            } catch (InterruptedException ex) {
                if (!ignoringInterrupts) {
                    throw ex;
                }
            }
        }
    }

    private void stall(Session session) throws InterruptedException {
        session.start();
        this.blocked.await();
        while (this.blockedThread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        this.clock.advance(501 * MILLISECOND);
        this.clock.inspect();
    }

    /** Waits until the listener has received the events. */
    private void awaitEvents(Session session, String... expected) throws InterruptedException {
        session.awaitStopped(Duration.ofMinutes(1));
        while (this.events.size() < expected.length) {
            Thread.onSpinWait();
        }
        assertThat(this.events).containsExactly(expected);
    }

    @Test
    void stalledLoopIsReportedOnceWithTheStackOfItsThread() throws Exception {
        Session session = blockedIn3(REPORT, true);
        stall(session);
        this.clock.advance(10_000 * MILLISECOND);
        this.clock.inspect();
        this.clock.inspect();

        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.snapshot().stalled()).isTrue();
        assertThat(this.robot.stops).hasValue(0);
        this.release.countDown();
        session.stop();

        awaitEvents(session, "stalled", "stopped");
        assertThat(session.totals().stalls()).isEqualTo(1);
        SessionUnresponsiveException stall = this.stalls.get(0);
        assertThat(stall)
                .hasMessage(
                        "Control loop of session 'rfx-session' is stalled: no iteration was"
                                + " completed for 521 ms, it is in policy of iteration 3");
        assertThat(stall.phase()).isEqualTo(SessionPhase.POLICY);
        assertThat(stall.iteration()).isEqualTo(3);
        assertThat(stall.recentIterations())
                .extracting(IterationRecord::number)
                .containsExactly(0L, 1L, 2L);
        assertThat(stall.getCause().getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("block"));
    }

    @Test
    void eachStallIsReported() throws Exception {
        CountDownLatch[] reached = {new CountDownLatch(1), new CountDownLatch(1)};
        CountDownLatch[] goOn = {new CountDownLatch(1), new CountDownLatch(1)};
        int[] blocks = {0};
        this.robot.onAct(
                () -> {
                    int iteration = this.robot.acts.get();
                    if (iteration == 2 || iteration == 4) {
                        int i = blocks[0]++;
                        reached[i].countDown();
                        goOn[i].await();
                    }
                });
        Session session = session(REPORT, observation -> "action");
        session.start();
        for (int i = 0; i < 2; i++) {
            reached[i].await();
            this.clock.advance(501 * MILLISECOND);
            this.clock.inspect();
            goOn[i].countDown();
        }
        while (session.stepCount() < 4) {
            Thread.onSpinWait();
        }
        session.stop();

        awaitEvents(session, "stalled", "stalled", "stopped");
        assertThat(this.stalls).extracting(SessionException::iteration).containsExactly(1L, 3L);
        assertThat(session.totals().stalls()).isEqualTo(2);
    }

    @Test
    void loopThatStallsIsNotReportedBeforeItsTime() throws Exception {
        Session session = blockedIn3(OPTIONS, true);
        session.start();
        this.blocked.await();
        this.clock.advance(480 * MILLISECOND); // and 20 since the last iteration

        this.clock.inspect();

        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.totals().stalls()).isZero();
    }

    @Test
    void watchdogThatIsOffSeesNothing() throws Exception {
        Session session = blockedIn3(OPTIONS.withWatchdogTimeout(Duration.ZERO), true);
        stall(session);
        this.clock.advance(Duration.ofHours(1).toNanos());

        this.clock.inspect();

        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.snapshot().stalled()).isFalse();
        session.checkHealth();
    }

    @Test
    void timeoutFollowsThePeriodOfASlowLoop() throws Exception {
        Session session = blockedIn3(OPTIONS.withRateHz(1), true);
        stall(session);
        assertThat(session.state()).isEqualTo(SessionState.RUNNING);

        this.clock.advance(4_500 * MILLISECOND);
        this.clock.inspect();

        assertThat(session.failure()).isInstanceOf(SessionUnresponsiveException.class);
    }

    @Test
    void stalledLoopEndsTheRunAndItsActionIsDropped() throws Exception {
        Session session = blockedIn3(OPTIONS, false);
        stall(session);

        assertThat(session.failure())
                .as("at once")
                .isInstanceOf(SessionUnresponsiveException.class);
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.stops).hasValue(1);
        assertThat(this.robot.acts).hasValue(3);
        awaitEvents(session, "stalled", "failed");
        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::checkHealth);
        assertThat(session.totals().failures()).isEqualTo(1);
        assertThat(this.clock.tasks()).as("no inspections after the end").isZero();

        this.robot.observes.set(100);
        session.start();
        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.failure()).isNull();
        session.stop();
    }

    @Test
    void robotIsStoppedDuringACallThatIgnoresEverything() throws Exception {
        Session session = blockedIn3(OPTIONS, true);
        stall(session);
        while (this.robot.stops.get() == 0) {
            Thread.onSpinWait();
        }
        assertThat(session.state()).isEqualTo(SessionState.STOPPING);

        this.clock.advance(2_001 * MILLISECOND);
        this.clock.inspect();

        assertThat(session.state()).isEqualTo(SessionState.STUCK);
        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::start)
                .withMessageContaining("the session cannot be started until that call returns");
        while (this.events.size() < 3) {
            Thread.onSpinWait();
        }
        assertThat(this.events)
                .as("the failure is reported though its run cannot end")
                .containsExactly("stalled", "stuck", "failed");

        this.release.countDown();
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.stops).hasValue(1);
        assertThat(this.robot.acts).hasValue(3);
        session.stop();
        assertThat(this.events).as("reported once").hasSize(3);
    }

    @Test
    void blockedCallIsInterruptedOnlyAfterTheRobotsStopHasReturned() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        CountDownLatch endStop = new CountDownLatch(1);
        boolean[] interruptedBeforeThat = {true};
        this.robot.onStop(
                () -> {
                    stopping.countDown();
                    endStop.await();
                });
        Session session =
                session(
                        OPTIONS,
                        observation -> {
                            this.blockedThread = Thread.currentThread();
                            this.blocked.countDown();
                            try {
                                this.release.await();
                            } catch (InterruptedException ex) {
                                interruptedBeforeThat[0] = endStop.getCount() > 0;
                            }
                            return "action";
                        });
        stall(session);
        stopping.await();

        endStop.countDown();

        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(interruptedBeforeThat[0]).isFalse();
    }

    @Test
    void robotsStopThatDoesNotReturnAfterAFailureIsReportedThoughNoCallerWaitsForIt()
            throws Exception {
        this.robot
                .onAct(
                        () -> {
                            throw new IllegalStateException("unplugged");
                        })
                .onStop(
                        () -> {
                            this.blocked.countDown();
                            block(true);
                        });
        Session session = session(OPTIONS, observation -> "action");
        session.start();
        this.blocked.await();
        this.clock.advance(2_001 * MILLISECOND);

        this.clock.inspect();

        assertThat(session.state()).isEqualTo(SessionState.STUCK);
        while (this.events.size() < 2) {
            Thread.onSpinWait();
        }
        assertThat(this.events).containsExactly("stuck", "failed");
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void listenerThatThrowsDoesNoHarm() throws Exception {
        Session session = blockedIn3(OPTIONS, false);
        session.addListener(
                new SessionListener() {
                    @Override
                    public void stalled(SessionView session, SessionUnresponsiveException problem) {
                        throw new IllegalStateException("boom");
                    }
                });
        List<String> later = new CopyOnWriteArrayList<>();
        session.addListener(
                new SessionListener() {
                    @Override
                    public void stalled(SessionView session, SessionUnresponsiveException problem) {
                        later.add("stalled");
                    }
                });
        stall(session);

        awaitEvents(session, "stalled", "failed");
        assertThat(later).containsExactly("stalled");
    }

    /** The call returns between the check of the progress and the decision. */
    @Test
    void loopThatGoesOnJustThenIsNotStopped() throws Exception {
        Session session = blockedIn3(OPTIONS, true);
        session.start();
        this.blocked.await();
        this.clock.advance(501 * MILLISECOND);
        int[] reads = {0};
        Runnable[] onRead = new Runnable[1];
        onRead[0] =
                () -> {
                    if (++reads[0] < 2) { // the first is for the incidents
                        this.clock.whenReadDuringInspection(onRead[0]);
                        return;
                    }
                    this.release.countDown();
                    while (session.stepCount() < 5) {
                        Thread.onSpinWait();
                    }
                };
        this.clock.whenReadDuringInspection(onRead[0]);

        this.clock.inspect();

        assertThat(reads[0]).isEqualTo(2);
        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.totals().stalls()).isZero();
        assertThat(this.robot.stops).hasValue(0);
    }

    @Test
    void blockedCallIsInterruptedThoughNoCallerWaitsForTheStop() throws Exception {
        Session session = blockedIn3(OPTIONS, false);
        session.start();
        this.blocked.await();
        session.requestStop();
        this.clock.inspect();
        assertThat(session.state()).isEqualTo(SessionState.STOPPING);

        this.clock.advance(1_001 * MILLISECOND); // half of the stop timeout
        this.clock.inspect();

        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stackOfAStallIsLoggedOnce() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(Session.class);
        List<ILoggingEvent> log = new CopyOnWriteArrayList<>();
        AppenderBase<ILoggingEvent> appender =
                new AppenderBase<>() {
                    @Override
                    protected void append(ILoggingEvent event) {
                        log.add(event);
                    }
                };
        appender.start();
        logger.addAppender(appender);
        logger.setLevel(Level.INFO);
        try {
            Session session = blockedIn3(OPTIONS.withName("logged"), true);
            stall(session);
            while (this.robot.stops.get() == 0) {
                Thread.onSpinWait();
            }
            this.clock.advance(2_001 * MILLISECOND);
            this.clock.inspect();
            while (this.events.size() < 3) {
                Thread.onSpinWait();
            }
        } finally {
            logger.detachAppender(appender);
            logger.setLevel(null);
        }

        assertThat(log)
                .filteredOn(event -> event.getFormattedMessage().contains("'logged'"))
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .extracting(event -> event.getThrowableProxy() != null)
                .as("stalled with the stack, stuck and failed without it")
                .containsExactly(true, false, false);
    }

    /** In real time, with a quick robot.stop() and a call that heeds the interrupt. */
    @Test
    void stallIsAlwaysReportedBeforeTheFailureAndCounted() throws Exception {
        for (int round = 1; round <= 50; round++) {
            this.events.clear();
            Session session =
                    new Session(
                            this.robot,
                            observation -> {
                                new CountDownLatch(1).await();
                                return "action";
                            },
                            OPTIONS.withRateHz(1_000).withWatchdogTimeout(Duration.ofMillis(5)));
            session.addListener(
                    new SessionListener() {
                        @Override
                        public void stalled(
                                SessionView session, SessionUnresponsiveException problem) {
                            SessionWatchdogTests.this.events.add("stalled");
                        }

                        @Override
                        public void failed(SessionView session, SessionException failure) {
                            SessionWatchdogTests.this.events.add("failed");
                        }
                    });
            session.start();
            assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
            assertThat(session.totals().stalls()).isEqualTo(1);
            session.stop();
            assertThat(this.events).as("round %d", round).containsExactly("stalled", "failed");
        }
    }

    @Test
    void oneThreadWatchesAllSessions() throws Exception {
        List<Session> sessions =
                List.of(
                        new Session(new ScriptedRobot(), observation -> "action", OPTIONS),
                        new Session(new ScriptedRobot(), observation -> "action", OPTIONS),
                        new Session(new ScriptedRobot(), observation -> "action", OPTIONS));
        sessions.forEach(Session::start);

        long watchdogs =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("rfx-session-watchdog"))
                        .count();

        sessions.forEach(Session::stop);
        assertThat(watchdogs).isEqualTo(1);
    }

    @Test
    void realWatchdogStopsTheRobotOfAStalledLoop() throws Exception {
        Session session =
                new Session(
                        this.robot,
                        observation -> {
                            block(true);
                            return "action";
                        },
                        OPTIONS.withWatchdogTimeout(Duration.ofMillis(60))
                                .withStopTimeout(Duration.ofMillis(60)));
        session.start();

        while (session.state() != SessionState.STUCK) {
            Thread.onSpinWait();
        }
        while (this.robot.stops.get() == 0) {
            Thread.onSpinWait();
        }
        assertThat(session.failure()).isInstanceOf(SessionUnresponsiveException.class);
        this.release.countDown();
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.acts).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
    }
}
