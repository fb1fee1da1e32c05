package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.rfx.session.test.TestClock;
import dev.rfx.session.test.TestPlatform;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.IgnoringInterrupts;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.IterationRecord;
import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The watchdog. It inspects every 50 ms. */
class SessionWatchdogTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO);
    private static final SessionOptions REPORT = OPTIONS.withWatchdogAction(WatchdogAction.REPORT);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private boolean released;
    private final List<Session> sessions = new ArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<SessionUnresponsiveException> stalls = new ArrayList<>();

    /** The clock refuses to be closed while there are inspections. */
    @AfterEach
    void close() {
        this.released = true;
        this.sessions.forEach(Session::requestStop);
        this.clock.close();
    }

    /** A session whose policy blocks in iteration 3, 60 ms after the start. */
    private Session blockedIn3(SessionOptions options, boolean ignoringInterrupts) {
        return session(
                options,
                observation -> {
                    if (this.robot.observes.get() == 4) {
                        block(ignoringInterrupts);
                    }
                    return "action";
                });
    }

    private void block(boolean ignoringInterrupts) throws InterruptedException {
        if (ignoringInterrupts) {
            this.clock.await(() -> this.released, Duration.ofDays(1));
        } else {
            this.clock.sleep(Duration.ofDays(1));
        }
    }

    private Session session(SessionOptions options, Policy<String, String> policy) {
        return listening(this.clock.session(this.robot, policy, options));
    }

    private Session listening(Session session) {
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

    /** Lets time pass, with what is due at its end. */
    private void pass(long millis) {
        this.clock.advance(Duration.ofMillis(millis).plusNanos(1));
    }

    @Test
    void stalledLoopIsReportedOnceWithTheStackOfItsThread() {
        Session session = blockedIn3(REPORT, true);
        session.start();
        pass(10_000);

        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.snapshot().stalled()).isTrue();
        assertThat(this.robot.stops).hasValue(0);
        this.released = true;
        session.stop();

        assertThat(this.events).containsExactly("stalled", "stopped");
        assertThat(session.totals().stalls()).isEqualTo(1);
        SessionUnresponsiveException stall = this.stalls.get(0);
        assertThat(stall)
                .hasMessage(
                        "Control loop of session 'rfx-session' is stalled: no iteration was"
                                + " completed for 510 ms, it is in policy of iteration 3");
        assertThat(stall.phase()).isEqualTo(SessionPhase.POLICY);
        assertThat(stall.iteration()).isEqualTo(3);
        assertThat(stall.recentIterations())
                .extracting(IterationRecord::number)
                .containsExactly(0L, 1L, 2L);
        assertThat(stall.getCause().getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("block"));
    }

    @Test
    void eachStallIsReported() {
        this.robot.onAct(
                () -> {
                    int iteration = this.robot.acts.get() - 1;
                    if (iteration == 1 || iteration == 3) {
                        this.clock.advance(Duration.ofMillis(700));
                    }
                });
        Session session = session(REPORT, observation -> "action");

        session.run(Duration.ofSeconds(2));

        assertThat(this.events).containsExactly("stalled", "stalled", "stopped");
        assertThat(this.stalls).extracting(SessionException::iteration).containsExactly(1L, 3L);
        assertThat(session.totals().stalls()).isEqualTo(2);
    }

    @Test
    void loopThatStallsIsNotReportedBeforeItsTime() {
        Session session = blockedIn3(OPTIONS.withWatchdogTimeout(Duration.ofMillis(400)), true);
        session.start();
        pass(440); // 400 since the last iteration, and an inspection

        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.totals().stalls()).isZero();
        pass(40);
        assertThat(session.totals().stalls()).isEqualTo(1);
    }

    @Test
    void watchdogThatIsOffSeesNothing() {
        Session session = blockedIn3(OPTIONS.withWatchdogTimeout(Duration.ZERO), true);
        session.start();
        this.clock.advance(Duration.ofHours(1));

        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.snapshot().stalled()).isFalse();
        session.checkHealth();
    }

    @Test
    void timeoutFollowsThePeriodOfASlowLoop() {
        Session session = blockedIn3(OPTIONS.withRateHz(1), true);
        session.start();
        pass(7_000); // 5 s since the last iteration
        assertThat(session.state()).isEqualTo(SessionState.RUNNING);

        pass(100);

        assertThat(session.failure()).isInstanceOf(SessionUnresponsiveException.class);
    }

    @Test
    void stalledLoopEndsTheRunAndItsActionIsDropped() {
        Session session = blockedIn3(OPTIONS, false);
        session.start();
        pass(550);

        assertThat(session.failure()).isInstanceOf(SessionUnresponsiveException.class);
        assertThat(session.state()).as("at once").isEqualTo(SessionState.FAILED);
        assertThat(this.robot.stops).hasValue(1);
        assertThat(this.robot.acts).hasValue(3);
        assertThat(this.events).containsExactly("stalled", "failed");
        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::checkHealth);
        assertThat(session.totals().failures()).isEqualTo(1);

        session.start();
        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.failure()).isNull();
    }

    @Test
    void robotIsStoppedDuringACallThatIgnoresEverything() throws Exception {
        Session session = blockedIn3(OPTIONS, true);
        session.start();
        pass(550);
        assertThat(this.robot.stops).hasValue(1);
        assertThat(session.state()).isEqualTo(SessionState.STOPPING);

        pass(2_000); // the stop timeout
        assertThat(session.state()).isEqualTo(SessionState.STOPPING);
        pass(50);

        assertThat(session.state()).isEqualTo(SessionState.STUCK);
        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(session::start)
                .withMessageContaining("the session cannot be started until that call returns");
        assertThat(this.events)
                .as("the failure is reported though its run cannot end")
                .containsExactly("stalled", "stuck", "failed");

        this.released = true;
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.stops).hasValue(1);
        assertThat(this.robot.acts).hasValue(3);
        session.stop();
        assertThat(this.events).as("reported once").hasSize(3);
    }

    @Test
    void blockedCallIsInterruptedOnlyAfterTheRobotsStopHasReturned() {
        List<String> order = new ArrayList<>();
        this.robot.onStop(
                () -> {
                    this.clock.advance(Duration.ofMillis(300));
                    order.add("stop() returns");
                });
        Session session =
                session(
                        OPTIONS,
                        observation -> {
                            try {
                                block(false);
                            } catch (InterruptedException ex) {
                                order.add("interrupt");
                            }
                            return "action";
                        });
        session.start();

        pass(550 + 300);

        assertThat(order).containsExactly("stop() returns", "interrupt");
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
    }

    @Test
    void robotsStopThatDoesNotReturnAfterAFailureIsReportedThoughNoCallerWaitsForIt() {
        this.robot
                .onAct(
                        () -> {
                            throw new IllegalStateException("unplugged");
                        })
                .onStop(() -> block(true));
        Session session = session(OPTIONS, observation -> "action");
        session.start();

        pass(2_050);

        assertThat(session.state()).isEqualTo(SessionState.STUCK);
        assertThat(this.events).containsExactly("stuck", "failed");
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void listenerThatThrowsDoesNoHarm() {
        Session session = blockedIn3(OPTIONS, false);
        session.addListener(
                new SessionListener() {
                    @Override
                    public void stalled(SessionView session, SessionUnresponsiveException problem) {
                        throw new IllegalStateException("boom");
                    }
                });
        List<String> later = new ArrayList<>();
        session.addListener(
                new SessionListener() {
                    @Override
                    public void stalled(SessionView session, SessionUnresponsiveException problem) {
                        later.add("stalled");
                    }
                });
        session.start();

        pass(550);

        assertThat(this.events).containsExactly("stalled", "failed");
        assertThat(later).containsExactly("stalled");
    }

    /** The call returns between the check of the progress and the decision. */
    @Test
    void loopThatGoesOnJustThenIsNotStopped() {
        GoingOn platform = new GoingOn();
        Session session =
                listening(
                        new Session(
                                this.robot,
                                observation -> {
                                    if (this.robot.observes.get() == 4) {
                                        block(true);
                                    }
                                    return "action";
                                },
                                OPTIONS,
                                platform));
        session.start();
        pass(540);
        platform.goOn =
                () -> {
                    this.released = true;
                    this.clock.await(() -> session.stepCount() == 5, Duration.ofMillis(50));
                };

        pass(50);

        assertThat(platform.goOn).as("was run").isNull();
        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.totals().stalls()).isZero();
        assertThat(this.robot.stops).hasValue(0);
    }

    /** Lets an inspection take place in the midst of something. */
    private final class GoingOn extends TestPlatform {

        /** Runs when an inspection first reads the clock, to check the progress. */
        private @Nullable Runnable goOn;

        private boolean inspecting;
        private final Clock inspected =
                new TestClock(SessionWatchdogTests.this.clock) {
                    @Override
                    public long nanoTime() {
                        Runnable action = GoingOn.this.goOn;
                        if (GoingOn.this.inspecting && action != null) {
                            GoingOn.this.goOn = null;
                            action.run();
                        }
                        return super.nanoTime();
                    }
                };

        GoingOn() {
            super(SessionWatchdogTests.this.clock);
        }

        @Override
        public Clock clock() {
            return this.inspected;
        }

        @Override
        public Scheduler scheduler() {
            Scheduler timers = super.scheduler();
            return new Scheduler() {
                @Override
                public Runnable every(Duration interval, Runnable task) {
                    return timers.every(
                            interval,
                            () -> {
                                GoingOn.this.inspecting = true;
                                task.run();
                                GoingOn.this.inspecting = false;
                            });
                }

                @Override
                public Runnable after(Duration delay, Runnable task) {
                    return timers.after(delay, task);
                }
            };
        }
    }

    @Test
    void blockedCallIsInterruptedThoughNoCallerWaitsForTheStop() {
        Session session = blockedIn3(OPTIONS, false);
        session.start();
        pass(100);
        session.requestStop();
        assertThat(session.state()).isEqualTo(SessionState.STOPPING);

        pass(1_000); // half of the stop timeout
        assertThat(session.state()).isEqualTo(SessionState.STOPPING);
        pass(50);

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stackOfAStallIsLoggedOnce() {
        Logger logger = (Logger) LoggerFactory.getLogger("dev.rfx.session.lifecycle");
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
            blockedIn3(OPTIONS.withName("logged"), true).start();
            pass(2_600);
            assertThat(this.events).containsExactly("stalled", "stuck", "failed");
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
                        .filter(thread -> thread.getClass() == Thread.class) // none of other tests
                        .count();

        sessions.forEach(Session::stop);
        assertThat(watchdogs).isEqualTo(1);
    }

    @Test
    void realWatchdogStopsTheRobotOfAStalledLoop() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Session session =
                new Session(
                        this.robot,
                        observation -> {
                            IgnoringInterrupts.await(release);
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
        release.countDown();
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.acts).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
    }
}
