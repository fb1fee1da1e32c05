package dev.rfx.session.benchmark;

import dev.rfx.session.testkit.ChildJvm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Loops in JVMs of their own, each of which tells its jitter, and their medians. */
final class ChildLoops {

    private static final double[] QUANTILES = {0.5, 0.95, 0.99, 0.999, 1};
    private static final String FIGURES = "JITTER ";

    private final List<double[]> jvms = new ArrayList<>();

    /** Runs a main class that calls {@link #tell}. */
    void run(List<String> options, Class<?> main, String... arguments) throws InterruptedException {
        List<String> all = new ArrayList<>(options);
        all.add("-XX:TieredStopAtLevel=4"); // as any JVM; in tests it is less
        try (ChildJvm jvm = ChildJvm.start(all, file -> true, main, arguments)) {
            read(jvm, "");
        }
    }

    /** Reads what a JVM tells of a part of its iterations. */
    void read(ChildJvm jvm, String part) throws InterruptedException {
        String line = jvm.awaitLine(FIGURES + part);
        this.jvms.add(
                Arrays.stream(line.substring(FIGURES.length() + part.length()).trim().split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray());
    }

    /** In the child. */
    static void tell(StartInstants starts) {
        tell("", starts.jitterMicros());
    }

    /** In the child: of a part of its iterations. */
    static void tell(String part, double[] jitter) {
        System.out.println(
                Arrays.stream(QUANTILES)
                        .mapToObj(
                                quantile ->
                                        String.format(
                                                Locale.ROOT,
                                                "%f",
                                                Result.percentile(jitter, quantile)))
                        .collect(Collectors.joining(" ", FIGURES + part + " ", "")));
    }

    static Table table(String... first) {
        List<String> header = new ArrayList<>(List.of(first));
        header.addAll(List.of("p50", "p95", "p99", "p99.9", "max"));
        return new Table(header.toArray(String[]::new));
    }

    /** Adds a row with the median of each figure. */
    void addTo(Table table, Object... first) {
        List<Object> row = new ArrayList<>(List.of(first));
        for (int i = 0; i < QUANTILES.length; i++) {
            row.add(median(i));
        }
        table.row(row.toArray());
    }

    /** The 95th percentile, median of the JVMs. */
    double p95() {
        return median(1);
    }

    private double median(int column) {
        return Result.percentile(this.jvms.stream().mapToDouble(jvm -> jvm[column]).toArray(), 0.5);
    }
}
