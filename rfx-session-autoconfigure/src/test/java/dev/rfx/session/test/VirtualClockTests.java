package dev.rfx.session.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionUnresponsiveException;
import dev.rfx.session.WatchdogAction;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class VirtualClockTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO);
    private static final Duration PERIOD = Duration.ofMillis(20);

    private final VirtualClock clock = new VirtualClock();
    private final long origin = this.clock.nanoTime();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final Session session =
            this.clock.session(this.robot, observation -> "action", OPTIONS);

    @AfterEach
    void close() {
        this.session.requestStop();
        this.clock.close();
    }

    private Duration now() {
        return Duration.ofNanos(this.clock.nanoTime() - this.origin);
    }

    @Test
    void timeStandsStillWhileCodeRuns() {
        Session slow =
                this.clock.session(
                        new ScriptedRobot(),
                        observation -> {
                            Thread.sleep(5);
                            return "action";
                        },
                        OPTIONS.withDuration(Duration.ofMillis(100)));
        slow.run();

        assertThat(slow.stats().maxJitterSeconds()).isZero();
        assertThat(slow.stats().iterations()).isEqualTo(5);
    }

    @Test
    void sessionRunsWhileItsOwnerWaits() {
        this.session.start();
        assertThat(this.session.stepCount()).isEqualTo(1);

        this.clock.advance(Duration.ofSeconds(10));

        assertThat(this.session.stepCount()).isEqualTo(500);
        assertThat(now()).isEqualTo(Duration.ofSeconds(10));
        assertThat(this.session.state()).isEqualTo(SessionState.RUNNING);
        this.session.stop();
        assertThat(this.robot.stops).hasValue(1);
        assertThat(now()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void runReturnsAtItsEnd() {
        this.session.run(Duration.ofMinutes(1));

        assertThat(this.session.stepCount()).isEqualTo(3000);
        assertThat(this.robot.stops).hasValue(1);
        assertThat(now()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void callTakesTheTimeThatItDeclares() {
        this.robot.onObserve(() -> this.clock.advance(Duration.ofMillis(30)));

        this.session.run(Duration.ofMillis(300));

        assertThat(this.session.stats().iterations()).isEqualTo(10);
        assertThat(this.session.stats().overruns()).isEqualTo(10);
        assertThat(this.session.stats().avgPeriodSeconds()).isEqualTo(0.03);
    }

    @Test
    void watchdogStopsTheRobotWhileACallSleeps() {
        List<Duration> stops = new ArrayList<>();
        this.robot.onAct(() -> this.clock.sleep(Duration.ofHours(1)));
        this.robot.onStop(() -> stops.add(now()));

        this.session.start();
        this.clock.advance(Duration.ofSeconds(1));

        assertThat(stops).containsExactly(Duration.ofMillis(550)); // at an inspection after 500 ms
        assertThat(this.session.state()).isEqualTo(SessionState.FAILED);
        assertThat(this.session.failure()).isInstanceOf(SessionUnresponsiveException.class);
    }

    @Test
    void callThatStallsForGoodEndsWithTheClock() throws InterruptedException {
        AtomicReference<Thread> stalled = new AtomicReference<>();
        this.robot.onAct(
                () -> {
                    stalled.set(Thread.currentThread());
                    this.clock.stallForGood();
                });
        this.session.start();

        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(this.session::stop);
        assertThat(this.session.state()).isEqualTo(SessionState.STUCK);
        assertThat(this.robot.stops).hasValue(1);
        assertThat(now()).isEqualTo(SessionOptions.defaults().stopTimeout());

        this.clock.close();
        stalled.get().join();
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(this.robot.stops).hasValue(1);
    }

    @Test
    void sleepThatEndsLateMakesTheIterationLate() {
        int[] sleeps = {0};
        this.clock.oversleeping(() -> ++sleeps[0] == 5 ? 3_000_000 : 0);
        Session fixed =
                this.clock.session(
                        new ScriptedRobot(),
                        observation -> "action",
                        OPTIONS.withSpinWindow(Duration.ZERO));

        fixed.run(PERIOD.multipliedBy(10));

        assertThat(fixed.periodNanos())
                .containsExactly(
                        20_000_000L,
                        20_000_000L,
                        20_000_000L,
                        20_000_000L,
                        23_000_000L,
                        17_000_000L,
                        20_000_000L,
                        20_000_000L,
                        20_000_000L);
    }

    @Test
    void ownerWaitsForACondition() {
        this.session.start();

        assertThat(this.clock.await(() -> this.robot.acts.get() == 7, Duration.ofSeconds(1)))
                .isTrue();
        assertThat(now()).isEqualTo(PERIOD.multipliedBy(6));
        assertThat(this.clock.await(() -> this.robot.acts.get() == 700, Duration.ofSeconds(1)))
                .isFalse();
        assertThat(now()).isEqualTo(PERIOD.multipliedBy(6).plusSeconds(1));
    }

    @Test
    void conditionThatThrowsFailsItsOwnWait() {
        this.session.start();

        assertThatIllegalStateException()
                .isThrownBy(
                        () ->
                                this.clock.await(
                                        () -> {
                                            if (this.robot.acts.get() == 3) {
                                                throw new IllegalStateException("of the test");
                                            }
                                            return false;
                                        },
                                        Duration.ofSeconds(1)))
                .withMessage("of the test");
        this.session.stop();
        assertThat(this.session.failure()).isNull();
    }

    @Test
    void waitThatNothingEndsFails() {
        assertThatIllegalStateException()
                .isThrownBy(() -> this.clock.await(() -> false, Duration.ofDays(100_000)))
                .withMessageStartingWith("Every thread waits for ever:")
                .withMessageContaining("waitThatNothingEndsFails");
    }

    @Test
    void otherThreadCannotWaitByTheClock() {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        this.robot.onObserve(
                () -> {
                    Thread other =
                            new Thread(
                                    () -> {
                                        this.clock.nanoTime(); // may be read
                                        this.clock.advance(PERIOD);
                                    },
                                    "other");
                    other.setUncaughtExceptionHandler((thread, ex) -> thrown.set(ex));
                    other.start();
                    other.join();
                });
        this.session.start();

        assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Thread 'other' cannot wait by the virtual clock while"
                                + " 'rfx-session' runs: the clock serves the threads of"
                                + " its sessions, and one other thread at a time");
    }

    @Test
    void closeRefusesToLeaveASessionRunning() {
        this.session.start();

        assertThatIllegalStateException()
                .isThrownBy(this.clock::close)
                .withMessageStartingWith(
                        "Threads have not ended, perhaps because a session is not stopped:")
                .withMessageContaining("rfx-session")
                .withMessageNotContaining("closeRefusesToLeave");
    }

    @Test
    void closeEndsASleepThatNoSessionEnds() throws InterruptedException {
        AtomicReference<Thread> stopping = new AtomicReference<>();
        this.robot.onStop(
                () -> {
                    stopping.set(Thread.currentThread());
                    this.clock.sleep(Duration.ofDays(100_000));
                });
        this.session.start();
        assertThatExceptionOfType(SessionUnresponsiveException.class)
                .isThrownBy(this.session::stop);

        this.clock.close();

        stopping.get().join();
    }

    /** As on the JVM: the session clears the interrupt before it stops the robot. */
    @Test
    void interruptBeforeTheFirstTurnOfAThreadArrives() {
        this.robot.onStop(() -> this.clock.sleep(PERIOD));
        Thread.currentThread().interrupt();

        this.session.start();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(this.session.failure()).isNull();
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
        assertThat(now()).isEqualTo(PERIOD);
    }

    @Test
    void severalSessionsShareAClock() {
        ScriptedRobot slowRobot = new ScriptedRobot();
        Session slow =
                this.clock.session(
                        slowRobot, observation -> "action", OPTIONS.withRateHz(1).withName("slow"));
        this.session.start();
        slow.start();

        this.clock.advance(Duration.ofSeconds(60));
        this.session.stop();
        slow.stop();

        assertThat(this.session.stepCount()).isBetween(3000L, 3001L);
        assertThat(slow.stepCount()).isBetween(60L, 61L);
    }

    @Test
    void stallThatIsOnlyReportedEnds() {
        this.robot.onAct(
                () -> {
                    if (this.robot.acts.get() == 3) {
                        this.clock.advance(Duration.ofSeconds(2));
                    }
                });
        Session reporting =
                this.clock.session(
                        this.robot,
                        observation -> "action",
                        OPTIONS.withWatchdogAction(WatchdogAction.REPORT));

        reporting.run(Duration.ofSeconds(4));

        assertThat(reporting.totals().stalls()).isEqualTo(1);
        assertThat(reporting.failure()).isNull();
    }

    @Test
    void noTimeLetsNothingHappen() {
        this.session.start();
        this.session.requestStop();

        this.clock.advance(Duration.ZERO);
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPING);

        this.clock.advance(Duration.ofNanos(1));
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void negativeTimeIsRefused() {
        Duration negative = Duration.ofNanos(-1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.clock.advance(negative))
                .withMessage("duration is PT-0.000000001S, but must be at least 0");
        assertThatIllegalArgumentException().isThrownBy(() -> this.clock.sleep(negative));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.clock.await(() -> true, negative));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.clock.after(negative, this.session::stop));
    }

    @Test
    void longestDurationHasNoEnd() {
        this.robot.onAct(() -> this.clock.sleep(Duration.ofSeconds(Long.MAX_VALUE)));
        this.session.start();

        this.clock.advance(Duration.ofSeconds(1));

        assertThat(this.session.state()).isEqualTo(SessionState.FAILED);
    }

    @Test
    void threadOfTheApplicationStopsTheSession() {
        List<String> names = new ArrayList<>();
        this.clock.after(
                Duration.ofSeconds(3),
                () -> {
                    names.add(Thread.currentThread().getName());
                    this.session.stop();
                    names.add(this.session.state().name());
                });

        this.session.run();

        assertThat(now()).isEqualTo(Duration.ofSeconds(3));
        assertThat(this.session.stepCount()).isEqualTo(150);
        this.clock.advance(Duration.ofNanos(1));
        assertThat(names).containsExactly("rfx-session-test", "STOPPED");
    }

    @Test
    void callsAtOneTimeComeInOrder() {
        List<Integer> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            this.clock.after(Duration.ofSeconds(5 - i), () -> calls.add(number));
            this.clock.after(Duration.ofSeconds(5), () -> calls.add(10 + number));
        }
        this.clock.advance(Duration.ofSeconds(5));
        assertThat(calls).containsExactly(4, 3, 2, 1);

        this.clock.advance(Duration.ofNanos(1));
        assertThat(calls).containsExactly(4, 3, 2, 1, 0, 10, 11, 12, 13, 14);
    }

    @Test
    void whatACallThrowsTheTestThrowsWhereItWaits() {
        this.session.start();
        this.clock.after(
                PERIOD.multipliedBy(3),
                () -> {
                    throw new AssertionError("of the application");
                });

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> this.clock.advance(Duration.ofSeconds(1)))
                .withMessage("of the application");
        assertThat(now()).isEqualTo(PERIOD.multipliedBy(3));
        this.clock.advance(PERIOD);
        assertThat(now()).isEqualTo(PERIOD.multipliedBy(4));
        this.session.stop();
    }

    @Test
    void callThatIsNotDueWhenTheClockIsClosedIsNotMade() {
        List<String> calls = new ArrayList<>();
        this.clock.after(Duration.ofSeconds(1), () -> calls.add("soon"));
        this.clock.after(Duration.ofDays(1), () -> calls.add("late"));

        this.clock.close();

        assertThat(calls).isEmpty();
        assertThat(now()).isZero();
    }

    @Test
    void startThatNothingEndsFailsInsteadOfHanging() {
        this.robot.onReset(this.clock::stallForGood);

        assertThatIllegalStateException()
                .isThrownBy(this.session::start)
                .withMessageStartingWith("Every thread waits for ever:")
                .withMessageContaining("stallForGood");
    }

    @Test
    void longWaitOfTheTestIsNoDeadlock() {
        this.robot.onReset(this.clock::stallForGood);
        this.clock.after(Duration.ofDays(1), this.session::requestStop);
        this.clock.after(
                Duration.ZERO,
                () ->
                        assertThatExceptionOfType(SessionUnresponsiveException.class)
                                .isThrownBy(this.session::start));

        this.clock.advance(Duration.ofDays(2));

        assertThat(this.session.state()).isEqualTo(SessionState.STUCK);
    }

    @Test
    void threadOfTheTestDoesNotStallForGood() {
        assertThatIllegalStateException()
                .isThrownBy(this.clock::stallForGood)
                .withMessage("The thread of the test cannot stall for good");
    }

    /** The policy waits for a lock that the test holds. */
    @Test
    void callThatIsReallyBlockedFailsTheTest() {
        CountDownLatch latch = new CountDownLatch(1);
        this.robot.onAct(latch::await);

        assertThatIllegalStateException()
                .isThrownBy(impatient(this.robot)::start)
                .withMessageMatching("(?s)A call does not return for .*CountDownLatch.await.*");

        latch.countDown();
    }

    /** As a test framework does after its timeout. */
    @Test
    void interruptEndsTheWaitForACallThatComputesForEver() {
        AtomicBoolean finished = new AtomicBoolean();
        Thread test = Thread.currentThread();
        this.robot.onAct(
                () -> {
                    test.interrupt();
                    while (!finished.get()) {
                        Thread.onSpinWait();
                    }
                });

        assertThatIllegalStateException()
                .isThrownBy(impatient(this.robot)::start)
                .withMessageStartingWith("A call does not return for ");

        finished.set(true);
    }

    /** A session by a clock of its own, which waits only shortly for a call that blocks. */
    private static Session impatient(ScriptedRobot robot) {
        VirtualClock impatient = new VirtualClock();
        impatient.platform().patience(Duration.ofMillis(50));
        return impatient.session(robot, observation -> "action", OPTIONS);
    }

    @Test
    void threadsDoNotKeepTheJvmAlive() {
        List<Boolean> daemons = new ArrayList<>();
        this.clock.after(Duration.ZERO, () -> daemons.add(Thread.currentThread().isDaemon()));

        this.clock.advance(PERIOD);

        assertThat(daemons).containsExactly(true);
    }
}
