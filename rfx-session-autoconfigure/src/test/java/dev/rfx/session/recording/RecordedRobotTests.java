package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.Robot;
import dev.rfx.session.RobotInUseException;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.test.TestPlatform;
import dev.rfx.session.test.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recorder is around the robot of the user, and nothing that names the robot names it. */
class RecordedRobotTests {

    @TempDir private Path directory;

    @SuppressWarnings("unchecked")
    private <O> Robot<O, Tensor> recorded(Robot<O, Tensor> robot, VirtualClock clock) {
        return (Robot<O, Tensor>)
                new Recorder(
                                RecordingOptions.into(this.directory),
                                "arm",
                                50,
                                "",
                                new TestPlatform(clock),
                                Thread::new)
                        .around(robot);
    }

    @Test
    void limitsNameTheRobotOfTheUser() {
        try (VirtualClock clock = new VirtualClock()) {
            MockRobot robot = new MockRobot(2, 50, clock::nanoTime);

            assertThat(SafetyLimits.around(recorded(robot, clock)).max(1).build())
                    .hasToString(SafetyLimits.around(robot).max(1).build().toString())
                    .asString()
                    .startsWith("MockRobot within ");
            assertThat(recorded(robot, clock)).hasToString(robot.toString());
            assertThat(recorded(robot, clock).device()).isSameAs(robot);
        }
    }

    @Test
    void robotInUseIsTheRobotOfTheUser() {
        try (VirtualClock clock = new VirtualClock()) {
            MockRobot robot = new MockRobot(2, 50, clock::nanoTime);
            SessionOptions options =
                    SessionOptions.defaults()
                            .withWarmup(Duration.ZERO)
                            .withRecording(RecordingOptions.into(this.directory));
            Session first = clock.session(robot, any -> Tensor.zeros(2), options.withName("a"));
            Session second = clock.session(robot, any -> Tensor.zeros(2), options.withName("b"));
            first.start();

            assertThatExceptionOfType(RobotInUseException.class)
                    .isThrownBy(second::start)
                    .withMessageContaining(MockRobot.class.getName());

            first.stop();
        }
    }
}
