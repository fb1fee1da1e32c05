package dev.rfx.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionsTests {

    private final ScriptedRobot robot = new ScriptedRobot();
    private final Session session =
            new Session(
                    this.robot,
                    observation -> observation,
                    SessionOptions.defaults().withName("arm").withWarmup(Duration.ZERO));

    @Test
    void waitEndsWhenTheIterationsAreCompleted() {
        this.session.start();

        Sessions.awaitIterations(this.session, 3);

        assertThat(this.session.stepCount()).isGreaterThanOrEqualTo(3);
        this.session.stop();
        Sessions.awaitIterations(this.session, 3); // of a run that is over, too
    }

    @Test
    void waitForASessionThatFailsFailsWithTheCause() {
        this.robot.onAct(
                () -> {
                    throw new IOException("unplugged");
                });
        this.session.start();

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Sessions.awaitIterations(this.session, 3))
                .withMessage("Session 'arm' is FAILED after 0 of 3 iterations")
                .withStackTraceContaining("unplugged");
    }
}
