package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ScriptedRobot;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Many starts and stops leave neither memory nor threads behind. */
class SessionCyclesTests {

    private static final int CYCLES = Campaign.Rounds.of(1_000, 60);

    /** A run takes at least 20 KB, so all runs in memory would take at least four times this. */
    private static final long HEAP_NOISE = 1_000_000;

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("rfx-session"))
                .collect(Collectors.toSet());
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least =
                    Math.min(
                            least,
                            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static void cycle(Session session, int cycles) {
        for (int i = 0; i < cycles; i++) {
            session.start();
            session.stop();
        }
    }

    @Campaign
    @Test
    void threadsAndHeapDoNotGrowOverStartsAndStops() {
        ScriptedRobot robot = new ScriptedRobot();
        Session session =
                new Session(
                        robot,
                        observation -> "action",
                        SessionOptions.defaults()
                                .withName("cycles")
                                .withRateHz(1_000)
                                .withWarmup(Duration.ZERO)
                                .withMaxTimingSamples(10));
        cycle(session, CYCLES / 4);
        long heapBefore = usedHeap();
        Set<Thread> threadsBefore = threads();

        cycle(session, CYCLES);
        while (threads().stream().anyMatch(t -> t.getName().equals("rfx-session-cycles"))) {
            Thread.onSpinWait(); // the last control thread may still be on its way out
        }

        Set<Thread> more = threads();
        more.removeAll(threadsBefore);
        assertThat(more)
                .extracting(Thread::getName)
                .as("the threads of the last run may still be ending")
                .isSubsetOf(
                        "rfx-session-cycles", "rfx-session-cycles-events", "rfx-session-watchdog")
                .hasSizeLessThanOrEqualTo(3);
        assertThat(usedHeap() - heapBefore).isLessThan(HEAP_NOISE);
        assertThat(robot.stops).hasValue(CYCLES + CYCLES / 4);
        while (threads().stream().anyMatch(t -> t.getName().startsWith("rfx-session-cycles"))) {
            Thread.onSpinWait(); // they end by themselves
        }
    }
}
