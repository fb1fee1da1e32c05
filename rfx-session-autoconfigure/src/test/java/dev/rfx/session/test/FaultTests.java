package dev.rfx.session.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionUnresponsiveException;
import dev.rfx.session.StaleObservationException;
import dev.rfx.session.Tensor;
import dev.rfx.session.testkit.ScriptedRobot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class FaultTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO);

    /** An arm whose motors hold torque until it is stopped. */
    private static final class Arm implements Robot<Observation, Tensor> {

        private final VirtualClock clock;
        private final Observation observation =
                Observation.of(Observation.STATE, Tensor.of(1, 2, 3));
        private final List<Tensor> received = new ArrayList<>();
        private boolean torque;

        Arm(VirtualClock clock) {
            this.clock = clock;
        }

        @Override
        public Observation observe() {
            return this.observation.stamp(this.clock.nanoTime());
        }

        @Override
        public void act(Tensor action) {
            assertThat(this.torque).as("acts only before the stop").isTrue();
            this.received.add(action.copy());
        }

        @Override
        public Observation reset() {
            this.torque = true;
            return observe();
        }

        @Override
        public void stop() {
            this.torque = false;
        }

        @Override
        public int[] actionShape() {
            return new int[] {3};
        }
    }

    static Stream<Fault> everyFault() {
        return Fault.all(100).stream();
    }

    @ParameterizedTest
    @MethodSource("everyFault")
    void armComesToRestWhateverHappens(Fault fault) {
        VirtualClock clock = new VirtualClock();
        Arm arm = new Arm(clock);
        SessionOptions options = OPTIONS.withMaxObservationAge(Duration.ofMillis(100));
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(arm, observation -> Tensor.of(0, 1, 2), options, clock)
                        .with(fault)) {
            session.run(Duration.ofSeconds(20));

            if (session.failure() == null) {
                // What the fault returns is for the robot or the policy to judge, not for the loop.
                assertThat(fault.toString())
                        .matches("observe from iteration 100 returns (NaN|another shape)");
                session.session().stop();
            }
            assertThat(arm.torque).isFalse();
            assertThat(session.stopsOfRobot()).isEqualTo(1);
            assertThat(session.actions())
                    .allSatisfy(action -> assertThat(action.indexOfNonFinite()).isEqualTo(-1));
        }
        assertThat(arm.torque).as("also when a call that has stalled returns").isFalse();
    }

    private VirtualSession<String, String> session(ScriptedRobot robot, Fault... faults) {
        return VirtualSession.<String, String>of(robot, observation -> "action", OPTIONS)
                .with(faults);
    }

    @Test
    void faultInOneIterationComesBeforeTheCallOfTheRobot() {
        ScriptedRobot robot = new ScriptedRobot();
        try (VirtualSession<String, String> session =
                session(
                        robot,
                        Fault.in(SessionPhase.ACT).at(7).throwing(() -> new IOException("x")))) {
            assertThat(session.step(20)).isEqualTo(7);

            SessionException failure = session.failure();
            assertThat(failure.phase()).isEqualTo(SessionPhase.ACT);
            assertThat(failure.iteration()).isEqualTo(7);
            assertThat(failure).hasCauseInstanceOf(IOException.class);
            assertThat(robot.acts).hasValue(7);
        }
    }

    @Test
    void everyThirdIterationTakesLonger() {
        try (VirtualSession<String, String> session =
                session(
                        new ScriptedRobot(),
                        Fault.in(SessionPhase.POLICY).every(3).taking(Duration.ofMillis(30)))) {
            session.step(9);

            assertThat(session.stats().overruns()).isEqualTo(3);
            assertThat(session.session().periodNanos())
                    .containsExactly(
                            20_000_000L,
                            20_000_000L,
                            30_000_000L,
                            20_000_000L,
                            20_000_000L,
                            30_000_000L,
                            20_000_000L,
                            20_000_000L);
        }
    }

    @Test
    void randomFaultsAreThoseOfTheirSeed() {
        assertThat(overruns(0.1, 1)).isEqualTo(overruns(0.1, 1)).hasSizeBetween(60, 140);
        assertThat(overruns(0.1, 2)).isNotEqualTo(overruns(0.1, 1)).hasSizeBetween(60, 140);
        assertThat(overruns(0, 1)).isEmpty();
        assertThat(overruns(1, 1)).hasSize(1000);
    }

    /** The iterations that took too long. */
    private List<Integer> overruns(double probability, long seed) {
        Fault fault =
                Fault.in(SessionPhase.OBSERVE)
                        .atRandom(probability, seed)
                        .taking(Duration.ofMillis(30));
        assertThat(fault.toString()).contains("seed " + seed);
        try (VirtualSession<String, String> session = session(new ScriptedRobot(), fault)) {
            session.step(1001);
            long[] periods = session.session().periodNanos();
            return IntStream.range(0, periods.length)
                    .filter(i -> periods[i] > 20_000_000)
                    .boxed()
                    .toList();
        }
    }

    @Test
    void callThatStallsIsInterruptedAfterTheRobotHasStopped() {
        ScriptedRobot robot = new ScriptedRobot();
        try (VirtualSession<String, String> session =
                session(robot, Fault.in(SessionPhase.OBSERVE).at(3).stalling())) {
            session.run(Duration.ofSeconds(2));

            assertThat(session.session().state()).isEqualTo(SessionState.FAILED);
            assertThat(session.failure())
                    .isInstanceOf(SessionUnresponsiveException.class)
                    .hasMessageContaining("it is in observe of iteration 3");
            assertThat(session.events())
                    .extracting(SessionEvent::kind)
                    .containsExactly(
                            SessionEvent.Kind.STARTED,
                            SessionEvent.Kind.STALLED,
                            SessionEvent.Kind.FAILED);
            assertThat(robot.stops).hasValue(1);
        }
    }

    @Test
    void callThatStallsForGoodLeavesTheSessionStuck() {
        ScriptedRobot robot = new ScriptedRobot();
        VirtualSession<String, String> session =
                session(robot, Fault.in(SessionPhase.POLICY).at(3).stallingForGood());
        session.run(Duration.ofSeconds(10));

        assertThat(session.session().state()).isEqualTo(SessionState.STUCK);
        assertThat(session.stopsOfRobot()).isEqualTo(1);
        assertThat(session.actions()).hasSize(3);

        session.close();
        assertThat(session.stopsOfRobot()).isEqualTo(1);
        assertThat(session.actions()).hasSize(3);
    }

    @Test
    void stopOfTheRobotThatFailsIsTheFailure() {
        try (VirtualSession<String, String> session =
                session(
                        new ScriptedRobot(),
                        Fault.in(SessionPhase.STOP).at(0).throwing(() -> new IOException("x")))) {
            session.step(3);
            session.session().stop();

            assertThat(session.failure()).hasRootCauseMessage("x");
            assertThat(session.failure().phase()).isEqualTo(SessionPhase.STOP);
        }
    }

    @Test
    void frozenTimestampMakesTheObservationStale() {
        VirtualClock clock = new VirtualClock();
        SessionOptions options =
                OPTIONS.withMaxObservationAge(Duration.ofMillis(50)).withMaxStaleIterations(5);
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(new Arm(clock), observation -> Tensor.of(0, 1, 2), options, clock)
                        .with(Fault.in(SessionPhase.OBSERVE).from(10).freezingTheTimestamp())) {
            session.run(Duration.ofSeconds(1));

            assertThat(session.failure()).hasCauseInstanceOf(StaleObservationException.class);
            assertThat(session.actions()).hasSize(13); // 0, 20 and 40 ms are fresh
            assertThat(session.observations()).hasSize(19);
        }
    }

    @Test
    void numbersOfUnknownTypesAreChangedByTheUser() {
        ScriptedRobot robot = new ScriptedRobot();
        try (VirtualSession<String, String> session =
                session(robot, Fault.in(SessionPhase.OBSERVE).at(1).returningNaN())) {
            session.step(2);

            assertThat(session.failure())
                    .hasRootCauseMessage(
                            "The fault changes an Observation, a Tensor or an array of float or"
                                    + " double, but the value is a java.lang.String. Describe the"
                                    + " change with returning(…)");
        }
        List<Object> seen = new ArrayList<>();
        try (VirtualSession<String, String> session =
                VirtualSession.<String, String>of(
                                robot,
                                observation -> {
                                    seen.add(observation);
                                    return "action";
                                },
                                OPTIONS)
                        .with(
                                Fault.in(SessionPhase.OBSERVE)
                                        .at(1)
                                        .returning(value -> value + "!"))) {
            session.step(3);
        }
        assertThat(seen).containsExactly("observation", "observation!", "observation");
    }

    @Test
    void descriptionIsChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.in(SessionPhase.WAIT))
                .withMessageStartingWith("phase is wait");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.in(SessionPhase.ACT).every(0))
                .withMessageStartingWith("n is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.in(SessionPhase.ACT).atRandom(1.5, 1))
                .withMessageStartingWith("probability is 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.in(SessionPhase.ACT).at(1).returningNull())
                .withMessageStartingWith("act has no result");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.in(SessionPhase.ACT).at(-1))
                .withMessage("iteration is -1, but must be at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.in(SessionPhase.ACT).from(-1))
                .withMessageStartingWith("iteration is -1");
    }

    @Test
    void faultServesSeveralSessions() {
        Fault fault = Fault.in(SessionPhase.OBSERVE).from(10).freezingTheTimestamp();
        for (int i = 0; i < 2; i++) {
            VirtualClock clock = new VirtualClock();
            clock.advance(Duration.ofSeconds(i));
            try (VirtualSession<Observation, Tensor> session =
                    VirtualSession.of(
                                    new Arm(clock),
                                    observation -> Tensor.of(0, 1, 2),
                                    OPTIONS.withMaxObservationAge(Duration.ofMillis(50)),
                                    clock)
                            .with(fault)) {
                session.run(Duration.ofSeconds(1));

                assertThat(session.actions()).hasSize(13);
            }
        }
    }

    /** The second of two seeds does not have the iterations of the first one, shifted. */
    @Test
    void seedsHaveNothingInCommon() {
        Fault.Place place = Fault.in(SessionPhase.ACT);
        Fault first = place.atRandom(0.5, 1).stalling();
        Fault second = place.atRandom(0.5, 2).stalling();
        for (int shift = -3; shift <= 3; shift++) {
            int by = shift;
            assertThat(IntStream.range(10, 1010).filter(k -> first.isIn(k) == second.isIn(k + by)))
                    .hasSizeBetween(400, 600);
        }
    }

    @Test
    void delayedCallDoesNotReachARobotThatWasStopped() {
        ScriptedRobot robot = new ScriptedRobot();
        try (VirtualSession<String, String> session =
                session(robot, Fault.in(SessionPhase.ACT).at(3).taking(Duration.ofSeconds(3)))) {
            session.run(Duration.ofSeconds(10));

            assertThat(session.failure()).isInstanceOf(SessionUnresponsiveException.class);
            assertThat(robot.stops).hasValue(1);
            assertThat(robot.acts).hasValue(3);
        }
    }

    @Test
    void valuesOfEachTypeAreDamagedInACopy() {
        Tensor tensor = Tensor.of(1, 2);
        Observation observation = Observation.of("a", tensor).with("b", Tensor.of(3));
        float[] floats = {1, 2};
        double[] doubles = {1, 2};

        assertThat(((Tensor) Values.withNaN(tensor)).toArray()).containsExactly(Float.NaN, 2);
        assertThat(((Observation) Values.withNaN(observation)).get("a").toArray())
                .containsExactly(Float.NaN, 2);
        assertThat(((Observation) Values.withNaN(observation)).get("b").toArray())
                .containsExactly(3);
        assertThat((float[]) Values.withNaN(floats)).containsExactly(Float.NaN, 2);
        assertThat((double[]) Values.withNaN(doubles)).containsExactly(Double.NaN, 2);
        assertThat(((Tensor) Values.withOneMore(tensor)).toArray()).containsExactly(1, 2, 0);
        assertThat(((Observation) Values.withOneMore(observation)).get("a").size()).isEqualTo(3);
        assertThat((float[]) Values.withOneMore(floats)).containsExactly(1, 2, 0);
        assertThat((double[]) Values.withOneMore(doubles)).containsExactly(1, 2, 0);

        assertThat(tensor.toArray()).containsExactly(1, 2);
        assertThat(floats).containsExactly(1, 2);
        assertThat(doubles).containsExactly(1, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Values.withNaN(null))
                .withMessageContaining("but the value is null.");
    }
}
