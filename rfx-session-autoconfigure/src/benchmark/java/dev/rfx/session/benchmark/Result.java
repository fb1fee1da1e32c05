package dev.rfx.session.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All rounds of one case. A figure is the median of the rounds, unless it says otherwise. */
final class Result {

    private final List<double[]> jitters = new ArrayList<>();
    private final List<Double> cpuPercents = new ArrayList<>();

    /** Adds a round: the loops that ran at the same time. */
    void add(List<StartInstants> loops) {
        this.jitters.add(
                loops.stream()
                        .map(StartInstants::jitterMicros)
                        .flatMapToDouble(Arrays::stream)
                        .sorted()
                        .toArray());
        this.cpuPercents.add(loops.stream().mapToDouble(StartInstants::cpuPercent).sum());
    }

    int samples() {
        return this.jitters.stream().mapToInt(round -> round.length).sum();
    }

    /** A percentile of the jitter, in µs. */
    double jitter(double quantile) {
        return percentile(rounds(quantile), 0.5);
    }

    /** The lowest and the highest percentile of a round, in µs. */
    String spread(double quantile) {
        double[] rounds = rounds(quantile);
        return Table.format(percentile(rounds, 0)) + "–" + Table.format(percentile(rounds, 1));
    }

    /** The jitter of all rounds together, in µs, sorted. */
    double[] pooled() {
        return this.jitters.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    }

    /** The CPU of all loops, in percent of one processor. */
    double cpu() {
        return percentile(
                this.cpuPercents.stream().mapToDouble(Double::doubleValue).toArray(), 0.5);
    }

    private double[] rounds(double quantile) {
        return this.jitters.stream().mapToDouble(round -> percentile(round, quantile)).toArray();
    }

    static double percentile(double[] values, double quantile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(Math.floor(quantile * sorted.length), sorted.length - 1)];
    }
}
