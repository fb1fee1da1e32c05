package dev.rfx.session.benchmark;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/**
 * When the iterations of one loop began, and how much CPU its thread took meanwhile. An iteration
 * begins twice: when the loop has waited, which is what a loop takes for its jitter, and a call
 * later when the robot is observed, which is what counts for the robot. The arrays are there before
 * the loop; to note an instant takes one reading of the clock at most.
 */
final class StartInstants {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final double periodNanos;
    private final long[] instants;
    private long[] periods;
    private int begun;
    private long lastBegin;
    private int count;
    private long cpuBefore;
    private long cpuNanos;

    StartInstants(double rateHz, double seconds) {
        this.periodNanos = 1e9 / rateHz;
        this.instants = new long[(int) (rateHz * seconds * 1.2) + 100];
        this.periods = new long[this.instants.length];
    }

    double periodNanos() {
        return this.periodNanos;
    }

    /** The wait is over. By the loop's thread. */
    void begin(long now) {
        if (this.begun > 0 && this.begun <= this.periods.length) {
            this.periods[this.begun - 1] = now - this.lastBegin;
        }
        this.lastBegin = now;
        this.begun++;
    }

    /** What a loop has noted itself, instead of {@link #begin}. */
    void periods(long[] all) {
        this.periods = all;
        this.begun = all.length + 1;
    }

    /** The robot is observed. By the loop's thread. */
    void observed() {
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

    /** When the robot was observed. */
    long[] instants() {
        return Arrays.copyOf(this.instants, this.count);
    }

    /** The CPU of the loop's thread, in percent of one processor. */
    double cpuPercent() {
        return 100.0 * this.cpuNanos / (this.instants[this.count - 1] - this.instants[0]);
    }

    /** |start-to-start period − target| in µs, unsorted. */
    double[] jitterMicros() {
        return Arrays.stream(this.periods, 0, Math.min(this.begun - 1, this.periods.length))
                .mapToDouble(period -> Math.abs(period - this.periodNanos) / 1e3)
                .toArray();
    }

    /** The same from one look at the robot to the next. */
    double[] robotJitterMicros() {
        double[] jitter = new double[this.count - 1];
        for (int i = 0; i < jitter.length; i++) {
            jitter[i] = Math.abs(this.instants[i + 1] - this.instants[i] - this.periodNanos) / 1e3;
        }
        return jitter;
    }

    /**
     * When the robot was observed, after the absolute grid that begins with the first time, in µs,
     * unsorted.
     */
    double[] latenessMicros() {
        double[] lateness = new double[this.count];
        for (int i = 0; i < lateness.length; i++) {
            lateness[i] = (this.instants[i] - this.instants[0] - i * this.periodNanos) / 1e3;
        }
        return lateness;
    }
}
