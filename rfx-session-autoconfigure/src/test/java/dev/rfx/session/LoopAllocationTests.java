package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.test.VirtualClock;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopAllocationTests {

    private static final int WARM_UP = 10_000;
    private static final int BLOCKS = 100;
    private static final int BLOCK = 1_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /**
     * Measured in blocks, because the JVM itself allocates a few hundred bytes on the thread while
     * it compiles. An object in one of a thousand iterations would show in every block.
     */
    @Test
    void hundredThousandIterationsAllocateNothing() {
        assertThatNothingIsAllocated(EngageOptions.defaults()); // the ramp ends in the warm-up
    }

    @Test
    void rampAllocatesNothing() {
        EngageOptions ramp = EngageOptions.defaults().withDuration(Duration.ofMinutes(10));
        assertThatNothingIsAllocated(ramp.withMaxSpeed(List.of(0.01f)));
    }

    private void assertThatNothingIsAllocated(EngageOptions engage) {
        Tensor action = Tensor.of(9, 9, 9, -9, -9, -9); // clamped in every iteration
        int[] calls = new int[1];
        long[] bytesAtBlock = new long[BLOCKS + 1];
        try (VirtualClock clock = new VirtualClock().oversleeping(() -> 30_000)) {
            Session session =
                    clock.session(
                            SafetyLimits.around(new MockRobot(6, 1_000)).max(1).maxSpeed(5).build(),
                            observation -> {
                                int measured = calls[0]++ - WARM_UP;
                                if (measured >= 0 && measured % BLOCK == 0) {
                                    bytesAtBlock[measured / BLOCK] =
                                            this.threads.getCurrentThreadAllocatedBytes();
                                }
                                return action;
                            },
                            SessionOptions.defaults()
                                    .withRateHz(1_000)
                                    .withWarmup(Duration.ZERO)
                                    .withEngage(engage));
            session.run(Duration.ofMillis(WARM_UP + BLOCKS * BLOCK + 1));
        }

        assertThat(bytesAtBlock[BLOCKS]).isPositive();
        long[] bytesOfBlock = new long[BLOCKS];
        Arrays.setAll(bytesOfBlock, i -> bytesAtBlock[i + 1] - bytesAtBlock[i]);
        assertThat(Arrays.stream(bytesOfBlock).filter(bytes -> bytes == 0).count())
                .as("blocks without any allocation: %s", Arrays.toString(bytesOfBlock))
                .isGreaterThanOrEqualTo(BLOCKS * 9 / 10);
        assertThat(Arrays.stream(bytesOfBlock).sum()).isLessThan(2_000);
    }
}
