package dev.rfx.session.benchmark;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/**
 * When the iterations of one loop began, and how much CPU its thread took meanwhile. The array is
 * there before the loop; to mark an instant takes one reading of the clock.
 */
final class StartInstants {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final double periodNanos;
    private final long[] instants;
    private int count;
    private long cpuBefore;
    private long cpuNanos;

    StartInstants(double rateHz, double seconds) {
        this.periodNanos = 1e9 / rateHz;
        this.instants = new long[(int) (rateHz * seconds * 1.2) + 100];
    }

    double periodNanos() {
        return this.periodNanos;
    }

    /** An iteration begins. By the loop's thread. */
    void mark() {
        if (this.count == 0) {
            this.cpuBefore = THREADS.getCurrentThreadCpuTime();
        }
        if (this.count < this.instants.length) {
            this.instants[this.count] = System.nanoTime();
            this.count++;
        }
    }

    /** The loop has ended. By the loop's thread. */
    void end() {
        this.cpuNanos = THREADS.getCurrentThreadCpuTime() - this.cpuBefore;
    }

    int count() {
        return this.count;
    }

    long[] instants() {
        return Arrays.copyOf(this.instants, this.count);
    }

    /** The CPU of the loop's thread, in percent of one processor. */
    double cpuPercent() {
        return 100.0 * this.cpuNanos / (this.instants[this.count - 1] - this.instants[0]);
    }

    /** |start-to-start period − target| in µs, unsorted. */
    double[] jitterMicros() {
        double[] jitter = new double[this.count - 1];
        for (int i = 0; i < jitter.length; i++) {
            jitter[i] = Math.abs(this.instants[i + 1] - this.instants[i] - this.periodNanos) / 1e3;
        }
        return jitter;
    }

    /** Start after the absolute grid that begins with the first start, in µs, unsorted. */
    double[] latenessMicros() {
        double[] lateness = new double[this.count];
        for (int i = 0; i < lateness.length; i++) {
            lateness[i] = (this.instants[i] - this.instants[0] - i * this.periodNanos) / 1e3;
        }
        return lateness;
    }
}
