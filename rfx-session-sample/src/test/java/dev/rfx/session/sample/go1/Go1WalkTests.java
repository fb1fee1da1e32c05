package dev.rfx.session.sample.go1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.recording.Replay;
import dev.rfx.session.recording.ReplayResult;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Google's trained policy makes a Go1 walk in MuJoCo, five seconds at 50 Hz on virtual time. */
@Timeout(120)
class Go1WalkTests {

    private static final int STEPS = 250;

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withRateHz(50)
                    .withEngage(EngageOptions.defaults().withEnabled(false));

    private static @Nullable MujocoServer server;

    private Path directory;

    /**
     * One simulator for all tests. Started before each test, so that each is reported as skipped.
     */
    @BeforeEach
    void startSimulator() throws Exception {
        this.directory = Simulator.directory();
        if (server == null) {
            server = MujocoServer.start(this.directory, "node", Simulator.MODEL);
        }
    }

    @AfterAll
    static void endSimulator() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /** The observations from the reset to the state after the last step. */
    private List<Observation> walk(SessionOptions options, float... velocity) {
        return walk(options, session -> session.step(STEPS + 1), velocity);
    }

    private List<Observation> walk(
            SessionOptions options,
            Consumer<VirtualSession<Observation, Tensor>> steps,
            float... velocity) {
        VirtualClock clock = new VirtualClock();
        try (MujocoRobot robot = MujocoRobot.connect(server.port(), 50, clock::nanoTime);
                OnnxPolicy policy = Go1.policy(this.directory, robot.joints(), velocity);
                VirtualSession<Observation, Tensor> session =
                        VirtualSession.of(robot, policy, options, clock)) {
            steps.accept(session);

            assertThat(session.failure()).isNull();
            assertThat(session.observations()).hasSize(STEPS + 1);
            return session.observations();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "   1,   0,  4.89, 0.27",
        " 0.5, 0.3,  2.36, 0.27",
        "-0.5,   0, -2.31, 0.27",
        " 1.5,   0,  7.05, 0.25",
    })
    void walksAsFarAsTheCommandSays(float forwards, float left, double x, double height) {
        Walk walk = Walk.of(walk(OPTIONS, forwards, left, 0));

        assertThat(walk.x()).isEqualTo(x, within(0.15));
        assertThat(walk.y()).isEqualTo(left == 0 ? 0 : 1.56, within(left == 0 ? 0.5 : 0.15));
        assertThat(walk.lowest()).isGreaterThan(height);
    }

    @Test
    void turnsOnTheSpot() {
        Walk walk = Walk.of(walk(OPTIONS, 0, 0, 1.5f));

        assertThat(walk.yaw()).isEqualTo(7.3, within(0.15));
        assertThat(Math.hypot(walk.x(), walk.y())).isLessThan(0.15);
        assertThat(walk.lowest()).isGreaterThan(0.27);
    }

    @Test
    void twoWalksAreIdentical() {
        assertThat(walk(OPTIONS, 1, 0, 0)).isEqualTo(walk(OPTIONS, 1, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "25, 1.5"})
    void pushIsNoProblemForThePolicyAlone(int step, double metersPerSecond) {
        assertThat(pushed(OPTIONS, step, metersPerSecond).fell()).isFalse();
    }

    /** Why the engage guard is off: it takes the control from the policy. */
    @ParameterizedTest
    @CsvSource({"2, 1", "25, 1.5"})
    void pushWithinARampMakesTheRobotFall(int step, double metersPerSecond) {
        SessionOptions ramp = OPTIONS.withEngage(EngageOptions.defaults());

        assertThat(pushed(ramp, step, metersPerSecond).fell()).isTrue();
    }

    private Walk pushed(SessionOptions options, int step, double metersPerSecond) {
        return Walk.of(
                walk(
                        options,
                        session -> {
                            session.step(step);
                            push(metersPerSecond);
                            session.step(STEPS + 1 - step);
                        },
                        1,
                        0,
                        0));
    }

    private static void push(double metersPerSecond) {
        try (MujocoConnection second = MujocoConnection.open(server.port())) {
            second.ask("push", "vel", new double[] {0, metersPerSecond, 0});
        }
    }

    /** Why the profile has no limit of the speed. */
    @Test
    void limitOfTheSpeedMakesTheRobotFall() {
        LimitOptions limits = LimitOptions.none().withMaxSpeed(List.of(5f));

        assertThat(Walk.of(walk(OPTIONS.withLimits(limits), 1, 0, 0)).fell()).isTrue();
    }

    @Test
    void recordingOfAWalkReplaysBitByBit(@TempDir Path recordings) throws Exception {
        walk(OPTIONS.withRecording(RecordingOptions.into(recordings)), 1, 0, 0);

        try (Stream<Path> files = Files.list(recordings);
                MujocoRobot robot = MujocoRobot.connect(server.port(), 50, System::nanoTime);
                OnnxPolicy again = Go1.policy(this.directory, robot.joints(), 1, 0, 0)) {
            ReplayResult result = Replay.of(files.findAny().orElseThrow()).through(again);

            assertThat(result.isIdentical()).as("%s", result).isTrue();
            assertThat(result.iterations()).isEqualTo(STEPS + 1);
        }
    }
}
