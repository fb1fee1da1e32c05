package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rfx.session.testkit.FakeClock;
import dev.rfx.session.testkit.ScriptedRobot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Start, stop, run and close, from every thread and in every order. A test that ends only by the
 * interrupt, after half of the stop timeout, exceeds its time limit and fails.
 */
@Timeout(value = 4, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SessionTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withStopTimeout(Duration.ofSeconds(10));

    private final ScriptedRobot robot = new ScriptedRobot();
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private volatile Policy<String, String> policy = observation -> "action";
    private final Session session =
            new Session(this.robot, observation -> this.policy.selectAction(observation), OPTIONS);

    @AfterEach
    void shutDown() {
        this.executor.shutdownNow();
    }

    private static Session standingStill(ScriptedRobot robot, SessionOptions options) {
        FakeClock clock = new FakeClock().standingStill();
        return new Session(robot, observation -> "action", options, clock.platform());
    }

    private void awaitIterations(Session session, long iterations) {
        while (session.stepCount() < iterations) {
            assertThat(session.state().isActive()).isTrue();
            Thread.onSpinWait();
        }
    }

    @Test
    void newSessionTouchesNothing() {
        assertThat(this.session.state()).isEqualTo(SessionState.NEW);
        assertThat(this.session.isRunning()).isFalse();
        assertThat(this.session.stepCount()).isZero();
        assertThat(this.session.stats()).isEqualTo(new SessionStats(0, 0, 0.02, 0, 0, 0, 0, 0));
        this.session.stop();
        this.session.checkHealth();
        this.session.close();
        assertThat(this.session.state()).isEqualTo(SessionState.NEW);
        assertThat(this.robot.calls()).isZero();
    }

    @Test
    void startResetsRobotThenPolicyAndReturnsWhileTheLoopRuns() {
        List<String> calls = new ArrayList<>();
        this.robot.onReset(() -> calls.add("robot"));
        Session session =
                new Session(
                        this.robot,
                        new Policy<String, String>() {
                            @Override
                            public String selectAction(String observation) {
                                return "action";
                            }

                            @Override
                            public void reset() {
                                calls.add("policy");
                            }
                        },
                        OPTIONS);

        session.start();

        assertThat(calls).containsExactly("robot", "policy");
        assertThat(session.isRunning()).isTrue();
        awaitIterations(session, 2);
        session.stop();
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void robotIsCalledOnOneDaemonThreadNamedAfterTheSession() {
        List<Thread> threads = new ArrayList<>();
        this.robot
                .onReset(() -> threads.add(Thread.currentThread()))
                .onObserve(() -> threads.add(Thread.currentThread()))
                .onAct(() -> threads.add(Thread.currentThread()))
                .onStop(() -> threads.add(Thread.currentThread()));

        this.session.run(Duration.ofMillis(1));

        assertThat(threads).hasSize(4).containsOnly(threads.get(0));
        assertThat(threads.get(0).getName()).isEqualTo("rfx-session-rfx-session");
        assertThat(threads.get(0).isDaemon()).isTrue();
    }

    @Test
    void startWhileRunningDoesNothing() {
        this.session.start();
        this.session.start();
        this.policy =
                observation -> {
                    this.session.start();
                    return "action";
                };
        awaitIterations(this.session, this.session.stepCount() + 2);

        this.session.close();

        assertThat(this.robot.resets).hasValue(1);
    }

    @Test
    void thirtyTwoConcurrentStartsAreOneResetAndOneThread() throws Exception {
        int starters = 32;
        CyclicBarrier barrier = new CyclicBarrier(starters);
        List<Future<?>> starts = new ArrayList<>();
        for (int i = 0; i < starters; i++) {
            starts.add(
                    this.executor.submit(
                            () -> {
                                barrier.await();
                                this.session.start();
                                assertThat(this.session.isRunning()).isTrue();
                                return null;
                            }));
        }
        for (Future<?> start : starts) {
            start.get();
        }

        assertThat(this.robot.resets).hasValue(1);
        assertThat(
                        Thread.getAllStackTraces().keySet().stream()
                                .filter(t -> t.getName().equals("rfx-session-rfx-session")))
                .hasSize(1);
        this.session.stop();
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stoppedSessionStartsAgainAndCountsFromZero() {
        Session session = standingStill(this.robot, OPTIONS);
        for (int run = 1; run <= 3; run++) {
            session.start();
            awaitIterations(session, 1);
            session.stop();
            assertThat(session.stepCount()).isEqualTo(1);
            assertThat(this.robot.resets).hasValue(run);
            assertThat(this.robot.stops).hasValue(run);
        }
        assertThat(session.totals().iterations()).isEqualTo(3);
    }

    @Test
    void failedSessionStartsAgain() {
        this.policy =
                observation -> {
                    throw new IllegalStateException("boom");
                };
        assertThatExceptionOfType(SessionException.class).isThrownBy(this.session::run);
        assertThat(this.session.state()).isEqualTo(SessionState.FAILED);
        this.policy = observation -> "action";

        this.session.start();

        assertThat(this.session.failure()).isNull();
        this.session.checkHealth();
        this.session.close();
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void stopWakesTheWaitForANextIterationThatIsFarAway() {
        Session session = standingStill(this.robot, OPTIONS.withRateHz(0.1));
        session.start();
        awaitIterations(session, 1);

        session.stop();

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(session.stepCount()).isEqualTo(1);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopDuringWarmUpEndsItAtOnce() throws Exception {
        CountDownLatch reset = new CountDownLatch(1);
        this.robot.onReset(reset::countDown);
        Session session = standingStill(this.robot, OPTIONS.withWarmup(Duration.ofHours(1)));
        Future<?> start = this.executor.submit(session::start);
        reset.await();

        session.stop();
        start.get();

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.observes).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopDuringResetInterruptsItAtOnce() throws Exception {
        CountDownLatch inReset = new CountDownLatch(1);
        this.robot.onReset(
                () -> {
                    inReset.countDown();
                    new CountDownLatch(1).await();
                });
        Future<?> start = this.executor.submit((Runnable) this.session::start);
        inReset.await();

        this.session.stop();
        start.get();

        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.session.failure()).isNull();
        assertThat(this.robot.observes).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopFromWithinResetEndsTheStart() {
        this.robot.onReset(this.session::stop);

        this.session.start();

        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.observes).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopFromThePolicyEndsTheRunAndItsActionIsNotSent() {
        this.policy =
                observation -> {
                    if (this.robot.acts.get() == 3) {
                        this.session.stop();
                    }
                    return "action";
                };

        this.session.run();

        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.session.stepCount()).isEqualTo(3);
        assertThat(this.robot.acts).hasValue(3);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopFromObserveEndsTheRunBeforeThePolicyIsAsked() {
        AtomicBoolean asked = new AtomicBoolean();
        this.robot.onObserve(this.session::stop);
        this.policy =
                observation -> {
                    asked.set(true);
                    return "action";
                };

        this.session.run();

        assertThat(asked).isFalse();
        assertThat(this.robot.acts).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopFromActLetsThatIterationCount() {
        this.robot.onAct(this.session::stop);

        this.session.run();

        assertThat(this.session.stepCount()).isEqualTo(1);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopFromTheRobotsOwnStopIsHarmless() {
        this.robot.onStop(this.session::stop);

        this.session.run(Duration.ofMillis(1));

        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void startFromTheRobotsStopIsRefused() {
        this.robot.onStop(this.session::start);

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> this.session.run(Duration.ofMillis(1)))
                .havingCause()
                .isInstanceOf(IllegalStateException.class)
                .withMessageContaining("cannot be started from within a run that is ending");
    }

    @Test
    void stopFromAListenerEndsTheRun() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        SessionTests.this.session.stop();
                        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
                    }

                    @Override
                    public void stopped(SessionView session) {
                        stopped.countDown();
                    }
                });

        this.session.run();

        stopped.await();
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void twoStopsAtOnceBothReturnAfterTheEnd() throws Exception {
        CountDownLatch inAct = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        this.robot.onAct(
                () -> {
                    inAct.countDown();
                    goOn.await();
                });
        this.session.start();
        inAct.await();
        List<Thread> waiting = new CopyOnWriteArrayList<>();
        List<Future<?>> stops = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            stops.add(
                    this.executor.submit(
                            () -> {
                                waiting.add(Thread.currentThread());
                                this.session.stop();
                                assertThat(this.robot.stops).hasValue(1);
                                assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
                            }));
        }
        while (waiting.stream().anyMatch(t -> t.getState() != Thread.State.TIMED_WAITING)
                || waiting.size() < 2) {
            Thread.onSpinWait();
        }
        assertThat(stops).noneMatch(Future::isDone);

        goOn.countDown();

        for (Future<?> stop : stops) {
            stop.get();
        }
    }

    @Test
    void stopReturnsAfterTheListenersHaveReturned() {
        List<String> reported = new ArrayList<>();
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        reported.add("started");
                    }

                    @Override
                    public void stopped(SessionView session) {
                        reported.add("stopped on " + Thread.currentThread().getName());
                    }
                });
        this.session.start();

        this.session.stop();

        assertThat(reported)
                .containsExactly("started", "stopped on rfx-session-rfx-session-events");
    }

    @Test
    void listenerThatThrowsDoesNotKeepEventsFromTheOthers() {
        AtomicBoolean reported = new AtomicBoolean();
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void stopped(SessionView session) {
                        throw new AssertionError("boom");
                    }
                });
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void stopped(SessionView session) {
                        reported.set(true);
                    }
                });

        this.session.run(Duration.ofMillis(1));

        assertThat(reported).isTrue();
    }

    @Test
    void removedListenerReceivesNoEvent() {
        AtomicBoolean reported = new AtomicBoolean();
        SessionListener listener =
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        reported.set(true);
                    }
                };
        this.session.addListener(listener);
        this.session.removeListener(listener);

        this.session.run(Duration.ofMillis(1));

        assertThat(reported).isFalse();
    }

    @Test
    void runEndsWhenItsDurationIsOverAlsoInTheMiddleOfAWait() {
        FakeClock clock = new FakeClock();
        Session session =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withRateHz(0.1).withSpinWindow(Duration.ZERO),
                        clock.platform());

        session.run(Duration.ofSeconds(15));

        assertThat(session.stepCount()).isEqualTo(2);
        assertThat(clock.nanoTime() - FakeClock.ORIGIN).isEqualTo(15_000_000_000L);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void runOfARunningSessionCountsItsDurationFromTheCall() {
        Session session =
                new Session(this.robot, observation -> "action", OPTIONS.withRateHz(0.001));
        session.start();
        awaitIterations(session, 1);

        session.run(Duration.ofMillis(1)); // the next iteration is 1000 s away

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(session.stepCount()).isEqualTo(1);
    }

    @Test
    void optionSetsTheDurationOfEveryRun() {
        FakeClock clock = new FakeClock();
        Session session =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withDuration(Duration.ofSeconds(1)).withSpinWindow(Duration.ZERO),
                        clock.platform());

        session.run();
        assertThat(session.stepCount()).isEqualTo(50);
        session.run(Duration.ofSeconds(2));
        assertThat(session.stepCount()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S"})
    void runRefusesADurationThatIsNotPositive(Duration duration) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.session.run(duration))
                .withMessageContaining("duration is " + duration);
        assertThat(this.robot.calls()).isZero();
    }

    @Test
    void interruptEndsRunAndStaysSet() throws Exception {
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        Thread runner =
                new Thread(
                        () -> {
                            this.session.run();
                            interrupted.set(Thread.currentThread().isInterrupted());
                        });
        runner.start();
        while (this.session.stepCount() == 0) {
            Thread.onSpinWait();
        }

        runner.interrupt();
        runner.join();

        assertThat(interrupted).hasValue(true);
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void interruptOfTheCallerOfStartEndsTheStart() throws Exception {
        CountDownLatch inReset = new CountDownLatch(1);
        this.robot.onReset(
                () -> {
                    inReset.countDown();
                    new CountDownLatch(1).await();
                });
        Thread starter = new Thread(this.session::start);
        starter.start();
        inReset.await();

        starter.interrupt();
        starter.join();

        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void interruptThatAPolicyLeavesSetDoesNotMakeTheLoopRunWild() {
        FakeClock clock = new FakeClock().oversleeping(() -> 0);
        Session session =
                new Session(
                        this.robot,
                        observation -> {
                            Thread.currentThread().interrupt();
                            return "action";
                        },
                        OPTIONS.withSpinWindow(Duration.ZERO),
                        clock.platform());

        session.run(Duration.ofSeconds(1));

        assertThat(session.stepCount()).isEqualTo(50);
    }

    @Test
    void oneLinerRunsAndReturnsTheStatistics() {
        SessionStats stats =
                Session.run(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withRateHz(1000),
                        Duration.ofMillis(20));

        assertThat(stats.iterations()).isBetween(1L, 20L);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void startOfARunningSessionFromAnInterruptedThreadDoesNothing() {
        this.session.start();
        Thread.currentThread().interrupt();

        this.session.start();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(this.session.isRunning()).isTrue();
        this.session.stop();
    }

    @Test
    void robotAndPolicyCannotWaitForTheEndOfTheirOwnRun() {
        this.policy =
                observation -> {
                    this.session.run();
                    return "action";
                };

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(this.session::run)
                .withMessageContaining("cannot wait for its end");
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void everyCallerOfAStartThatFailsGetsTheReason() throws Exception {
        CountDownLatch inReset = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        this.robot.onReset(
                () -> {
                    inReset.countDown();
                    goOn.await();
                    throw new IllegalStateException("no power");
                });
        List<Future<?>> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(this.executor.submit((Runnable) this.session::start));
            inReset.await();
        }

        goOn.countDown();

        for (Future<?> start : starts) {
            assertThatThrownBy(start::get).hasRootCauseMessage("no power");
        }
    }

    @Test
    void runDoesNotLengthenARunThatIsLimitedAlready() {
        Session session =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withRateHz(0.001).withDuration(Duration.ofMillis(50)));
        session.start();

        session.run(Duration.ofHours(1));

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void listenerThatBlocksDoesNotKeepStopFromReturning() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        try {
                            release.await();
                        } catch (InterruptedException ex) {
                            throw new AssertionError(ex);
                        }
                    }
                });
        this.session.start();

        this.session.stop();

        assertThat(this.robot.stops).hasValue(1);
        release.countDown();
    }

    @Test
    void sleepsOfTheControlThreadAreExactWhereLinuxAllowsIt() throws Exception {
        AtomicReference<String> slack = new AtomicReference<>();
        this.robot.onReset(
                () -> {
                    Path link = Path.of("/proc/thread-self");
                    if (Files.exists(link)) {
                        Path tid = Files.readSymbolicLink(link).getFileName();
                        slack.set(
                                Files.readString(Path.of("/proc", tid.toString(), "timerslack_ns"))
                                        .strip());
                    }
                });

        this.session.run(Duration.ofMillis(1));

        assumeThat(slack.get()).isNotNull();
        assertThat(slack).hasValue("1");
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        SessionOptions defaults = SessionOptions.defaults();
        for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 10_000.1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> defaults.withRateHz(rate))
                    .withMessage("rateHz is " + rate + ", but must be more than 0, at most 10000");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withName(" "))
                .withMessage("name is \" \", but must be not blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withWarmup(Duration.ofMillis(-1)))
                .withMessage("warmup is PT-0.001S, but must be PT0S to PT1H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withStopTimeout(Duration.ZERO))
                .withMessage("stopTimeout is PT0S, but must be PT0.001S to PT10S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withMaxTimingSamples(0))
                .withMessage("maxTimingSamples is 0, but must be 1 to 1000000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withSpinWindow(Duration.ofMillis(2)))
                .withMessage("spinWindow is PT0.002S, but must be PT0S to PT0.0012S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withDuration(Duration.ZERO))
                .withMessageStartingWith("duration is PT0S");
    }

    @Test
    void timeToWaitMayBeLongerThanAnyClockCounts() throws Exception {
        this.session.start();
        this.session.requestStop();

        assertThat(this.session.awaitStopped(ChronoUnit.FOREVER.getDuration())).isTrue();
    }

    /** On JDK 17 a group counts threads that were created in it but never started. */
    @Test
    void runLeavesNothingInTheThreadGroupOfItsCaller() throws Exception {
        ThreadGroup group = new ThreadGroup("application");
        AtomicReference<ThreadGroup> ofTheRun = new AtomicReference<>();
        this.robot.onReset(() -> ofTheRun.set(Thread.currentThread().getThreadGroup()));
        Thread caller = new Thread(group, () -> this.session.run(Duration.ofMillis(1)));

        caller.start();
        caller.join();

        assertThat(ofTheRun.get()).isNotSameAs(group);
        assertThat(ofTheRun.get().getParent()).as("the group of the JVM").isNull();
    }
}
