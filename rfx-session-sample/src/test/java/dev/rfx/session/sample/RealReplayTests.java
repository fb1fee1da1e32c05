package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.sample.Recording.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A recording of a real arm, replayed through a session to the simulated one. */
@ExtendWith(OutputCaptureExtension.class)
class RealReplayTests {

    private static final int JOINTS = 6;
    private static final long PERIOD_NANOS = 20_000_000;

    @Test
    void robotGetsTheLatestCommandOfEveryInstantAndTheSessionEnds(CapturedOutput output) {
        Recording recording =
                new RecordingReader(RealRecordings.commands("pick_place"), JOINTS).read();
        AtomicReference<Session> session = new AtomicReference<>();
        // The clock of the policy advances by 1/50 s per call, while the session is faster.
        ReplayPolicy policy =
                new ReplayPolicy(recording, SteppingClock.at(50), () -> session.get().stop());
        RecordingRobot robot = new RecordingRobot(new MockRobot(JOINTS, 50), new ArrayList<>());
        session.set(
                new Session(
                        robot,
                        policy,
                        SessionOptions.defaults().withRateHz(5_000).withWarmup(Duration.ZERO)));

        session.get().run();

        assertThat(session.get().state()).isEqualTo(SessionState.STOPPED);
        assertThat(robot.actions()).isEqualTo(dueAtEachPeriod(recording.commands()));
        assertThat(session.get().stepCount()).isEqualTo(robot.actions().size());
        assertThat(output).containsOnlyOnce("is over. Tracking error: ").contains("joint 5 ");
    }

    /** Computes the expected value in a straightforward way. */
    private static List<Tensor> dueAtEachPeriod(List<Command> commands) {
        List<Tensor> due = new ArrayList<>();
        long end = commands.get(commands.size() - 1).offsetNanos();
        for (long time = 0; time < end + PERIOD_NANOS; time += PERIOD_NANOS) {
            long now = time;
            due.add(
                    commands.stream()
                            .filter(command -> command.offsetNanos() <= now)
                            .reduce((earlier, later) -> later)
                            .orElseThrow()
                            .positions());
        }
        return due;
    }

    private record RecordingRobot(MockRobot robot, List<Tensor> actions)
            implements Robot<Observation, Tensor> {

        @Override
        public Observation observe() {
            return this.robot.observe();
        }

        @Override
        public void act(Tensor action) {
            this.actions.add(action.copy());
            this.robot.act(action);
        }

        @Override
        public Observation reset() {
            return this.robot.reset();
        }

        @Override
        public void stop() {
            this.robot.stop();
        }
    }
}
