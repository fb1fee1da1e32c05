package dev.rfx.session.sample;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures what code allocates. */
final class Allocations {

    private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocations() {}

    /** Runs something often, and returns how many bytes the later half of the runs allocated. */
    static long bytesOf(int times, Runnable work) {
        repeat(times, work);
        long before = threads.getCurrentThreadAllocatedBytes();
        repeat(times, work);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static void repeat(int times, Runnable work) {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }
}
