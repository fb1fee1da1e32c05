package dev.rfx.session.sample;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures what code allocates. */
final class Allocations {

    private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocations() {}

    /** Runs code repeatedly, and returns the bytes that the second half of the runs allocates. */
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
