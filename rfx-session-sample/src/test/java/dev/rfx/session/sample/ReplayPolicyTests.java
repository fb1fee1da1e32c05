package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.sample.Recording.Command;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The times of the commands of a recording, and the end of the replay. */
class ReplayPolicyTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO);

    @Test
    void atTheRateOfTheRecordingEveryCommandIsSentOnce() {
        assertThat(replay(recordedAt50Hz(1, 2, 3, 4), OPTIONS)).containsExactly(1f, 2f, 3f, 4f);
    }

    @Test
    void atTwiceTheRateItIsNotPlayedFaster() {
        assertThat(replay(recordedAt50Hz(1, 2, 3, 4), OPTIONS.withRateHz(100)))
                .containsExactly(1f, 1f, 2f, 2f, 3f, 3f, 4f);
    }

    @Test
    void atHalfTheRateItIsNotPlayedSlower() {
        assertThat(replay(recordedAt50Hz(1, 2, 3, 4, 5), OPTIONS.withRateHz(25)))
                .containsExactly(1f, 3f, 5f);
    }

    @Test
    void lastCommandIsSentEvenWhenItsTimeIsOver() {
        assertThat(replay(recordedAt50Hz(1, 2, 3, 4), OPTIONS.withRateHz(25)))
                .containsExactly(1f, 3f, 4f);
    }

    @Test
    void timeBeforeTheFirstCallDoesNotCount() {
        assertThat(replay(recordedAt50Hz(1, 2, 3), OPTIONS.withWarmup(Duration.ofSeconds(10))))
                .containsExactly(1f, 2f, 3f);
    }

    @Test
    void resetBeginsAnew() {
        try (VirtualSession<Observation, Tensor> session =
                session(recordedAt50Hz(1, 2, 3), OPTIONS)) {
            session.step(2);
            session.session().stop();

            session.session().start();
            session.run(Duration.ofSeconds(1));

            assertThat(positions(session)).containsExactly(1f, 2f, 1f, 2f, 3f);
        }
    }

    @Test
    void callAllocatesNothing() {
        Observation atZero = Observation.of("state", Tensor.zeros(1));
        Duration period = Duration.ofMillis(20);
        VirtualClock clock = new VirtualClock();
        ReplayPolicy policy =
                new ReplayPolicy(
                        recordedAt50Hz(new float[30_000]),
                        clock::nanoTime,
                        () -> {
                            throw new IllegalStateException("at the end");
                        });

        long bytes =
                Allocations.bytesOf(
                        10_000,
                        () -> {
                            policy.selectAction(atZero);
                            clock.advance(period);
                        });

        assertThat(bytes).isLessThan(10_000);
    }

    @Test
    void sessionStopsByItselfAfterTheLastCommandAndCanReplayAgain() {
        try (VirtualSession<Observation, Tensor> session =
                session(recordedAt50Hz(1, 2, 3), OPTIONS)) {
            session.run(Duration.ofSeconds(1));

            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            assertThat(session.session().stepCount()).isEqualTo(3);

            session.session().run();

            assertThat(session.session().totals().iterations()).isEqualTo(6);
        }
    }

    /** The joint reaches 0.02 rad in the one period between the only command and its end. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void trackingErrorIsLoggedAtTheEnd(CapturedOutput output) {
        replay(recordedAt50Hz(0.5f), OPTIONS);

        assertThat(output)
                .containsOnlyOnce(
                        "control.csv is over. Tracking error: "
                                + "RMS / max in rad: joint 0 0.4800 / 0.4800");
    }

    private static VirtualSession<Observation, Tensor> session(
            Recording recording, SessionOptions options) {
        VirtualClock clock = new VirtualClock();
        AtomicReference<VirtualSession<Observation, Tensor>> session = new AtomicReference<>();
        ReplayPolicy policy =
                new ReplayPolicy(recording, clock::nanoTime, () -> session.get().session().stop());
        session.set(
                VirtualSession.of(
                        new MockRobot(1, options.rateHz(), clock::nanoTime),
                        policy,
                        options,
                        clock));
        return session.get();
    }

    /** {@return what the session sends until the policy stops it} */
    private static List<Float> replay(Recording recording, SessionOptions options) {
        try (VirtualSession<Observation, Tensor> session = session(recording, options)) {
            session.run(Duration.ofMinutes(1));
            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            return positions(session);
        }
    }

    private static List<Float> positions(VirtualSession<Observation, Tensor> session) {
        return session.actions().stream().map(action -> action.get(0)).toList();
    }

    private static Recording recordedAt50Hz(float... positions) {
        List<Command> commands = new ArrayList<>();
        for (int k = 0; k < positions.length; k++) {
            commands.add(new Command(k * 20_000_000L, Tensor.of(positions[k])));
        }
        return new Recording(Path.of("control.csv"), commands);
    }
}
