package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTests {

    private static final int LENGTH = 100_000;

    private final ByteBuffer frame = ByteBuffer.allocate(LENGTH).order(ByteOrder.nativeOrder());

    private int add(History history, long time) {
        this.frame.putInt(IterationFrame.LENGTH, LENGTH);
        this.frame.putLong(IterationFrame.START, time);
        return history.add(this.frame, 0, LENGTH);
    }

    private static List<Long> drain(History history) {
        List<Long> times = new ArrayList<>();
        history.drain(
                0,
                Long.MAX_VALUE,
                (buffer, begin) -> times.add(buffer.getLong(begin + IterationFrame.START)));
        return times;
    }

    @Test
    void framesOfTheSpanAreKept() {
        History history = new History(10, 1L << 30);
        for (int time = 1; time <= 100; time++) {
            add(history, time);
        }

        assertThat(history.isTooLarge()).isFalse();
        assertThat(drain(history)).startsWith(90L).endsWith(100L).hasSize(11);
    }

    /** The heap is also that of the control thread. */
    @Test
    void framesThatNeedTooMuchMemoryAreForgotten() {
        History history = new History(50, 10 * LENGTH);
        int forgotten = 0;
        for (int time = 1; time <= 100; time++) {
            forgotten += add(history, time);
        }

        assertThat(forgotten).isEqualTo(90);
        assertThat(history.isTooLarge()).isTrue();
        assertThat(drain(history)).startsWith(91L).endsWith(100L).hasSize(10);

        add(history, 101);
        assertThat(drain(history)).containsExactly(101L);
    }
}
