package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopWarmupTests {

    /** 100 iterations, or fewer if the work takes a part of the time. */
    @Test
    void loopOfTheWarmUpIteratesAndEndsByItself() throws Exception {
        assertThat(LoopWarmup.run(Duration.ofMillis(100))).isBetween(1L, 100L);
    }

    /** In a JVM of its own: in this one another test may have warmed up the loop. */
    @Test
    void firstWarmUpOfAJvmLetsTheLoopBeCompiledWithoutTheRobot() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(List.of("-XX:+PrintCompilation"), file -> true, WarmUp.class)) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();

            assertThat(jvm.output())
                    .contains("dev.rfx.session.ControlLoop::run", "CALLS BEFORE THE LOOP 1");
        }
    }

    static final class WarmUp {
        public static void main(String[] args) throws Exception {
            ScriptedRobot robot = new ScriptedRobot();
            int[] calls = new int[1];
            robot.onObserve(
                    () -> {
                        calls[0] = robot.calls() - 1;
                        throw new IllegalStateException("enough");
                    });
            Session session =
                    new Session(
                            robot,
                            observation -> "action",
                            SessionOptions.defaults().withWarmup(Duration.ofSeconds(2)));
            session.start();
            session.awaitStopped(Duration.ofSeconds(10));
            System.out.println("CALLS BEFORE THE LOOP " + calls[0]);
        }
    }
}
