package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rfx.session.robot.MockRobot;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoopAllocationTests {

    private static final int FIRST = 1_000;
    private static final int ITERATIONS = 100_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long before = -1;
    private long after = -1;

    @Test
    void hundredThousandIterationsAllocateNothing() {
        Tensor action = Tensor.zeros(6);
        int[] calls = new int[1];
        Session session =
                new Session(
                        new MockRobot(6, 1_000),
                        observation -> {
                            calls[0]++;
                            if (calls[0] == FIRST) {
                                this.before = this.threads.getCurrentThreadAllocatedBytes();
                            } else if (calls[0] == FIRST + ITERATIONS) {
                                this.after = this.threads.getCurrentThreadAllocatedBytes();
                            }
                            return action;
                        },
                        SessionOptions.defaults().withRateHz(1_000).withWarmup(Duration.ZERO),
                        new FakeClock().oversleeping(() -> 30_000).spinning(10_000));

        session.run(Duration.ofMillis(FIRST + ITERATIONS));

        assertThat(this.before).isPositive();
        assertThat(this.after - this.before).isZero();
    }
}
