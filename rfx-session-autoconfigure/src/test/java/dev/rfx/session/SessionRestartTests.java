package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.test.Caller;
import dev.rfx.session.test.TestClock;
import dev.rfx.session.test.TestPlatform;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.timing.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionRestartTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final List<String> events = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        long end = this.clock.nanoTime();
        this.clock.close();
        assertThat(this.clock.nanoTime()).as("no timer, no inspection").isEqualTo(end);
    }

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
        return listening(this.clock.session(this.robot, observation -> "action", OPTIONS), policy);
    }

    private Session listening(Session session, RestartPolicy policy) {
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

    /** Lets a second pass, with what is due at its end. */
    private void passASecond() {
        this.clock.advance(Duration.ofSeconds(1));
        passAnInstant();
    }

    private void passAnInstant() {
        this.clock.advance(Duration.ofNanos(1));
    }

    @Test
    void failedSessionStartsAgainAfterTheDelay() {
        failInAct();
        Session session = session(restarts(3));
        session.start();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(session.snapshot().restart())
                .isEqualTo(new RestartStatus(1, 3, Duration.ofSeconds(1)));
        this.clock.advance(Duration.ofSeconds(1));
        assertThat(this.robot.resets).hasValue(1);
        this.robot.onAct(() -> {});

        passAnInstant();

        assertThat(session.isRunning()).isTrue();
        assertThat(this.robot.resets).hasValue(2);
        assertThat(this.robot.stops).as("of the first run").hasValue(1);
        assertThat(session.failure()).isNull();
        assertThat(session.totals().restarts()).isEqualTo(1);
        assertThat(session.totals().failures()).isEqualTo(1);
        assertThat(session.snapshot().restart()).isEqualTo(new RestartStatus(1, 3, null));
        session.stop();
        assertThat(session.state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void sessionStaysFailedWhenThePolicyIsExhausted() {
        failInAct();
        Session session = session(restarts(2));
        session.start();
        passASecond();
        passASecond();
        assertThat(this.events).hasSize(3);

        passASecond();

        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(session.snapshot().restart()).isEqualTo(new RestartStatus(2, 2, null));
        assertThat(this.events)
                .containsExactly("restarting 1", "restarting 2", "exhausted by unplugged");
        assertThat(this.robot.resets).hasValue(3);
        assertThat(this.robot.stops).hasValue(3);
        assertThat(session.totals().failures()).isEqualTo(3);
        assertThat(session.totals().restarts()).isEqualTo(2);
    }

    @Test
    void resetThatFailsIsTriedAgain() {
        this.robot.onReset(
                () -> {
                    if (this.robot.resets.get() == 1) {
                        throw new IllegalStateException("no power");
                    }
                });
        Session session = session(restarts(1));
        assertThatExceptionOfType(SessionException.class).isThrownBy(session::start);

        passASecond();

        assertThat(session.isRunning()).isTrue();
        session.stop();
        assertThat(this.robot.stops).hasValue(2);
    }

    @Test
    void stopDuringTheWaitCancelsTheRestart() {
        failInAct();
        Session session = session(restarts(3));
        session.start();

        session.stop();

        assertThat(session.snapshot().restart()).isEqualTo(new RestartStatus(1, 3, null));
        passASecond();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.robot.resets).hasValue(1);
    }

    @Test
    void stopDuringTheWaitLeavesNoTimer() {
        failInAct();
        Session session = session(restarts(3));
        session.start();
        assertThat(session.awaitsRestart()).isTrue();

        session.stop();

        nothingIsLeft();
    }

    @Test
    void startDuringTheWaitTakesThePlaceOfTheRestart() {
        failInAct();
        Session session = session(restarts(3));
        session.start();
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
    void failureWhileTheSessionIsBeingStoppedIsNotFollowedByARestart() {
        Session session = session(restarts(3));
        this.robot.onAct(
                () -> {
                    session.requestStop();
                    throw new IllegalStateException("unplugged");
                });
        session.start();

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

    private void assertPolicyLeavesTheSessionFailed(RestartPolicy policy) {
        failInAct();
        Session session = session(policy);
        session.start();

        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        session.stop();
        assertThat(this.robot.stops).hasValue(1);
        nothingIsLeft();
        assertThat(this.events).containsExactly("exhausted by unplugged");
        session.setRestartPolicy(null);
        this.robot.onAct(() -> {});
        session.start();
        assertThat(session.isRunning()).isTrue();
        session.stop();
    }

    @Test
    void policyThatThrowsLeavesTheSessionFailed() {
        assertPolicyLeavesTheSessionFailed(
                policy(
                        () -> {
                            throw new IllegalStateException("boom");
                        },
                        () -> 0));
    }

    @Test
    void policyThatThrowsAnErrorLeavesTheSessionFailed() {
        assertPolicyLeavesTheSessionFailed(
                policy(
                        () -> {
                            throw new StackOverflowError("boom");
                        },
                        () -> 0));
    }

    @Test
    void delayThatIsNoneLeavesTheSessionFailed() {
        assertPolicyLeavesTheSessionFailed(policy(ChronoUnit.FOREVER::getDuration, () -> 0));
    }

    @Test
    void policyThatCannotCountLeavesTheSessionFailed() {
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
    void failureThatTheRobotsStopThrowsAgainIsReportedAndFollowedByARestart() {
        failInAct();
        Session session = session(restarts(1));
        this.robot.onStop(session::checkHealth);
        List<SessionException> failures = new ArrayList<>();
        session.addListener(
                new SessionListener() {
                    @Override
                    public void failed(SessionView session, SessionException failure) {
                        failures.add(failure);
                    }
                });
        session.start();
        passAnInstant();

        assertThat(failures).hasSize(1);
        assertThat(failures.get(0)).hasNoSuppressedExceptions();
        assertThat(this.events).containsExactly("restarting 1");
        session.stop();
    }

    /** The threads of the platform have the class loader of the first caller of start(). */
    @Test
    void everyRunHasTheClassLoaderOfTheThreadThatCreatedTheSession() {
        List<ClassLoader> loaders = new ArrayList<>();
        this.robot.onReset(() -> loaders.add(Thread.currentThread().getContextClassLoader()));
        failInAct();
        Session session = session(restarts(1));
        Thread caller = Thread.currentThread();
        ClassLoader application = caller.getContextClassLoader();
        caller.setContextClassLoader(null);
        try {
            session.start();
        } finally {
            caller.setContextClassLoader(application);
        }

        passASecond();

        assertThat(loaders).containsExactly(application, application);
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
    void runThatJoinsARunInProgressKeepsItFromBeingRestarted() {
        Session session = session(restarts(3));
        session.start();
        Caller attending = Caller.of(this.clock, session::run);
        passASecond();

        failInAct();
        passASecond();

        assertThat(attending.thrown()).isSameAs(session.failure()).isNotNull();
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(session.awaitsRestart()).isFalse();
        assertThat(this.robot.resets).hasValue(1);
    }

    @Test
    void runThatEndsByAnErrorEndsTheSession() {
        boolean[] overflows = {false};
        Clock overflowing =
                new TestClock(this.clock) {
                    @Override
                    public long nanoTime() {
                        if (overflows[0]) {
                            overflows[0] = false;
                            throw new StackOverflowError("in run()");
                        }
                        return super.nanoTime();
                    }
                };
        TestPlatform platform =
                new TestPlatform(this.clock) {
                    @Override
                    public Clock clock() {
                        return overflowing;
                    }
                };
        Session session =
                listening(
                        new Session(this.robot, observation -> "action", OPTIONS, platform),
                        restarts(3));
        session.start();
        overflows[0] = true;

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
    void failureAfterTheFirstIterationHasBegunFollowsStartOnceByARestart() {
        failInAct();
        Session session = session(restarts(3));
        session.startOnce();
        assertThat(session.awaitsRestart()).isTrue();
        this.robot.onReset(
                () -> {
                    if (this.robot.resets.get() == 2) {
                        throw new IllegalStateException("still no power");
                    }
                });

        passASecond();

        assertThat(session.awaitsRestart()).as("a restart that fails is tried again").isTrue();
        session.stop();
    }

    @Test
    void listenersReadTheStatisticsOfTheRunThatFailed() {
        failInAct();
        Session session = session(restarts(1));
        boolean[] passed = {false};
        List<SessionState> states = new ArrayList<>();
        session.addListener(
                new SessionListener() {
                    @Override
                    public void failed(SessionView session, SessionException failure) {
                        SessionRestartTests.this.clock.await(() -> passed[0], Duration.ofDays(1));
                        states.add(session.state());
                        SessionRestartTests.this.robot.onAct(() -> {});
                    }
                });
        session.start();

        passASecond(); // the restart is due, and a listener has not returned
        assertThat(session.isRunning()).isFalse();
        passed[0] = true;
        passAnInstant();

        assertThat(session.isRunning()).isTrue();
        assertThat(states).containsExactly(SessionState.FAILED);
        session.stop();
    }

    @Test
    void listenerThatBlocksDelaysTheRestartByASecond() {
        failInAct();
        Session session = session(restarts(1));
        boolean[] released = {false};
        session.addListener(
                new SessionListener() {
                    @Override
                    public void failed(SessionView session, SessionException failure) {
                        SessionRestartTests.this.clock.await(() -> released[0], Duration.ofDays(1));
                    }
                });
        session.start();
        this.robot.onAct(() -> {});

        this.clock.advance(Duration.ofSeconds(2));
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        passAnInstant();

        assertThat(session.isRunning()).isTrue();
        session.requestStop();
        released[0] = true;
    }

    /**
     * The policy is the user's and may block; all sessions need the inspecting thread. In real
     * time: the deputy and the control thread leave before the inspecting thread, or after it.
     */
    @Test
    void policyIsNeverAskedOnTheThreadThatInspects() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        Session session =
                new Session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withRateHz(1_000).withWatchdogTimeout(Duration.ofMillis(5)));
        session.setRestartPolicy(
                policy(
                        () -> {
                            asked.add(Thread.currentThread().getName());
                            return Duration.ofSeconds(1);
                        },
                        () -> 1));
        for (int round = 1; round <= 200; round++) {
            CountDownLatch release = new CountDownLatch(1);
            this.robot.onObserve(release::await);
            this.robot.onStop(release::countDown);
            session.start();

            assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
            assertThat(asked).hasSize(round).doesNotContain("rfx-session-watchdog");
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
            long restarts = session.totals().restarts();
            session.start();
            if (round % 4 == 0) {
                while (session.totals().restarts() == restarts) {
                    Thread.onSpinWait();
                }
            }
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
