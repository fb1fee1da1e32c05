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
            this.jvms.add(
                    Arrays.stream(jvm.awaitLine(FIGURES).split(" "))
                            .skip(1)
                            .mapToDouble(Double::parseDouble)
                            .toArray());
        }
    }

    /** In the child. */
    static void tell(StartInstants starts) {
        double[] jitter = starts.jitterMicros();
        System.out.println(
                Arrays.stream(QUANTILES)
                        .mapToObj(
                                quantile ->
                                        String.format(
                                                Locale.ROOT,
                                                "%f",
                                                Result.percentile(jitter, quantile)))
                        .collect(Collectors.joining(" ", FIGURES, "")));
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
            int column = i;
            row.add(
                    Result.percentile(
                            this.jvms.stream().mapToDouble(jvm -> jvm[column]).toArray(), 0.5));
        }
        table.row(row.toArray());
    }
}
