package dev.rfx.session.page;

import java.util.ArrayList;
import java.util.List;

/** The bins of the histogram of the period: deviations from the target, in microseconds. */
final class PeriodBins {

    private static final double[] EDGES = {
        -3000, -1000, -300, -100, -30, -10, -3, -1, 1, 3, 10, 30, 100, 300, 1000, 3000
    };

    static final int COUNT = EDGES.length + 1;

    /** The label of each bin. */
    static final List<String> LABELS = labels();

    private PeriodBins() {}

    /** {@return the index of the bin} */
    static int of(double micros) {
        int bin = 0;
        while (bin < EDGES.length && micros >= EDGES[bin]) {
            bin++;
        }
        return bin;
    }

    private static List<String> labels() {
        List<String> labels = new ArrayList<>();
        labels.add("< " + name(EDGES[0]));
        for (int i = 1; i < EDGES.length; i++) {
            labels.add(name(EDGES[i - 1]) + " … " + name(EDGES[i]));
        }
        labels.add("≥ " + name(EDGES[EDGES.length - 1]));
        return List.copyOf(labels);
    }

    private static String name(double micros) {
        String sign = micros < 0 ? "−" : "+";
        double size = Math.abs(micros);
        return size >= 1000
                ? "%s%d ms".formatted(sign, (int) size / 1000)
                : "%s%d µs".formatted(sign, (int) size);
    }
}
