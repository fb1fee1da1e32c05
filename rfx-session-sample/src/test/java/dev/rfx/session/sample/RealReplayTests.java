package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.sample.Recording.Command;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
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
        VirtualClock clock = new VirtualClock();
        AtomicReference<Session> running = new AtomicReference<>();
        ReplayPolicy policy =
                new ReplayPolicy(recording, clock::nanoTime, () -> running.get().stop());
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        new MockRobot(JOINTS, 50, clock::nanoTime),
                        policy,
                        SessionOptions.defaults(),
                        clock)) {
            running.set(session.session());
            session.run(Duration.ofHours(1));

            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            assertThat(session.actions()).isEqualTo(dueAtEachPeriod(recording.commands()));
            assertThat(session.session().stepCount()).isEqualTo(session.actions().size());
        }
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
}
