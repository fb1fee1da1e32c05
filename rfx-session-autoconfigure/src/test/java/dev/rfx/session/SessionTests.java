package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rfx.session.test.Caller;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Start, stop, run and close, from every thread and in every order. A stop takes no time, because
 * the calls take none; one that ends only by the interrupt takes half of the stop timeout.
 */
@Timeout(60)
class SessionTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO);

    private final VirtualClock clock = new VirtualClock();
    private final long origin = this.clock.nanoTime();
    private final ScriptedRobot robot = new ScriptedRobot();
    private Policy<String, String> policy = observation -> "action";
    private final Session session = session(OPTIONS);

    private Session session(SessionOptions options) {
        return this.clock.session(
                this.robot, observation -> this.policy.selectAction(observation), options);
    }

    private Session sessionOnTheJvm() {
        return new Session(this.robot, observation -> "action", OPTIONS);
    }

    @AfterEach
    void close() {
        this.clock.close();
    }

    private Duration now() {
        return Duration.ofNanos(this.clock.nanoTime() - this.origin);
    }

    /** Lets other threads run until they wait. */
    private void passAnInstant() {
        this.clock.advance(Duration.ofNanos(1));
    }

    private static boolean returns(Caller caller) {
        return caller.isDone() && caller.thrown() == null;
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
    void startPreparesThePolicyThenResetsRobotAndPolicyAndReturnsWhileTheLoopRuns() {
        List<String> calls = new ArrayList<>();
        this.robot.onReset(() -> calls.add("robot"));
        Session session =
                this.clock.session(
                        this.robot,
                        new Policy<String, String>() {
                            @Override
                            public String selectAction(String observation) {
                                return "action";
                            }

                            @Override
                            public void prepare() {
                                calls.add("prepare");
                            }

                            @Override
                            public void reset() {
                                calls.add("policy");
                            }
                        },
                        OPTIONS);

        session.start();

        assertThat(calls).containsExactly("prepare", "robot", "policy");
        assertThat(session.isRunning()).isTrue();
        this.clock.advance(Duration.ofMillis(40));
        assertThat(session.stepCount()).isEqualTo(2);
        session.stop();
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void robotIsNotResetIfThePolicyCannotBePrepared() {
        Session session =
                this.clock.session(
                        this.robot,
                        new PolicyDecorator<String, String>(observation -> "action") {
                            @Override
                            public void prepare() throws IOException {
                                throw new IOException("no model");
                            }
                        },
                        OPTIONS);

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(session::start)
                .withMessageContaining("no model")
                .withCauseInstanceOf(IOException.class)
                .satisfies(ex -> assertThat(ex.phase()).isEqualTo(SessionPhase.RESET));
        assertThat(this.robot.resets).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopInterruptsAPolicyThatIsPreparedAndTheRobotIsNotReset() throws Exception {
        CountDownLatch preparing = new CountDownLatch(1);
        Session session =
                new Session(
                        this.robot,
                        new PolicyDecorator<String, String>(observation -> "action") {
                            @Override
                            public void prepare() throws InterruptedException {
                                preparing.countDown();
                                new CountDownLatch(1).await();
                            }
                        },
                        OPTIONS);
        CompletableFuture<Void> start = CompletableFuture.runAsync(session::start);
        preparing.await();

        session.stop();

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.resets).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
        start.join();
    }

    @Test
    void robotIsCalledOnOneDaemonThreadNamedAfterTheSession() {
        List<Thread> threads = new ArrayList<>();
        this.robot
                .onReset(() -> threads.add(Thread.currentThread()))
                .onObserve(() -> threads.add(Thread.currentThread()))
                .onAct(() -> threads.add(Thread.currentThread()))
                .onStop(() -> threads.add(Thread.currentThread()));

        sessionOnTheJvm().run(Duration.ofMillis(1));

        assertThat(threads).hasSize(4).containsOnly(threads.get(0));
        assertThat(threads.get(0).getName()).isEqualTo("rfx-session");
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
        this.clock.advance(Duration.ofMillis(40));

        this.session.close();
        assertThat(this.session.stepCount()).isEqualTo(2);

        assertThat(this.robot.resets).hasValue(1);
    }

    /** In real time, because the starts come at once. */
    @Test
    void thirtyTwoConcurrentStartsAreOneResetAndOneThread() throws Exception {
        int starters = 32;
        Session session = sessionOnTheJvm();
        Set<Thread> before = controlThreads();
        CyclicBarrier barrier = new CyclicBarrier(starters);
        ExecutorService executor = Executors.newFixedThreadPool(starters);
        List<Future<?>> starts = new ArrayList<>();
        for (int i = 0; i < starters; i++) {
            starts.add(
                    executor.submit(
                            () -> {
                                barrier.await();
                                session.start();
                                assertThat(session.isRunning()).isTrue();
                                return null;
                            }));
        }
        for (Future<?> start : starts) {
            start.get();
        }
        executor.shutdown();

        assertThat(this.robot.resets).hasValue(1);
        Set<Thread> now = controlThreads();
        now.removeAll(before); // of other tests
        assertThat(now).hasSize(1);
        session.stop();
        assertThat(this.robot.stops).hasValue(1);
    }

    private static Set<Thread> controlThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("rfx-session"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void stoppedSessionStartsAgainAndCountsFromZero() {
        for (int run = 1; run <= 3; run++) {
            this.session.start();
            assertThat(this.session.stepCount()).isEqualTo(1);
            this.session.stop();
            assertThat(this.session.stepCount()).isEqualTo(1);
            assertThat(this.robot.resets).hasValue(run);
            assertThat(this.robot.stops).hasValue(run);
        }
        assertThat(now()).isZero();
        assertThat(this.session.totals().iterations()).isEqualTo(3);
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
        Session session = session(OPTIONS.withRateHz(0.1));
        session.start();

        session.stop();

        assertThat(now()).isZero();
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(session.stepCount()).isEqualTo(1);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopDuringWarmUpEndsItAtOnce() {
        Session session = session(OPTIONS.withWarmup(Duration.ofHours(1)));
        Caller start = Caller.of(this.clock, session::start);
        this.clock.advance(Duration.ofMinutes(59));

        session.stop();

        assertThat(now()).isEqualTo(Duration.ofMinutes(59));
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.observes).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
        passAnInstant();
        assertThat(returns(start)).isTrue();
    }

    @Test
    void stopDuringResetInterruptsItAtOnce() {
        this.robot.onReset(() -> this.clock.sleep(Duration.ofDays(1)));
        Caller start = Caller.of(this.clock, this.session::start);
        this.clock.advance(Duration.ofMinutes(1));

        this.session.stop();

        assertThat(now()).isEqualTo(Duration.ofMinutes(1));
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.session.failure()).isNull();
        assertThat(this.robot.observes).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
        passAnInstant();
        assertThat(returns(start)).isTrue();
    }

    @Test
    void stopFromWithinResetEndsTheStart() {
        this.robot.onReset(this.session::stop);

        this.session.start();

        assertThat(now()).isZero();
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

        assertThat(now()).isEqualTo(Duration.ofMillis(60));
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

        assertThat(now()).isZero();
        assertThat(asked).isFalse();
        assertThat(this.robot.acts).hasValue(0);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopFromActLetsThatIterationCount() {
        this.robot.onAct(this.session::stop);

        this.session.run();

        assertThat(now()).isZero();
        assertThat(this.session.stepCount()).isEqualTo(1);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void stopFromTheRobotsOwnStopIsHarmless() {
        this.robot.onStop(this.session::stop);

        this.session.run(Duration.ofMillis(1));

        assertThat(now()).isEqualTo(Duration.ofMillis(1));
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
    void stopFromAListenerEndsTheRun() {
        AtomicBoolean stopped = new AtomicBoolean();
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        SessionTests.this.session.stop();
                        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
                    }

                    @Override
                    public void stopped(SessionView session) {
                        stopped.set(true);
                    }
                });

        this.session.run();

        assertThat(now()).isZero();
        passAnInstant();
        assertThat(stopped).isTrue();
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void twoStopsAtOnceBothReturnAfterTheEnd() {
        this.robot.onAct(() -> this.clock.advance(Duration.ofMillis(300)));
        List<Duration> returned = new ArrayList<>();
        Runnable stop =
                () -> {
                    this.session.stop();
                    assertThat(this.robot.stops).hasValue(1);
                    assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
                    returned.add(now());
                };
        this.session.start();
        Caller one = Caller.of(this.clock, stop);
        Caller two = Caller.of(this.clock, stop);

        this.clock.advance(Duration.ofSeconds(1));

        assertThat(returns(one)).isTrue();
        assertThat(returns(two)).isTrue();
        assertThat(returned).containsExactly(Duration.ofMillis(300), Duration.ofMillis(300));
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

        assertThat(now()).isZero();
        assertThat(reported).containsExactly("started", "stopped on rfx-session-events");
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
        Session session = session(OPTIONS.withRateHz(0.1));

        session.run(Duration.ofSeconds(15));

        assertThat(session.stepCount()).isEqualTo(2);
        assertThat(now()).isEqualTo(Duration.ofSeconds(15));
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void runOfARunningSessionCountsItsDurationFromTheCall() {
        Session session = session(OPTIONS.withRateHz(0.001));
        session.start();
        this.clock.advance(Duration.ofSeconds(10));

        session.run(Duration.ofMillis(1)); // the next iteration is 990 s away

        assertThat(now()).isEqualTo(Duration.ofMillis(10_001));
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(session.stepCount()).isEqualTo(1);
    }

    @Test
    void optionSetsTheDurationOfEveryRun() {
        Session session = session(OPTIONS.withDuration(Duration.ofSeconds(1)));

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
    void interruptEndsRunAndStaysSet() {
        boolean[] interrupted = {false};
        Caller caller =
                Caller.of(
                        this.clock,
                        () -> {
                            this.session.run();
                            interrupted[0] = Thread.interrupted();
                        });
        this.clock.advance(Duration.ofMillis(30));

        caller.thread().interrupt();
        passAnInstant();

        assertThat(returns(caller)).isTrue();
        assertThat(interrupted[0]).isTrue();
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void interruptOfTheCallerOfStartEndsTheStart() {
        this.robot.onReset(() -> this.clock.sleep(Duration.ofDays(1)));
        Caller caller = Caller.of(this.clock, this.session::start);
        this.clock.advance(Duration.ofMinutes(1));

        caller.thread().interrupt();
        passAnInstant();

        assertThat(returns(caller)).isTrue();
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void interruptThatAPolicyLeavesSetDoesNotMakeTheLoopRunWild() {
        int[] sleeps = {0};
        this.clock.oversleeping(
                () -> {
                    sleeps[0]++;
                    return 0;
                });
        this.policy =
                observation -> {
                    Thread.currentThread().interrupt();
                    return "action";
                };
        Session session = session(OPTIONS.withSpinWindow(Duration.ZERO));

        session.run(Duration.ofSeconds(1));

        assertThat(session.stepCount()).isEqualTo(50);
        assertThat(sleeps[0]).as("one that returns at once, and one that lasts").isEqualTo(100);
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
    void everyCallerOfAStartThatFailsGetsTheReason() {
        this.robot.onReset(
                () -> {
                    this.clock.advance(Duration.ofMillis(100));
                    throw new IllegalStateException("no power");
                });
        List<Caller> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(Caller.of(this.clock, this.session::start));
            this.clock.advance(Duration.ofMillis(10));
        }

        this.clock.advance(Duration.ofMillis(100));

        assertThat(starts)
                .allSatisfy(start -> assertThat(start.thrown()).hasRootCauseMessage("no power"));
        assertThat(this.robot.resets).hasValue(1);
    }

    @Test
    void runDoesNotLengthenARunThatIsLimitedAlready() {
        Session session = session(OPTIONS.withRateHz(0.001).withDuration(Duration.ofMillis(50)));
        session.start();

        session.run(Duration.ofHours(1));

        assertThat(now()).isEqualTo(Duration.ofMillis(50));
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void listenerThatBlocksDoesNotKeepStopFromReturning() {
        boolean[] released = {false};
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        SessionTests.this.clock.await(() -> released[0], Duration.ofDays(1));
                    }
                });
        this.session.start();

        this.session.stop();

        assertThat(now()).isEqualTo(Duration.ofSeconds(1));
        assertThat(this.robot.stops).hasValue(1);
        released[0] = true;
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

        sessionOnTheJvm().run(Duration.ofMillis(1));

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
        Thread caller = new Thread(group, () -> sessionOnTheJvm().run(Duration.ofMillis(1)));

        caller.start();
        caller.join();

        assertThat(ofTheRun.get()).isNotSameAs(group);
        assertThat(ofTheRun.get().getParent()).as("the group of the JVM").isNull();
    }
}
