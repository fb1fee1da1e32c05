package dev.rfx.session.recording;

import java.util.Arrays;
import java.util.Locale;

/** Many figures, for their percentiles. Takes eight bytes for each. */
final class Figures {

    private static final double NANOS_PER_MILLI = 1e6;

    private long[] values = new long[1024];
    private int count;
    private boolean sorted;

    void add(long value) {
        if (this.count == this.values.length) {
            this.values = Arrays.copyOf(this.values, 2 * this.count);
        }
        this.values[this.count++] = value;
        this.sorted = false;
    }

    /**
     * {@return the smallest figure that a share of all does not exceed; 0 without figures}
     *
     * @param share from 0 to 1
     */
    long percentile(double share) {
        if (this.count == 0) {
            return 0;
        }
        if (!this.sorted) {
            Arrays.sort(this.values, 0, this.count);
            this.sorted = true;
        }
        int rank = (int) Math.ceil(share * this.count);
        return this.values[Math.max(rank, 1) - 1];
    }

    /** {@return a time for a table} */
    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f ms", nanos / NANOS_PER_MILLI);
    }
}
