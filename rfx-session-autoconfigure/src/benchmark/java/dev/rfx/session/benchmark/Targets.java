package dev.rfx.session.benchmark;

import java.util.Map;

/** The targets of the loop, each a ratio to another loop of the same run or a figure in µs or %. */
final class Targets {

    private final Map<Case, Result> results;
    private final Table table = new Table("what", "measured", "target", "kept");

    private Targets(Map<Case, Result> results) {
        this.results = results;
    }

    static Table of(Map<Case, Result> results) {
        Targets targets = new Targets(results);
        targets.compareWithFixed(50, 1.2, 4, 1);
        targets.compareWithFixed(200, 1.2, 4, 1 / 4.0);
        targets.compareWithFixed(500, 2, 5, 1 / 5.0);
        targets.compareWithFixed(1000, 2, 5, 1 / 5.0);
        LoopBenchmark.RATES.forEach(targets::addMedians);
        LoopBenchmark.RATES.forEach(targets::compareBesideBusyLoops);
        LoopBenchmark.RATES.forEach(targets::compareWithExecutor);
        targets.compareFifo();
        targets.compareReaders();
        targets.addManyLoops();
        return targets.table;
    }

    private void compareWithFixed(double rate, double p95, double p99, double cpu) {
        Result session = idle(Loop.SESSION, rate);
        Result fixed = idle(Loop.FIXED, rate);
        String what = "session / spin 1.2 ms at %.0f Hz: ".formatted(rate);
        add(what + "p95", session.jitter(0.95) / fixed.jitter(0.95), p95);
        add(what + "p99", session.jitter(0.99) / fixed.jitter(0.99), p99);
        add(what + "CPU", session.cpu() / fixed.cpu(), cpu);
    }

    private void addMedians(double rate) {
        String what = "session at %.0f Hz: p50, µs".formatted(rate);
        add(what, idle(Loop.SESSION, rate).jitter(0.5), 0.3);
        Result warm = this.results.get(Case.idle(Loop.SESSION, rate).inWarmJvm());
        add(what + ", warm JVM", warm.jitter(0.5), 0.1);
    }

    private void compareBesideBusyLoops(double rate) {
        Result session = this.results.get(Case.idle(Loop.SESSION, rate).withBusyLoops(2));
        Result fixed = this.results.get(Case.idle(Loop.FIXED, rate).withBusyLoops(2));
        add(
                "session / spin 1.2 ms at %.0f Hz with two busy threads: p99".formatted(rate),
                session.jitter(0.99) / fixed.jitter(0.99),
                1 / 10.0);
    }

    private void compareWithExecutor(double rate) {
        add(
                "session / ScheduledThreadPoolExecutor at %.0f Hz: p95".formatted(rate),
                idle(Loop.SESSION, rate).jitter(0.95) / idle(Loop.EXECUTOR, rate).jitter(0.95),
                1 / 10.0);
    }

    private void compareFifo() {
        Result fifo = this.results.get(Case.idle(Loop.SESSION_FIFO, 1000));
        if (fifo != null) {
            add(
                    "FIFO / default at 1000 Hz: p99.9 of all rounds",
                    Result.percentile(fifo.pooled(), 0.999)
                            / Result.percentile(idle(Loop.SESSION, 1000).pooled(), 0.999),
                    1 / 3.0);
        }
    }

    private void compareReaders() {
        Result readers = this.results.get(Case.idle(Loop.SESSION, 1000).withReaders(8));
        add(
                "with / without 1000 stats() a second from 8 threads at 1000 Hz: p95",
                readers.jitter(0.95) / idle(Loop.SESSION, 1000).jitter(0.95),
                2);
    }

    private void addManyLoops() {
        Result hundred =
                this.results.get(Case.idle(Loop.SESSION, LoopBenchmark.MANY_RATE).withLoops(100));
        add("100 sessions at 100 Hz: p99, µs", hundred.jitter(0.99), 100);
        add("100 sessions at 100 Hz: CPU, %", hundred.cpu(), 40);
    }

    private Result idle(Loop loop, double rate) {
        return this.results.get(Case.idle(loop, rate));
    }

    private void add(String what, double measured, double target) {
        this.table.row(
                what, measured, "≤ " + Table.format(target), measured <= target ? "yes" : "no");
    }
}
