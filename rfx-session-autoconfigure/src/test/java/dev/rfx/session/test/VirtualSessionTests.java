package dev.rfx.session.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.RestartOptions;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotInUseException;
import dev.rfx.session.Session;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionView;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.testkit.ScriptedRobot;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class VirtualSessionTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withWarmup(Duration.ZERO)
                    .withEngage(EngageOptions.defaults().withEnabled(false));
    private static final Policy<Observation, Tensor> HOME = observation -> Tensor.of(0, 0.5f);

    private static VirtualSession<Observation, Tensor> session(SessionOptions options) {
        VirtualClock clock = new VirtualClock();
        MockRobot robot = new MockRobot(2, options.rateHz(), clock::nanoTime);
        return VirtualSession.of(robot, HOME, options, clock);
    }

    @Test
    void stepRunsThatManyIterations() {
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS)) {
            assertThat(session.step(0)).isZero();
            assertThat(session.step(1)).isEqualTo(1);
            assertThat(session.actions()).hasSize(1);
            assertThat(session.step(99)).isEqualTo(99);

            assertThat(session.stats().iterations()).isEqualTo(100);
            assertThat(session.observations()).hasSize(100);
            assertThat(session.session().stepCount()).isEqualTo(100);
            assertThat(session.session().state()).isEqualTo(SessionState.RUNNING);
            assertThat(session.stopsOfRobot()).isZero();
        }
    }

    @Test
    void closeStopsTheRobot() {
        VirtualSession<Observation, Tensor> session = session(OPTIONS);
        session.step(3);

        session.close();

        assertThat(session.stopsOfRobot()).isEqualTo(1);
        assertThat(session.events())
                .extracting(SessionEvent::kind)
                .containsExactly(SessionEvent.Kind.STARTED, SessionEvent.Kind.STOPPED);
        assertThat(session.actions()).hasSize(3);
    }

    @Test
    void tenSecondsAtFiftyHertzAreFiveHundredIterations() {
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS)) {
            session.run(Duration.ofSeconds(10));
            assertThat(session.actions()).hasSize(500);
            session.run(Duration.ofSeconds(10));
            assertThat(session.actions()).hasSize(1000);
        }
    }

    @Test
    void warmUpTakesVirtualTimeOnly() {
        try (VirtualSession<Observation, Tensor> session =
                session(OPTIONS.withWarmup(Duration.ofMinutes(10)))) {
            session.run(Duration.ofMinutes(10));
            assertThat(session.actions()).isEmpty();
            session.run(Duration.ofSeconds(1));
            assertThat(session.actions()).hasSize(50);
        }
    }

    /** The mock robot reuses its observation. */
    @Test
    void historyIsCopied() {
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS)) {
            session.step(20);

            List<Observation> observations = session.observations();
            assertThat(observations.get(0).get(Observation.STATE).get(1)).isZero();
            assertThat(observations.get(19).get(Observation.STATE).get(1)).isPositive();
            assertThat(observations.get(1).timestampNanos())
                    .isEqualTo(observations.get(0).timestampNanos() + 20_000_000);
        }
    }

    @Test
    void limitsLieBetweenSelectedAndSentActions() {
        SessionOptions limited =
                OPTIONS.withLimits(
                        LimitOptions.none().withMin(List.of(-0.25f)).withMax(List.of(0.25f)));
        try (VirtualSession<Observation, Tensor> session = session(limited)) {
            session.step(2);

            assertThat(session.selectedActions())
                    .containsExactly(Tensor.of(0, 0.5f), Tensor.of(0, 0.5f));
            assertThat(session.actions()).containsExactly(Tensor.of(0, 0.25f), Tensor.of(0, 0.25f));
        }
    }

    @Test
    void speedIsLimitedInVirtualTime() {
        SessionOptions limited =
                OPTIONS.withWarmup(Duration.ZERO)
                        .withLimits(LimitOptions.none().withMaxSpeed(List.of(0.1f)));
        try (VirtualSession<Observation, Tensor> session = session(limited)) {
            session.step(101);

            List<Tensor> sent = session.actions();
            assertThat(sent.get(100).get(1) - sent.get(99).get(1))
                    .as("a period at full speed")
                    .isCloseTo(0.02f * 0.1f, within(1e-6f));
        }
    }

    @Test
    void failureAndRestartsTakeVirtualTime() {
        SessionOptions restarting =
                OPTIONS.withRestart(
                        RestartOptions.none()
                                .withMaxAttempts(2)
                                .withDelays(Duration.ofMinutes(5), 1, Duration.ofMinutes(5))
                                .withWindow(Duration.ofDays(1)));
        try (VirtualSession<Observation, Tensor> session =
                session(restarting)
                        .with(
                                Fault.in(SessionPhase.ACT)
                                        .every(10)
                                        .throwing(() -> new IOException("unplugged")))) {
            assertThat(session.step(100)).isEqualTo(27);

            assertThat(session.stopsOfRobot()).isEqualTo(3);
            assertThat(session.failure()).hasRootCauseMessage("unplugged");
            session.run(Duration.ofSeconds(1));
            assertThat(session.events())
                    .extracting(SessionEvent::kind)
                    .containsExactly(
                            SessionEvent.Kind.STARTED,
                            SessionEvent.Kind.FAILED,
                            SessionEvent.Kind.RESTARTING,
                            SessionEvent.Kind.STARTED,
                            SessionEvent.Kind.FAILED,
                            SessionEvent.Kind.RESTARTING,
                            SessionEvent.Kind.STARTED,
                            SessionEvent.Kind.FAILED,
                            SessionEvent.Kind.RESTARTS_EXHAUSTED);
            assertThat(session.events().get(3).time())
                    .isEqualTo(Duration.ofMinutes(5).plusMillis(9 * 20));
        }
    }

    @Test
    void startThatFailsIsTheFailure() {
        ScriptedRobot robot =
                new ScriptedRobot()
                        .onReset(
                                () -> {
                                    throw new IOException("no power");
                                });
        try (VirtualSession<String, String> session =
                VirtualSession.of(robot, observation -> "action", OPTIONS)) {
            session.run(Duration.ofSeconds(1));

            assertThat(session.failure()).hasRootCauseMessage("no power");
            assertThat(session.stopsOfRobot()).isEqualTo(1);
            assertThat(session.step(10)).isZero();
        }
    }

    @Test
    void resetThatDoesNotReturnLetsTimePass() {
        try (VirtualSession<Observation, Tensor> session =
                session(OPTIONS).with(Fault.in(SessionPhase.RESET).at(0).stallingForGood())) {
            session.run(Duration.ofMinutes(10));
            assertThat(session.session().state()).isEqualTo(SessionState.STARTING);

            assertThatIllegalStateException()
                    .isThrownBy(() -> session.step(1))
                    .withMessageStartingWith("No iteration was completed for 60 min, after 0");
        }
    }

    @Test
    void twoRunsOfOneScenarioAreIdentical() {
        assertThat(scenario()).isEqualTo(scenario());
    }

    private static String scenario() {
        VirtualClock clock = new VirtualClock();
        Random lateness = new Random(1);
        clock.oversleeping(() -> lateness.nextInt(400_000));
        MockRobot robot = new MockRobot(3, 200, clock::nanoTime);
        Random duration = new Random(2);
        Policy<Observation, Tensor> policy =
                observation -> {
                    clock.advance(Duration.ofNanos(duration.nextInt(5_200_000)));
                    return Tensor.of(0.1f, duration.nextFloat(), -1);
                };
        SessionOptions options =
                SessionOptions.defaults()
                        .withRateHz(200)
                        .withMaxObservationAge(Duration.ofMillis(5))
                        .withRestart(RestartOptions.none().withMaxAttempts(1000));
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(robot, policy, options, clock)
                        .with(
                                Fault.in(SessionPhase.OBSERVE)
                                        .atRandom(0.001, 3)
                                        .throwing(() -> new IOException("unplugged")),
                                Fault.in(SessionPhase.ACT).atRandom(0.001, 4).stalling(),
                                Fault.in(SessionPhase.POLICY).atRandom(0.001, 5).returningNaN())) {
            session.run(Duration.ofMinutes(2));
            return session.stats()
                    + " "
                    + session.session().totals()
                    + " "
                    + session.actions().hashCode()
                    + session.observations().hashCode()
                    + session.events().stream().map(e -> e.time() + " " + e.kind()).toList();
        }
    }

    /** What the robot changes later, the history keeps. */
    @Test
    void arraysAreCopied() {
        int[][] state = {{0}, {7}};
        float[] action = {0};
        Robot<int[][], float[]> robot =
                new Robot<>() {
                    @Override
                    public int[][] observe() {
                        state[0][0]++;
                        return state;
                    }

                    @Override
                    public void act(float[] sent) {}

                    @Override
                    public int[][] reset() {
                        return state;
                    }
                };
        try (VirtualSession<int[][], float[]> session =
                VirtualSession.of(
                        robot,
                        observation -> {
                            action[0] = observation[0][0] / 2f;
                            return action;
                        },
                        OPTIONS)) {
            session.step(3);

            assertThat(Arrays.deepToString(session.observations().toArray()))
                    .isEqualTo("[[[1], [7]], [[2], [7]], [[3], [7]]]");
            assertThat(Arrays.deepToString(session.actions().toArray()))
                    .isEqualTo("[[0.5], [1.0], [1.5]]");
        }
    }

    @Test
    void stepChecksItsNumber() {
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session.step(-1))
                    .withMessage("iterations is -1, but must be at least 0");
            assertThat(session.session().state()).isEqualTo(SessionState.NEW);
        }
    }

    @Test
    void stepsWithoutEndEndWithTheSession() {
        try (VirtualSession<Observation, Tensor> session =
                session(OPTIONS.withDuration(Duration.ofSeconds(2)))) {
            session.step(3);
            assertThat(session.step(Long.MAX_VALUE)).isEqualTo(97);
            assertThat(session.step(1)).isZero();
        }
    }

    @Test
    void stepWaitsForALongPeriod() {
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS.withRateHz(0.0001))) {
            assertThat(session.step(3)).isEqualTo(3);
        }
    }

    @Test
    void stepWaitsForALongRestart() {
        SessionOptions restarting =
                OPTIONS.withRestart(
                        RestartOptions.none()
                                .withMaxAttempts(1)
                                .withDelays(RestartOptions.MAX_DELAY, 1, RestartOptions.MAX_DELAY));
        try (VirtualSession<Observation, Tensor> session =
                session(restarting)
                        .with(
                                Fault.in(SessionPhase.ACT)
                                        .at(2)
                                        .throwing(() -> new IOException("unplugged")))) {
            assertThat(session.step(2)).isEqualTo(2);
            assertThat(session.step(5)).isEqualTo(5);
            assertThat(session.session().totals().restarts()).isEqualTo(1);
        }
    }

    @Test
    void sessionThatTheTestHasStartedIsNotStartedAgain() {
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS)) {
            session.session().start();
            session.session().stop();

            assertThat(session.step(5)).isZero();
            assertThat(session.stopsOfRobot()).isEqualTo(1);

            session.session().start();
            assertThat(session.step(5)).isEqualTo(5);
        }
    }

    @Test
    void sessionThatCannotStartSaysSoEachTime() {
        VirtualClock clock = new VirtualClock();
        MockRobot robot = new MockRobot(2, 50, clock::nanoTime);
        Session first = clock.session(robot, HOME, OPTIONS);
        first.start();
        try (VirtualSession<Observation, Tensor> second =
                VirtualSession.of(robot, HOME, OPTIONS, clock)) {
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(RobotInUseException.class)
                        .isThrownBy(() -> second.step(1));
            }
            first.stop();
            assertThat(second.step(1)).isEqualTo(1);
        }
    }

    @Test
    void listenerAndThreadOfTheApplicationStopTheSession() {
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS)) {
            session.session()
                    .addListener(
                            new SessionListener() {
                                @Override
                                public void started(SessionView started) {
                                    session.session().stop();
                                }
                            });
            session.run(Duration.ofSeconds(1));
            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            assertThat(session.stopsOfRobot()).isEqualTo(1);
        }
        try (VirtualSession<Observation, Tensor> session = session(OPTIONS)) {
            session.clock().after(Duration.ofMillis(105), session.session()::stop);

            assertThat(session.step(100)).isEqualTo(6);
            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            assertThat(session.events())
                    .extracting(SessionEvent::time)
                    .containsExactly(Duration.ZERO, Duration.ofMillis(105));
        }
    }
}
