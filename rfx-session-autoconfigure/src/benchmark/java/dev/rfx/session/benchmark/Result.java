package dev.rfx.session.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** All rounds of one loop under one condition. */
final class Result {

    private final List<StartInstants> rounds = new ArrayList<>();

    void add(StartInstants round) {
        this.rounds.add(round);
    }

    List<StartInstants> rounds() {
        return this.rounds;
    }

    int samples() {
        return this.rounds.stream().mapToInt(round -> round.count() - 1).sum();
    }

    /** A percentile of the jitter of all rounds together, in µs. */
    double jitter(double quantile) {
        return ofAll(StartInstants::jitterMicros, quantile);
    }

    /** The same as the robot sees it. */
    double robotJitter(double quantile) {
        return ofAll(StartInstants::robotJitterMicros, quantile);
    }

    /** A percentile of the lateness of all rounds together, in µs. */
    double lateness(double quantile) {
        return ofAll(StartInstants::latenessMicros, quantile);
    }

    private double ofAll(Function<StartInstants, double[]> values, double quantile) {
        return percentile(
                this.rounds.stream().map(values).flatMapToDouble(Arrays::stream).toArray(),
                quantile);
    }

    /** The median of the rounds, so that one that was disturbed does not count. */
    double medianOfRounds(ToDoubleFunction<StartInstants> figure) {
        return percentile(this.rounds.stream().mapToDouble(figure).toArray(), 0.5);
    }

    double medianJitter(double quantile) {
        return medianOfRounds(round -> percentile(round.jitterMicros(), quantile));
    }

    double medianRobotJitter(double quantile) {
        return medianOfRounds(round -> percentile(round.robotJitterMicros(), quantile));
    }

    double medianCpu() {
        return medianOfRounds(StartInstants::cpuPercent);
    }

    static double percentile(double[] values, double quantile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(Math.floor(quantile * sorted.length), sorted.length - 1)];
    }
}
