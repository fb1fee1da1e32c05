package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.test.Fault;
import dev.rfx.session.test.SessionEvent;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.test.VirtualSession;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The robot or the policy says that the run is complete. */
class EndOfRunTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withRestart(RestartOptions.none().withMaxAttempts(3));

    @ParameterizedTest
    @EnumSource(names = {"OBSERVE", "POLICY", "ACT"})
    void runEndsWithoutAFailureAndDoesNotRestart(SessionPhase phase) {
        VirtualClock clock = new VirtualClock();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                                new MockRobot(1, 50, clock::nanoTime),
                                observation -> Tensor.zeros(1),
                                OPTIONS,
                                clock)
                        .with(
                                Fault.in(phase)
                                        .at(7)
                                        .throwing(() -> new EndOfRunException("the end")))) {
            session.run(Duration.ofMinutes(1));

            assertThat(session.session().state()).isEqualTo(SessionState.STOPPED);
            assertThat(session.failure()).isNull();
            assertThat(session.stopsOfRobot()).isEqualTo(1);
            assertThat(session.session().stepCount()).isEqualTo(7);
            assertThat(session.events())
                    .extracting(SessionEvent::kind)
                    .containsExactly(SessionEvent.Kind.STARTED, SessionEvent.Kind.STOPPED);
        }
    }

    /** A start that does not happen is a failure. */
    @ParameterizedTest
    @EnumSource(names = "RESET")
    void resetThatThrowsItFails(SessionPhase phase) {
        VirtualClock clock = new VirtualClock();
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(
                                new MockRobot(1, 50, clock::nanoTime),
                                observation -> Tensor.zeros(1),
                                SessionOptions.defaults(),
                                clock)
                        .with(
                                Fault.in(phase)
                                        .at(0)
                                        .throwing(() -> new EndOfRunException("the end")))) {
            session.run(Duration.ofSeconds(1));

            assertThat(session.session().state()).isEqualTo(SessionState.FAILED);
            assertThat(session.stopsOfRobot()).isEqualTo(1);
        }
    }
}
