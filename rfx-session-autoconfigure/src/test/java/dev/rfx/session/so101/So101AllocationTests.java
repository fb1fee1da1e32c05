package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rfx.session.Tensor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class So101AllocationTests {

    private static final int BLOCKS = 20;
    private static final int BLOCK = 50;

    /** In blocks, because the JVM itself allocates on the thread now and then. */
    @Test
    void cycleAllocatesNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Tensor action = Tensor.of(9, 9, 9, -9, -9, -9);
        try (VirtualSo101 arm = VirtualSo101.start();
                So101Robot robot =
                        So101Robot.builder(
                                        arm.port().toString(), So101Fixture.calibration(700, 3400))
                                .readTimeout(Duration.ofMillis(500))
                                .sensors(EnumSet.allOf(Sensor.class))
                                .build()) {
            robot.reset();
            long[] bytes = new long[BLOCKS];
            for (int block = -5; block < BLOCKS; block++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < BLOCK; i++) {
                    robot.observe();
                    robot.act(action);
                }
                if (block >= 0) {
                    bytes[block] = threads.getCurrentThreadAllocatedBytes() - before;
                }
            }
            assertThat(Arrays.stream(bytes).filter(b -> b == 0).count())
                    .as("blocks without any allocation: %s", Arrays.toString(bytes))
                    .isGreaterThanOrEqualTo(BLOCKS * 9 / 10);
        }
    }
}
