package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The control thread's part of a recording allocates nothing, also when the ring is full. */
class CaptureAllocationTests {

    private static final int ITERATIONS = 100_000;

    /** What the measurement itself may allocate. */
    private static final long NOISE = 1_000;

    record State(float[] angles, double time, int mode, boolean moving, String note) {}

    private final FrameRing ring = new FrameRing(1 << 20);
    private final RecordingCounts counts = new RecordingCounts();
    private final IterationCapture capture =
            new IterationCapture(this.ring, new Codecs(Map.of()), new LayoutTable(), this.counts);

    private long allocated(Object observation, Object action, Object sent, boolean drained) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < ITERATIONS; i++) {
            this.capture.iteration(i, 1, 2, 3, 4, 5, 0, observation, action, sent);
            int index = drained ? this.ring.nextIndex() : -1;
            if (index >= 0) {
                this.ring.release(this.ring.buffer().getInt(index));
            }
        }
        return threads.getThreadAllocatedBytes(self) - before;
    }

    private void assertThatNothingIsAllocated(Object observation, Object action, Object sent) {
        allocated(observation, action, sent, true);
        assertThat(allocated(observation, action, sent, true)).isLessThan(NOISE);
        assertThat(this.counts.dropped()).isZero();
        assertThat(allocated(observation, action, sent, false)).isLessThan(NOISE);
        assertThat(this.counts.dropped()).as("the ring was full").isPositive();
    }

    @Test
    void observationAndTensors() {
        Observation observation =
                Observation.of(Observation.STATE, Tensor.zeros(12))
                        .with("image", Tensor.zeros(3, 8, 8))
                        .stamp(7);
        assertThatNothingIsAllocated(observation, Tensor.zeros(6), Tensor.zeros(6));
    }

    @Test
    void recordsAndArrays() {
        State state = new State(new float[6], 0.5, 3, true, "note");
        assertThatNothingIsAllocated(state, new float[6], new double[2]);
    }
}
