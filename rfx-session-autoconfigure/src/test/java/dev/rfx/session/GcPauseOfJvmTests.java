package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.testkit.ScriptedRobot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pauses of the real collector, as the JVM reports them. */
class GcPauseOfJvmTests {

    private final List<Object> alive = new ArrayList<>();

    @Test
    void iterationThatAGcMadeLateSaysSo() throws Exception {
        for (int i = 0; i < 2_000_000; i++) {
            this.alive.add(new int[] {i}); // work for a full collection
        }
        ScriptedRobot robot = new ScriptedRobot();
        robot.onAct(
                () -> {
                    if (robot.acts.get() == 20) {
                        System.gc();
                    }
                });
        SessionOptions options = SessionOptions.defaults().withRateHz(200);

        try (Session session = new Session(robot, observation -> observation, options)) {
            session.start();
            while (!isGcReported(session)) {
                assertThat(session.stepCount()).as("until the JVM reported it").isLessThan(2_000);
                Thread.onSpinWait();
            }
        }
        assertThat(this.alive).isNotEmpty();
    }

    private static boolean isGcReported(Session session) {
        return session.recentIterations().stream()
                .anyMatch(
                        iteration ->
                                iteration.number() == 19
                                        && iteration.overrun()
                                        && "gc".equals(iteration.cause()));
    }
}
