package dev.rfx.session.sample.go1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rfx.session.Observation;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The robot with a simulator that answers by a script. */
@Timeout(30)
class MujocoRobotTests {

    private static final Tensor TARGETS = Tensor.of(0.1f, -0.2f);

    private ScriptedSimulator simulator;
    private long now = 5;

    @BeforeEach
    void startSimulator() throws IOException {
        this.simulator = new ScriptedSimulator();
    }

    @AfterEach
    void endSimulator() throws IOException {
        this.simulator.close();
    }

    private MujocoRobot connect() {
        return MujocoRobot.connect(this.simulator.port(), 50, () -> this.now);
    }

    private static void assertFailsWith(Runnable call, String... message) {
        assertThatExceptionOfType(SimulatorException.class)
                .isThrownBy(call::run)
                .withMessageContainingAll(message);
    }

    @Test
    void jointsAndShapeAreKnownBeforeTheFirstReset() {
        try (MujocoRobot robot = connect()) {
            assertThat(robot.joints()).containsExactly("hip", "knee");
            assertThat(robot.actionShape()).containsExactly(2);
            assertThat(robot.readings()).isEmpty();
        }
    }

    /** The first steps of a simulator are slow. */
    @Test
    void firstResetLetsTheSimulatorTakeSteps() {
        try (MujocoRobot robot = connect()) {
            assertThatIllegalStateException().isThrownBy(robot::observe);
            assertThat(this.simulator.requests())
                    .hasSize(1)
                    .allMatch(text -> text.contains("info"));

            robot.reset();

            List<String> requests = this.simulator.requests();
            int last = requests.size() - 1;
            assertThat(requests).hasSizeGreaterThan(50);
            assertThat(requests.get(0)).contains("reset");
            assertThat(requests.subList(1, last))
                    .allMatch(text -> text.contains("step") && text.contains("[0.5,-0.25]"));
            assertThat(requests.get(last)).contains("reset");

            robot.reset();
            assertThat(this.simulator.requests()).hasSize(1);
        }
    }

    @Test
    void observationIsTheLastReplyWithItsTime() {
        try (MujocoRobot robot = connect()) {
            Observation first = robot.reset();
            assertThat(first.get("state")).isEqualTo(Tensor.of(0.5f, -0.25f, 7, 8));
            assertThat(first.get("linear_velocity")).isEqualTo(Tensor.of(1, 2, 3));
            assertThat(first.get("gyro")).isEqualTo(Tensor.of(4, 5, 6));
            assertThat(first.get("gravity")).isEqualTo(Tensor.of(0, 0, -1));
            assertThat(first.get("base_position")).isEqualTo(Tensor.of(9, 10, 11));
            assertThat(first.get("base_orientation")).isEqualTo(Tensor.of(1, 0, 0, 0));
            this.now = 7;

            assertThat(robot.observe()).isSameAs(first);
            assertThat(first.timestampNanos()).isEqualTo(5);
            assertThat(robot.positions(first)).isSameAs(first.get("state"));
            assertThat(robot.readings()).contains(RobotReading.value("base.height", null, 11));
        }
    }

    @Test
    void actionIsOneStepWithItsTargets() {
        try (MujocoRobot robot = connect()) {
            Observation first = robot.reset();
            this.simulator.answer("step", ScriptedSimulator.STATE.replace("0.5", "0.75"));
            this.now = 7;

            robot.act(TARGETS);

            assertThat(this.simulator.requests())
                    .last()
                    .asString()
                    .contains("\"cmd\":\"step\"")
                    .contains("\"ctrl\":[0.10000000149011612,-0.20000000298023224]");
            assertThat(first.get("state").get(0)).as("before the next observe()").isEqualTo(0.5f);
            assertThat(first.timestampNanos()).isEqualTo(5);
            assertThat(robot.observe().get("state").get(0)).isEqualTo(0.75f);
            assertThat(robot.observe().timestampNanos()).isEqualTo(7);
        }
    }

    @Test
    void stopSendsNothing() {
        try (MujocoRobot robot = connect()) {
            robot.reset();
            this.simulator.requests();

            robot.stop();

            assertThat(this.simulator.requests()).isEmpty();
        }
    }

    @Test
    void robotThatWasNeverResetIsNotObserved() {
        try (MujocoRobot robot = connect()) {
            assertThatIllegalStateException()
                    .isThrownBy(robot::observe)
                    .withMessage("The robot was never reset");
        }
    }

    @Test
    void actionOfAnotherSizeIsNotSent() {
        try (MujocoRobot robot = connect()) {
            this.simulator.requests();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> robot.act(Tensor.zeros(3)))
                    .withMessage("The action has 3 values, but the robot has 2 joints");
            assertThat(this.simulator.requests()).isEmpty();
        }
    }

    @Test
    void rateThatIsNotThatOfTheSimulationIsRefused() {
        assertFailsWith(
                () -> MujocoRobot.connect(this.simulator.port(), 100, () -> 0),
                "A step of the simulation takes 0.02 s, but the session has a rate of 100.0 Hz",
                "Set rfx.session.rate-hz to 50.0.");
    }

    @Test
    void simulatorThatIsNotThereIsNamed() throws IOException {
        this.simulator.close();

        assertFailsWith(
                this::connect,
                "The simulator cannot be reached at port " + this.simulator.port(),
                "Start the application again");
    }

    @Test
    @Timeout(10)
    void silentSimulatorFailsTheCallInTime() {
        try (MujocoRobot robot = connect()) {
            robot.reset();
            this.simulator.answer("step", ScriptedSimulator.SILENCE);

            assertFailsWith(
                    () -> robot.act(TARGETS),
                    "The simulator has not replied to 'step' within 1000 ms",
                    "Start the application again");
            assertFailsWith( // a late reply is not taken for another
                    () -> robot.act(TARGETS), "The connection to the simulator failed at 'step'");
        }
    }

    @Test
    void endOfTheSimulatorFailsTheCallAndTheNextRunConnectsAgain() {
        try (MujocoRobot robot = connect()) {
            robot.reset();
            this.simulator.answer("step", ScriptedSimulator.END);
            assertFailsWith(
                    () -> robot.act(TARGETS),
                    "The simulator has closed the connection without a reply to 'step'");
            assertFailsWith(
                    () -> robot.act(TARGETS), "The connection to the simulator failed at 'step'");

            assertThat(robot.reset().get("state").get(1)).isEqualTo(-0.25f);
        }
    }

    @Test
    void errorOfTheSimulatorIsShown() {
        try (MujocoRobot robot = connect()) {
            this.simulator.answer("reset", "{\"error\":\"no keyframe\"}");

            assertFailsWith(robot::reset, "The simulator refuses 'reset': no keyframe");
        }
    }

    /** A simulation that diverges has null. */
    @ParameterizedTest
    @ValueSource(strings = {"[7,null]", "[7]", "[7,8,9]", "[7,\"8\"]", "8", "null"})
    void stateWithoutAllValuesIsRefused(String velocities) {
        try (MujocoRobot robot = connect()) {
            this.simulator.answer("reset", ScriptedSimulator.STATE.replace("[7,8]", velocities));

            assertFailsWith(
                    robot::reset,
                    "The state of the simulator cannot be used: qd is " + velocities,
                    "must be 2 numbers");
        }
    }

    @Test
    void replyThatIsNoJsonIsRefused() {
        try (MujocoRobot robot = connect()) {
            this.simulator.answer("reset", "Segmentation fault");

            assertFailsWith(robot::reset, "The reply of the simulator to 'reset' cannot be used: ");
        }
    }
}
