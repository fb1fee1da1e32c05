package dev.rfx.session.actuate;

import static org.mockito.Mockito.never;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import dev.rfx.session.Session;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A read computes the statistics once, and asks the robot once. */
class SnapshotPerReadTests {

    private final Session session =
            spy(new Session(new ScriptedRobot(), observation -> observation));
    private final SessionEndpoint endpoint = new SessionEndpoint(Map.of("arm", this.session));

    @AfterEach
    void verifyOneSnapshot() {
        verify(this.session, times(1)).snapshot();
        verify(this.session, times(1)).readings();
        verify(this.session, never()).stats();
    }

    @Test
    void healthCallTakesOneSnapshot() {
        Duration jitter = Duration.ofMillis(1);
        new SessionHealthIndicator(this.session, new SessionHealthThresholds(0.5, jitter)).health();
    }

    @Test
    void endpointCallTakesOneSnapshot() {
        this.endpoint.session("arm");
    }

    @Test
    void endpointCallForAllSessionsTakesOneSnapshotOfEach() {
        this.endpoint.sessions();
    }

    @Test
    void commandTakesOneSnapshot() {
        this.endpoint.command("arm", "reset-statistics");
    }
}
