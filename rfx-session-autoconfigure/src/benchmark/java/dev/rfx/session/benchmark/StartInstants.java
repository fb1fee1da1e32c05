package dev.rfx.session.benchmark;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * When one loop began its iterations, as the robot sees it, and how much CPU its thread took
 * meanwhile. The array exists before the loop; to record an instant takes one reading of the clock.
 */
final class StartInstants {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final double periodNanos;
    private final long[] instants;
    private int count;
    private long cpuBefore;
    private long cpuNanos;

    StartInstants(double rateHz, double seconds) {
        this(1e9 / rateHz, new long[(int) (rateHz * seconds * 1.2) + 100]);
    }

    private StartInstants(double periodNanos, long[] instants) {
        this.periodNanos = periodNanos;
        this.instants = instants;
    }

    double periodNanos() {
        return this.periodNanos;
    }

    /** The robot is observed. Called by the loop's thread. */
    void observed() {
        if (this.count == 0) {
            this.cpuBefore = THREADS.getCurrentThreadCpuTime();
        }
        if (this.count < this.instants.length) {
            this.instants[this.count] = System.nanoTime();
            this.count++;
        }
    }

    /** The loop has ended. Called by the loop's thread. */
    void end() {
        this.cpuNanos = THREADS.getCurrentThreadCpuTime() - this.cpuBefore;
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

    void write(DataOutputStream output) throws IOException {
        output.writeDouble(this.periodNanos);
        output.writeLong(this.cpuNanos);
        output.writeInt(this.count);
        for (int i = 0; i < this.count; i++) {
            output.writeLong(this.instants[i]);
        }
    }

    static StartInstants read(DataInputStream input) throws IOException {
        double periodNanos = input.readDouble();
        long cpuNanos = input.readLong();
        StartInstants starts = new StartInstants(periodNanos, new long[input.readInt()]);
        starts.cpuNanos = cpuNanos;
        starts.count = starts.instants.length;
        for (int i = 0; i < starts.count; i++) {
            starts.instants[i] = input.readLong();
        }
        return starts;
    }
}
