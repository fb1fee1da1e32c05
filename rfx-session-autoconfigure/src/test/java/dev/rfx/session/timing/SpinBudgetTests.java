package dev.rfx.session.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SpinBudgetTests {

    @Test
    void loopsShareATenthOfTheProcessors() {
        SpinBudget budget = new SpinBudget(4);
        assertThat(budget.share()).isCloseTo(0.4, within(1e-9));

        for (int i = 0; i < 8; i++) {
            budget.join();
        }
        assertThat(budget.share()).isCloseTo(0.05, within(1e-9));

        for (int i = 0; i < 7; i++) {
            budget.leave();
        }
        assertThat(budget.share()).isCloseTo(0.4, within(1e-9));
    }

    @Test
    void everyRunLeavesTheBudgetThatItHasJoined() {
        int before = SpinBudget.OF_THE_JVM.loops();
        ScriptedRobot robot = new ScriptedRobot();
        Policy<String, String> policy = observation -> observation;
        SessionOptions options = SessionOptions.defaults().withWarmup(Duration.ZERO);

        Session.run(robot, policy, options, Duration.ofMillis(1));
        assertThat(SpinBudget.OF_THE_JVM.loops()).isEqualTo(before);

        robot.onObserve(
                () -> {
                    throw new IllegalStateException("on purpose");
                });
        assertThatThrownBy(() -> Session.run(robot, policy, options, Duration.ofMillis(1)))
                .isInstanceOf(SessionException.class);
        assertThat(SpinBudget.OF_THE_JVM.loops()).isEqualTo(before);
    }
}
