package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import dev.rfx.session.so101.protocol.Request;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ProtocolAllocationTests {

    private static final int WARM_UP = 20;
    private static final int BLOCKS = 100;
    private static final int BLOCK = 1_000;
    private static final int[] ALL = {1, 2, 3, 4, 5, 6};

    private final Request request = new Request();
    private final ReplyParser parser = new ReplyParser();
    private final byte[] burst = Golden.bytes("status_burst_sync_read_pos_vel_1to6");
    private final int[] goals = new int[6];
    private final JointScale scale =
            JointScale.of(
                    new JointCalibration(Joint.ELBOW_FLEX, false, 0, 700, 3400),
                    JointUnits.RADIANS);

    /** In blocks, because the JVM itself allocates on the thread now and then. */
    @Test
    void cycleAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] bytes = new long[WARM_UP + BLOCKS];
        for (int block = 0; block < bytes.length; block++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < BLOCK; i++) {
                cycle();
            }
            bytes[block] = threads.getCurrentThreadAllocatedBytes() - before;
        }

        long[] measured = Arrays.copyOfRange(bytes, WARM_UP, bytes.length);
        assertThat(this.goals).contains(2058, 2108);
        assertThat(Arrays.stream(measured).filter(count -> count == 0).count())
                .as("blocks without any allocation: %s", Arrays.toString(measured))
                .isGreaterThanOrEqualTo(BLOCKS * 9 / 10);
    }

    private void cycle() {
        this.request.syncRead(ALL, Register.PRESENT_POSITION, 4);
        this.parser.clear();
        this.parser.accept(this.burst, this.burst.length);
        for (int i = 0; i < ALL.length; i++) {
            this.parser.expect(ALL[i], Register.PRESENT_POSITION, 4);
            this.parser.next();
            double position = this.scale.toUnits(this.parser.value(Register.PRESENT_POSITION));
            this.goals[i] = this.scale.toSteps(position);
        }
        this.request.syncWrite(ALL, Register.GOAL_POSITION, this.goals);
    }
}
