package dev.rfx.session.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Measures our loop and others, as the robot sees them: in rounds, each in another order, so that
 * what else the machine does affects them alike. Each round of each loop has a JVM of its own,
 * which starts cold. Prints one page, ratios first, and writes the tables as CSV and plots to
 * {@code target/benchmark}.
 *
 * <p>Options, as system properties: {@code benchmark.rounds} (10), {@code benchmark.round} (PT4S).
 */
@Tag("benchmark")
class LoopBenchmark {

    private static final Path OUTPUT = Path.of("target", "benchmark");
    static final List<Double> RATES = List.of(50.0, 200.0, 500.0, 1000.0);
    private static final List<Loop> LOOPS =
            List.of(
                    Loop.CLOCK,
                    Loop.EXECUTOR,
                    Loop.SHORT,
                    Loop.FIXED,
                    Loop.SESSION_FIXED,
                    Loop.SESSION);
    static final double MANY_RATE = 100;

    private final int rounds = Integer.getInteger("benchmark.rounds", 10);
    private final Duration round = Duration.parse(System.getProperty("benchmark.round", "PT4S"));

    @Test
    @Timeout(7200)
    void measure() throws Exception {
        Map<Case, Result> results = new LinkedHashMap<>();
        cases().forEach(one -> results.put(one, new Result()));
        Random random = new Random(1);
        for (int i = 0; i < this.rounds; i++) {
            List<Case> order = new ArrayList<>(results.keySet());
            Collections.shuffle(order, random);
            for (Case one : order) {
                results.get(one).add(LoopJvm.run(one, this.round));
            }
        }
        print(results);
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (double rate : RATES) {
            LOOPS.forEach(loop -> cases.add(Case.idle(loop, rate)));
            cases.add(Case.idle(Loop.SESSION, rate).inWarmJvm());
            for (Loop loop : List.of(Loop.FIXED, Loop.SESSION)) {
                cases.add(Case.idle(loop, rate).withBusyLoops(2));
            }
        }
        if (Loop.SESSION_FIFO.isPermitted()) {
            cases.add(Case.idle(Loop.SESSION_FIFO, 1000));
            cases.add(Case.idle(Loop.SESSION_FIFO, 1000).withBusyLoops(2));
        }
        cases.add(Case.idle(Loop.SESSION, 1000).withReaders(8));
        for (int loops : new int[] {8, 32, 100}) {
            cases.add(Case.idle(Loop.SESSION, MANY_RATE).withLoops(loops));
        }
        cases.add(Case.idle(Loop.SESSION_FIXED, MANY_RATE).withLoops(32));
        return cases;
    }

    private void print(Map<Case, Result> results) throws IOException {
        Files.createDirectories(OUTPUT);
        System.out.printf(
                Locale.ROOT,
                "%n%s %s, %d processors, JDK %s, %d rounds of %s. Jitter as the robot sees it, in µs:"
                        + " median of the rounds, and in brackets the lowest and the highest. CPU of the"
                        + " loop's thread in %% of one processor. 'Ours' is without what the clock alone"
                        + " has.%n%n",
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                this.rounds,
                this.round);
        Table targets = Targets.of(results);
        targets.print();
        targets.write(OUTPUT.resolve("targets.csv"));
        System.out.println();
        Table table =
                new Table(
                        "loop",
                        "Hz",
                        "meanwhile",
                        "CPU",
                        "p50",
                        "p95",
                        "ours",
                        "p99",
                        "ours",
                        "p99.9");
        results.forEach((one, result) -> addRow(table, one, result, results));
        table.print();
        table.write(OUTPUT.resolve("loops.csv"));
        for (double rate : RATES) {
            Map<Loop, Result> idle = new LinkedHashMap<>();
            LOOPS.forEach(loop -> idle.put(loop, results.get(Case.idle(loop, rate))));
            Plot.write(OUTPUT.resolve("jitter-%.0f.png".formatted(rate)), rate, idle);
        }
    }

    private static void addRow(Table table, Case one, Result result, Map<Case, Result> results) {
        Result machine = results.get(Case.idle(Loop.CLOCK, one.rateHz()));
        table.row(
                one.loop().toString(),
                (int) one.rateHz(),
                meanwhile(one),
                result.cpu(),
                result.jitter(0.5),
                withSpread(result, 0.95),
                ours(result, machine, 0.95),
                withSpread(result, 0.99),
                ours(result, machine, 0.99),
                Result.percentile(result.pooled(), 0.999));
    }

    private static String meanwhile(Case one) {
        List<String> parts = new ArrayList<>();
        if (one.warm()) {
            parts.add("warm JVM");
        }
        if (one.busyLoops() > 0) {
            parts.add(one.busyLoops() + " busy threads");
        }
        if (one.readers() > 0) {
            parts.add(one.readers() + " readers");
        }
        if (one.loops() > 1) {
            parts.add(one.loops() + " at once");
        }
        return String.join(", ", parts);
    }

    private static String withSpread(Result result, double quantile) {
        return Table.format(result.jitter(quantile)) + " (" + result.spread(quantile) + ")";
    }

    private static Object ours(Result result, Result machine, double quantile) {
        return machine == null
                ? ""
                : Math.max(result.jitter(quantile) - machine.jitter(quantile), 0.0);
    }
}
