package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.FakeClock;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionRestartTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO).withSpinWindow(Duration.ZERO);

    private final FakeClock clock = new FakeClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final List<String> events = new CopyOnWriteArrayList<>();

    /** Allows the given number of restarts, each after a second. */
    private static RestartPolicy restarts(int max) {
        AtomicInteger attempts = new AtomicInteger();
        return new RestartPolicy() {
            @Override
            public @Nullable Duration delayAfter(SessionException failure) {
                return attempts.incrementAndGet() > max ? null : Duration.ofSeconds(1);
            }

            @Override
            public int attempts() {
                return Math.min(attempts.get(), max);
            }

            @Override
            public int maxAttempts() {
                return max;
            }
        };
    }

    private Session session(RestartPolicy policy) {
        Session session =
                new Session(this.robot, observation -> "action", OPTIONS, this.clock.platform());
        session.setRestartPolicy(policy);
        session.addListener(
                new SessionListener() {
                    @Override
                    public void restarting(SessionView session, RestartStatus restart) {
                        SessionRestartTests.this.events.add("restarting " + restart.attempts());
                    }

                    @Override
                    public void restartsExhausted(SessionView session, SessionException failure) {
                        SessionRestartTests.this.events.add(
                                "exhausted by " + failure.getCause().getMessage());
                    }
                });
        return session;
    }

    private void failInAct() {
        this.robot.onAct(
                () -> {
                    throw new IllegalStateException("unplugged");
                });
    }

    private void awaitEnd(Session session) throws InterruptedException {
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
    }

    private void passASecond() {
        this.clock.advance(1_000_000_000);
        this.clock.inspect();
    }

    @Test
    void failedSessionStartsAgainAfterTheDelay() throws Exception {
        failInAct();
        Session session = session(restarts(3));
        session.start();
        awaitEnd(session);
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(session.snapshot().restart())
                .isEqualTo(new RestartStatus(1, 3, Duration.ofSeconds(1)));
        this.clock.advance(999_999_999);
        this.clock.inspect();
        assertThat(this.robot.resets).hasValue(1);
        this.robot.onAct(() -> {});

        this.clock.advance(1);
        this.clock.inspect();

        while (!session.isRunning()) {
            Thread.onSpinWait();
        }
        assertThat(this.robot.resets).hasValue(2);
        assertThat(this.robot.stops).as("of the first run").hasValue(1);
        assertThat(session.failure()).isNull();
        assertThat(session.totals().restarts()).isEqualTo(1);
        assertThat(session.totals().failures()).isEqualTo(1);
        assertThat(session.snapshot().restart()).isEqualTo(new RestartStatus(1, 3, null));
        session.stop();
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.clock.tasks()).isZero();
    }

    @Test
    void sessionStaysFailedWhenThePolicyIsExhausted() throws Exception {
        failInAct();
        Session session = session(restarts(2));
        session.start();
        awaitEnd(session);
        for (int restart = 1; restart <= 2; restart++) {
            passASecond();
            while (this.robot.stops.get() < restart + 1) {
                Thread.onSpinWait();
            }
            awaitEnd(session);
        }
        while (this.events.size() < 3) {
            Thread.onSpinWait();
        }

        passASecond();

        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(session.snapshot().restart()).isEqualTo(new RestartStatus(2, 2, null));
        assertThat(this.events)
                .containsExactly("restarting 1", "restarting 2", "exhausted by unplugged");
        assertThat(this.robot.resets).hasValue(3);
        assertThat(this.robot.stops).hasValue(3);
        assertThat(session.totals().failures()).isEqualTo(3);
        assertThat(session.totals().restarts()).isEqualTo(2);
        assertThat(this.clock.tasks()).isZero();
    }

    @Test
    void resetThatFailsIsTriedAgain() throws Exception {
        this.robot.onReset(
                () -> {
                    if (this.robot.resets.get() == 1) {
                        throw new IllegalStateException("no power");
                    }
                });
        Session session = session(restarts(1));
        assertThatExceptionOfType(SessionException.class).isThrownBy(session::start);

        passASecond();

        while (!session.isRunning()) {
            Thread.onSpinWait();
        }
        session.stop();
        assertThat(this.robot.stops).hasValue(2);
    }

    @Test
    void stopDuringTheWaitCancelsTheRestart() throws Exception {
        failInAct();
        Session session = session(restarts(3));
        session.start();
        awaitEnd(session);

        session.stop();

        assertThat(session.snapshot().restart()).isEqualTo(new RestartStatus(1, 3, null));
        assertThat(this.clock.tasks()).as("the timer is gone, too").isZero();
        passASecond();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.resets).hasValue(1);
    }

    @Test
    void startDuringTheWaitTakesThePlaceOfTheRestart() throws Exception {
        failInAct();
        Session session = session(restarts(3));
        session.start();
        awaitEnd(session);
        this.robot.onAct(() -> {});

        session.start();
        passASecond();

        assertThat(this.robot.resets).hasValue(2);
        assertThat(session.totals().restarts()).isZero();
        session.stop();
    }

    @Test
    void sessionThatWasStoppedIsNotRestarted() {
        Session session = session(restarts(3));
        session.start();
        session.stop();

        passASecond();

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.resets).hasValue(1);
    }

    @Test
    void failureWhileTheSessionIsBeingStoppedIsNotFollowedByARestart() throws Exception {
        Session session = session(restarts(3));
        this.robot.onAct(
                () -> {
                    session.requestStop();
                    throw new IllegalStateException("unplugged");
                });
        session.start();
        awaitEnd(session);

        passASecond();

        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(session.snapshot().restart()).isEqualTo(new RestartStatus(0, 3, null));
        assertThat(this.robot.resets).hasValue(1);
    }

    private RestartPolicy policy(Callable<@Nullable Duration> delay, Callable<Integer> attempts) {
        return new RestartPolicy() {
            @Override
            public @Nullable Duration delayAfter(SessionException failure) {
                return call(delay);
            }

            @Override
            public int attempts() {
                return call(attempts);
            }

            @Override
            public int maxAttempts() {
                return 3;
            }
        };
    }

    private static <T extends @Nullable Object> T call(Callable<T> callable) {
        try {
            return callable.call();
        } catch (RuntimeException ex) {
            throw ex;
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private void assertPolicyLeavesTheSessionFailed(RestartPolicy policy) throws Exception {
        failInAct();
        Session session = session(policy);
        session.start();
        awaitEnd(session);

        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        session.stop();
        assertThat(this.robot.stops).hasValue(1);
        assertThat(this.clock.tasks()).isZero();
        while (this.events.isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(this.events).containsExactly("exhausted by unplugged");
        session.setRestartPolicy(null);
        this.robot.onAct(() -> {});
        session.start();
        assertThat(session.isRunning()).isTrue();
        session.stop();
    }

    @Test
    void policyThatThrowsLeavesTheSessionFailed() throws Exception {
        assertPolicyLeavesTheSessionFailed(
                policy(
                        () -> {
                            throw new IllegalStateException("boom");
                        },
                        () -> 0));
    }

    @Test
    void policyThatThrowsAnErrorLeavesTheSessionFailed() throws Exception {
        assertPolicyLeavesTheSessionFailed(
                policy(
                        () -> {
                            throw new StackOverflowError("boom");
                        },
                        () -> 0));
    }

    @Test
    void delayThatIsNoneLeavesTheSessionFailed() throws Exception {
        assertPolicyLeavesTheSessionFailed(policy(ChronoUnit.FOREVER::getDuration, () -> 0));
    }

    @Test
    void policyThatCannotCountLeavesTheSessionFailed() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        assertPolicyLeavesTheSessionFailed(
                policy(
                        () -> Duration.ZERO,
                        () -> {
                            if (calls.getAndIncrement() == 0) {
                                throw new IllegalStateException("boom");
                            }
                            return 0;
                        }));
    }

    @Test
    void failureThatTheRobotsStopThrowsAgainIsReportedAndFollowedByARestart() throws Exception {
        failInAct();
        Session session = session(restarts(1));
        this.robot.onStop(session::checkHealth);
        List<SessionException> failures = new CopyOnWriteArrayList<>();
        session.addListener(
                new SessionListener() {
                    @Override
                    public void failed(SessionView session, SessionException failure) {
                        failures.add(failure);
                    }
                });
        session.start();
        awaitEnd(session);
        while (this.events.isEmpty()) {
            Thread.onSpinWait();
        }

        assertThat(failures).hasSize(1);
        assertThat(failures.get(0)).hasNoSuppressedExceptions();
        assertThat(this.events).containsExactly("restarting 1");
        session.stop();
    }

    @Test
    void restartedRunHasTheClassLoaderOfTheFirst() throws Exception {
        List<ClassLoader> loaders = new CopyOnWriteArrayList<>();
        this.robot.onReset(() -> loaders.add(Thread.currentThread().getContextClassLoader()));
        failInAct();
        Session session = session(restarts(1));
        session.start();
        awaitEnd(session);
        Thread watchdog =
                new Thread(
                        () -> {
                            Thread.currentThread().setContextClassLoader(null);
                            passASecond();
                        });
        watchdog.start();
        watchdog.join();
        while (loaders.size() < 2) {
            Thread.onSpinWait();
        }

        assertThat(loaders).containsOnly(Thread.currentThread().getContextClassLoader());
        session.stop();
    }

    @Test
    void runWhoseResetFailsIsNotRestarted() {
        this.robot.onReset(
                () -> {
                    throw new IllegalStateException("no power");
                });
        Session session = session(restarts(3));
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> session.run(Duration.ofSeconds(5)));
        this.robot.onReset(() -> {});

        passASecond();

        assertThat(session.awaitsRestart()).isFalse();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.resets).hasValue(1);
        assertThat(this.events).isEmpty();
    }

    @Test
    void runThatJoinsARunInProgressKeepsItFromBeingRestarted() throws Exception {
        Session session = session(restarts(3));
        session.start();
        CountDownLatch joined = new CountDownLatch(1);
        Thread attending =
                new Thread(
                        () ->
                                assertThatExceptionOfType(SessionException.class)
                                        .isThrownBy(
                                                () -> {
                                                    joined.countDown();
                                                    session.run();
                                                }));
        attending.start();
        joined.await();
        while (attending.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        failInAct();
        attending.join();
        passASecond();

        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(session.awaitsRestart()).isFalse();
        assertThat(this.robot.resets).hasValue(1);
    }

    @Test
    void runThatEndsByAnErrorEndsTheSession() {
        Session session = session(restarts(3));
        session.start();
        this.clock.whenReadDuringInspection(
                () -> {
                    throw new StackOverflowError("in run()");
                });

        assertThatExceptionOfType(StackOverflowError.class)
                .isThrownBy(() -> session.run(Duration.ofSeconds(5)));

        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void startOnceThatFailsIsNotRestarted() {
        this.robot.onReset(
                () -> {
                    throw new IllegalStateException("no power");
                });
        Session session = session(restarts(3));

        assertThatExceptionOfType(SessionException.class).isThrownBy(session::startOnce);
        passASecond();

        assertThat(session.awaitsRestart()).isFalse();
        assertThat(this.robot.resets).hasValue(1);
    }

    @Test
    void failureAfterTheFirstIterationHasBegunFollowsStartOnceByARestart() throws Exception {
        failInAct();
        Session session = session(restarts(3));
        session.startOnce();
        awaitEnd(session);
        assertThat(session.awaitsRestart()).isTrue();
        this.robot.onReset(
                () -> {
                    if (this.robot.resets.get() == 2) {
                        throw new IllegalStateException("still no power");
                    }
                });

        passASecond();
        while (this.robot.stops.get() < 2) {
            Thread.onSpinWait();
        }
        awaitEnd(session);

        assertThat(session.awaitsRestart()).as("a restart that fails is tried again").isTrue();
        session.stop();
    }

    @Test
    void listenersReadTheStatisticsOfTheRunThatFailed() throws Exception {
        failInAct();
        Session session = session(restarts(1));
        CountDownLatch passed = new CountDownLatch(1);
        List<SessionState> states = new CopyOnWriteArrayList<>();
        session.addListener(
                new SessionListener() {
                    @Override
                    public void failed(SessionView session, SessionException failure) {
                        await(passed);
                        states.add(session.state());
                        SessionRestartTests.this.robot.onAct(() -> {});
                    }
                });
        session.start();
        awaitEnd(session);

        passASecond(); // the restart is due, and a listener has not returned
        passed.countDown();

        while (!session.isRunning()) {
            Thread.onSpinWait();
        }
        assertThat(states).containsExactly(SessionState.FAILED);
        session.stop();
        assertThat(this.clock.tasks()).isZero();
    }

    @Test
    void listenerThatBlocksDelaysTheRestartByASecond() throws Exception {
        failInAct();
        Session session = session(restarts(1));
        CountDownLatch never = new CountDownLatch(1);
        session.addListener(
                new SessionListener() {
                    @Override
                    public void failed(SessionView session, SessionException failure) {
                        await(never);
                    }
                });
        session.start();
        awaitEnd(session);
        this.robot.onAct(() -> {});

        passASecond();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        passASecond();

        while (!session.isRunning()) {
            Thread.onSpinWait();
        }
        session.requestStop();
        awaitEnd(session);
        never.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** The policy is the user's and may block; all sessions need the inspecting thread. */
    @Test
    void policyIsNeverAskedOnTheThreadThatInspects() throws Exception {
        Thread inspecting = Thread.currentThread();
        List<Thread> asked = new CopyOnWriteArrayList<>();
        Session session =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withWatchdogTimeout(Duration.ofSeconds(1))
                                .withWatchdogAction(WatchdogAction.STOP_ROBOT),
                        this.clock.platform());
        session.setRestartPolicy(
                policy(
                        () -> {
                            asked.add(Thread.currentThread());
                            return Duration.ofSeconds(1);
                        },
                        () -> 1));
        for (int round = 1; round <= 300; round++) {
            CountDownLatch blocked = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            this.robot.onObserve(
                    () -> {
                        blocked.countDown();
                        release.await();
                    });
            // The deputy and the control thread leave before the inspecting thread, or after it.
            this.robot.onStop(release::countDown);
            session.start();
            blocked.await();
            this.clock.advance(2_000_000_000);

            this.clock.inspect();

            awaitEnd(session);
            assertThat(asked).hasSize(round).doesNotContain(inspecting);
            session.stop();
        }
    }

    @Test
    void policyThatCannotCountDoesNotDisturbThoseWhoLook() {
        Session session =
                session(
                        policy(
                                () -> null,
                                () -> {
                                    throw new IllegalStateException("boom");
                                }));

        assertThat(session.snapshot().restart()).isNull();
    }

    /** With a delay of zero, the restart is due before the caller of run() sees the failure. */
    @Campaign
    @Test
    void runThatThrowsIsNeverFollowedByARestart() throws Exception {
        failInAct();
        Random random = new Random(8);
        Session session =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withRateHz(10_000).withMaxTimingSamples(10));
        session.setRestartPolicy(policy(() -> Duration.ZERO, () -> 0));
        for (int round = 1; round <= Campaign.Rounds.of(1_000, 200); round++) {
            // Each third round begins a run, joins one that is about to fail, or joins a restart.
            if (round % 3 == 1) {
                session.start();
                spin(random.nextInt(100_000));
            } else if (round % 3 == 2) {
                long restarts = session.totals().restarts();
                session.start();
                while (session.totals().restarts() == restarts) {
                    Thread.onSpinWait();
                }
            }
            assertThatExceptionOfType(SessionException.class).isThrownBy(session::run);
            int calls = this.robot.calls();
            spin(random.nextInt(200_000));
            assertThat(this.robot.calls()).as("round %d", round).isEqualTo(calls);
            assertThat(session.state()).isEqualTo(SessionState.FAILED);
            assertThat(session.awaitsRestart()).isFalse();
        }
    }

    /** No run begins after a stop, at whatever instant it comes. */
    @Campaign
    @Test
    void restartThatRacesWithAStopNeverOutlivesIt() throws Exception {
        failInAct();
        Random random = new Random(7);
        Session session =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withRateHz(10_000).withMaxTimingSamples(10));
        RestartPolicy atOnce =
                new RestartPolicy() {
                    @Override
                    public Duration delayAfter(SessionException failure) {
                        return Duration.ZERO;
                    }

                    @Override
                    public int attempts() {
                        return 0;
                    }

                    @Override
                    public int maxAttempts() {
                        return Integer.MAX_VALUE;
                    }
                };
        session.setRestartPolicy(atOnce);
        for (int round = 0; round < Campaign.Rounds.of(1_000, 200); round++) {
            session.start();
            spin(random.nextInt(300_000));
            session.stop();
            int calls = this.robot.calls();
            spin(random.nextInt(200_000));
            assertThat(this.robot.calls()).as("round %d", round).isEqualTo(calls);
            assertThat(session.state().isActive()).isFalse();
            assertThat((long) this.robot.stops.get())
                    .as("one for each run")
                    .isEqualTo(round + 1 + session.totals().restarts());
        }
        assertThat(session.totals().restarts()).isPositive();
        assertThat(session.totals().failures()).isEqualTo(this.robot.acts.get());
    }

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }
}
