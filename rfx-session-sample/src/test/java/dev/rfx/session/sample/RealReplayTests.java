package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** A recording of a real arm, replayed through a session to the simulated one. */
class RealReplayTests {

    private static final int JOINTS = 6;
    private static final long PERIOD_NANOS = 20_000_000;

    /** A command is due this share of a period early. */
    private static final int EARLY = 4;

    @Test
    void robotGetsTheLatestCommandOfEveryInstantAndTheSessionEnds() {
        Path file = RealRecordings.commands("pick_place");
        VirtualClock clock = new VirtualClock();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                        new MockRobot(JOINTS, 50, clock::nanoTime),
                        TrackedReplay.of(file, JOINTS),
                        SessionOptions.defaults()
                                .withEngage(EngageOptions.defaults().withEnabled(false)),
                        clock)) {
            session.run(Duration.ofHours(1));

            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            assertThat(session.actions())
                    .isEqualTo(dueAtEachPeriod(new CsvReader(file, JOINTS).read()));
            assertThat(session.session().stepCount()).isEqualTo(session.actions().size());
        }
    }

    /** Computes the expected value in a straightforward way. */
    private static List<Tensor> dueAtEachPeriod(SortedMap<Duration, Tensor> commands) {
        List<Long> times = commands.keySet().stream().map(Duration::toNanos).toList();
        List<Tensor> tensors = List.copyOf(commands.values());
        List<Tensor> due = new ArrayList<>();
        int sent = 0;
        int last = times.size() - 1;
        for (long now = 0; sent < last || now <= times.get(last); now += PERIOD_NANOS) {
            while (sent < last && now >= dueTime(times.get(sent), times.get(sent + 1))) {
                sent++;
            }
            due.add(tensors.get(sent));
        }
        return due;
    }

    private static long dueTime(long before, long time) {
        return time - Math.min(time - before, PERIOD_NANOS) / EARLY;
    }
}
