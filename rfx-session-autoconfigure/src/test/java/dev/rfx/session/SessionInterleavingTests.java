package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Attacks the promises of stop() at many different instants. */
class SessionInterleavingTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withRateHz(10_000)
                    .withWarmup(Duration.ZERO)
                    .withStopTimeout(Duration.ofSeconds(10))
                    .withMaxTimingSamples(10);

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    @Campaign
    @Test
    void robotIsNotCalledAfterStopReturned() {
        Random random = new Random(4);
        ScriptedRobot robot = new ScriptedRobot();
        Session session = new Session(robot, observation -> "action", OPTIONS);

        for (int round = 1; round <= Campaign.Rounds.of(10_000, 500); round++) {
            session.start();
            spin(random.nextInt(200_000));
            session.stop();
            int calls = robot.calls();
            spin(random.nextInt(100_000));
            assertThat(robot.calls()).as("calls after stop() in round %d", round).isEqualTo(calls);
            assertThat(robot.stops).hasValue(round);
            assertThat(session.state()).isEqualTo(SessionState.STOPPED);
        }
        assertThat(session.totals().iterations()).isEqualTo(robot.acts.get());
    }

    @Campaign
    @Test
    void stopThatRacesWithStartEndsInOneOfBothOrders() throws Exception {
        Random random = new Random(5);
        ScriptedRobot robot = new ScriptedRobot();
        Session session = new Session(robot, observation -> "action", OPTIONS);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < Campaign.Rounds.of(3_000, 200); round++) {
                Future<?> start = executor.submit((Runnable) session::start);
                spin(random.nextInt(200_000));
                session.stop();
                start.get();
                // stop() came before the start, and it runs, or after, and it does not.
                assertThat(session.state()).isIn(SessionState.RUNNING, SessionState.STOPPED);
                session.stop();
                assertThat(session.state()).isEqualTo(SessionState.STOPPED);
                assertThat(robot.stops.get()).isEqualTo(round + 1);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** In each fourth round the failure certainly comes first, and in another fourth the stop. */
    @Campaign
    @Test
    void failureThatRacesWithStopIsNeitherLostNorMadeUp() {
        Random random = new Random(6);
        ScriptedRobot robot = new ScriptedRobot();
        Session session = new Session(robot, observation -> "action", OPTIONS);
        int failures = 0;

        for (int round = 1; round <= Campaign.Rounds.of(2_000, 200); round++) {
            int failing = robot.observes.get() + 1 + random.nextInt(4);
            boolean failureFirst = round % 4 == 0;
            boolean stopFirst = round % 4 == 1;
            boolean[] thrown = new boolean[1];
            robot.onObserve(
                    () -> {
                        if (robot.observes.get() == failing) {
                            thrown[0] = true;
                            throw new IllegalStateException("boom");
                        }
                        while (stopFirst && session.state() != SessionState.STOPPING) {
                            Thread.onSpinWait();
                        }
                    });
            session.start();
            while (failureFirst && robot.observes.get() < failing) {
                Thread.onSpinWait();
            }
            spin(random.nextInt(300_000));
            session.stop();
            assertThat(session.state())
                    .isEqualTo(thrown[0] ? SessionState.FAILED : SessionState.STOPPED);
            assertThat(session.failure() != null).isEqualTo(thrown[0]);
            assertThat(robot.stops).hasValue(round);
            failures += thrown[0] ? 1 : 0;
        }
        assertThat(failures).isBetween(1, Campaign.Rounds.of(2_000, 200) - 1);
    }
}
