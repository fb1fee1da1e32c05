package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.rfx.session.Observation;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.sample.Recording.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The times of the commands of a recording, and the end of the replay. */
class ReplayPolicyTests {

    private static final Observation AT_ZERO = Observation.of("state", Tensor.zeros(2));

    private final AtomicInteger stops = new AtomicInteger();

    @Test
    void atTheRateOfTheRecordingEveryCommandIsSentOnce() {
        ReplayPolicy policy = policy(recordedAt50Hz(1, 2, 3, 4), SteppingClock.at(50));

        assertThat(callUntilStopped(policy)).containsExactly(1f, 2f, 3f, 4f);
    }

    @Test
    void atTwiceTheRateItIsNotPlayedFaster() {
        ReplayPolicy policy = policy(recordedAt50Hz(1, 2, 3, 4), SteppingClock.at(100));

        assertThat(callUntilStopped(policy)).containsExactly(1f, 1f, 2f, 2f, 3f, 3f, 4f);
    }

    @Test
    void atHalfTheRateItIsNotPlayedSlower() {
        ReplayPolicy policy = policy(recordedAt50Hz(1, 2, 3, 4, 5), SteppingClock.at(25));

        assertThat(callUntilStopped(policy)).containsExactly(1f, 3f, 5f);
    }

    @Test
    void lastCommandIsSentEvenWhenItsTimeIsOver() {
        ReplayPolicy policy = policy(recordedAt50Hz(1, 2, 3, 4), SteppingClock.at(25));

        assertThat(callUntilStopped(policy)).containsExactly(1f, 3f, 4f);
    }

    @Test
    void timeBeforeTheFirstCallDoesNotCount() {
        SteppingClock clock = SteppingClock.at(50);
        ReplayPolicy policy = policy(recordedAt50Hz(1, 2, 3), clock);
        policy.reset();
        clock.advance(Duration.ofSeconds(10));

        assertThat(callUntilStopped(policy)).containsExactly(1f, 2f, 3f);
    }

    @Test
    void resetBeginsAnew() {
        ReplayPolicy policy = policy(recordedAt50Hz(1, 2, 3), SteppingClock.at(50));
        policy.selectAction(AT_ZERO);
        policy.selectAction(AT_ZERO);

        policy.reset();

        assertThat(callUntilStopped(policy)).containsExactly(1f, 2f, 3f);
    }

    @Test
    void callAllocatesNothing() {
        float[] positions = new float[30_000];
        ReplayPolicy policy = policy(recordedAt50Hz(positions), SteppingClock.at(50));

        long bytes = Allocations.bytesOf(10_000, () -> policy.selectAction(AT_ZERO));

        assertThat(bytes).isLessThan(10_000);
        assertThat(this.stops).hasValue(0);
    }

    @Test
    @Timeout(10)
    void sessionStopsByItselfAfterTheLastCommand() {
        AtomicReference<Session> session = new AtomicReference<>();
        ReplayPolicy policy = stoppingPolicy(recordedAt50Hz(1, 2, 3), session);
        session.set(session(policy));

        session.get().run();

        assertThat(session.get().state()).isEqualTo(SessionState.STOPPED);
        assertThat(session.get().stepCount()).isEqualTo(3);
    }

    @Test
    @Timeout(10)
    void sessionCanReplayAgain() {
        AtomicReference<Session> session = new AtomicReference<>();
        ReplayPolicy policy = stoppingPolicy(recordedAt50Hz(1, 2, 3), session);
        session.set(session(policy));
        session.get().run();

        session.get().run();

        assertThat(session.get().totals().iterations()).isEqualTo(6);
    }

    /** The joint reaches 0.02 rad in the one period between the only command and its end. */
    @Test
    @Timeout(10)
    @ExtendWith(OutputCaptureExtension.class)
    void trackingErrorIsLoggedAtTheEnd(CapturedOutput output) {
        AtomicReference<Session> session = new AtomicReference<>();
        ReplayPolicy policy = stoppingPolicy(recordedAt50Hz(0.5f), session);
        session.set(session(policy));

        session.get().run();

        assertThat(output)
                .containsOnlyOnce(
                        "control.csv is over. Tracking error: "
                                + "RMS / max in rad: joint 0 0.4800 / 0.4800");
    }

    private ReplayPolicy policy(Recording recording, SteppingClock clock) {
        return new ReplayPolicy(recording, clock, this.stops::incrementAndGet);
    }

    private static ReplayPolicy stoppingPolicy(
            Recording recording, AtomicReference<Session> session) {
        return new ReplayPolicy(recording, SteppingClock.at(50), () -> session.get().stop());
    }

    /** The rate is higher than in real time, because the policy has a clock of its own. */
    private static Session session(ReplayPolicy policy) {
        return new Session(
                new MockRobot(1, 50),
                policy,
                SessionOptions.defaults().withRateHz(1000).withWarmup(Duration.ZERO));
    }

    /** Returns the actions until the policy stops the session. */
    private List<Float> callUntilStopped(ReplayPolicy policy) {
        List<Float> sent = new ArrayList<>();
        for (int k = 0; k < 100; k++) {
            Tensor action = policy.selectAction(AT_ZERO);
            if (this.stops.get() > 0) {
                return sent;
            }
            sent.add(action.get(0));
        }
        return fail("The session was not stopped, but sent %s", sent);
    }

    private static Recording recordedAt50Hz(float... positions) {
        List<Command> commands = new ArrayList<>();
        for (int k = 0; k < positions.length; k++) {
            commands.add(new Command(k * 20_000_000L, Tensor.of(positions[k])));
        }
        return new Recording(Path.of("control.csv"), commands);
    }
}
