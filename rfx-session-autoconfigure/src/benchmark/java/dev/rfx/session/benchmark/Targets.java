package dev.rfx.session.benchmark;

import java.util.List;
import java.util.Map;

/** The ratios that the loop is to keep to, each of medians of the rounds of this run. */
final class Targets {

    private final Table table = new Table("what", "measured", "target", "kept");

    private Targets() {}

    static void print(
            List<Loop> loops,
            Map<Case, Result> single,
            Map<Loop, Map<Integer, ManySessions.Rounds>> many,
            Map<Boolean, Result> readers) {
        Targets targets = new Targets();
        for (double rate : LoopBenchmark.RATES) {
            targets.compareWithFixed(single, rate);
        }
        for (double rate : LoopBenchmark.RATES) {
            targets.compareJitter(single, rate, Loop.EXECUTOR, 1 / 50.0, 1 / 10.0);
        }
        targets.compareBesideBusyLoops(single);
        if (loops.contains(Loop.SESSION_FIFO)) {
            Result fifo = single.get(new Case(Loop.SESSION_FIFO, 1000, 0));
            Result session = single.get(new Case(Loop.SESSION, 1000, 0));
            targets.add(
                    "FIFO / default at 1000 Hz: jitter p99.9",
                    fifo.jitter(0.999) / session.jitter(0.999),
                    1 / 3.0);
        }
        if (loops.contains(Loop.SESSION_SLICE)) {
            Result slice = single.get(new Case(Loop.SESSION_SLICE, 1000, 2));
            Result session = single.get(new Case(Loop.SESSION, 1000, 2));
            targets.add(
                    "slice / default at 1000 Hz with two busy loops: jitter p99",
                    slice.jitter(0.99) / session.jitter(0.99),
                    1 / 5.0);
        }
        ManySessions.Rounds ours = many.get(Loop.SESSION).get(32);
        ManySessions.Rounds fixed = many.get(Loop.SESSION_FIXED).get(32);
        targets.add(
                "default / fixed 1.2 ms, 32 sessions at 100 Hz: CPU",
                ours.medianCpu() / fixed.medianCpu(),
                1 / 3.0);
        targets.add(
                "default / fixed 1.2 ms, 32 sessions at 100 Hz: jitter p99",
                ours.jitter(0.99) / fixed.jitter(0.99),
                1 / 5.0);
        targets.add(
                "with / without 1000 stats() a second from 8 threads, 1000 Hz: jitter p95",
                readers.get(true).medianJitter(0.95) / readers.get(false).medianJitter(0.95),
                2);
        System.out.printf("%nRatios%n");
        targets.table.print();
    }

    private void compareWithFixed(Map<Case, Result> single, double rate) {
        compareJitter(single, rate, Loop.FIXED, 2, 2);
        double cpu =
                single.get(new Case(Loop.SESSION, rate, 0)).medianCpu()
                        / single.get(new Case(Loop.FIXED, rate, 0)).medianCpu();
        add(what(Loop.FIXED, rate) + "CPU", cpu, rate == 1000 ? 1 / 7.0 : 1 / 6.0);
    }

    private void compareJitter(
            Map<Case, Result> single, double rate, Loop other, double p50, double p95) {
        Result session = single.get(new Case(Loop.SESSION, rate, 0));
        Result base = single.get(new Case(other, rate, 0));
        String what = what(other, rate) + "jitter ";
        add(what + "p50", session.medianJitter(0.5) / base.medianJitter(0.5), p50);
        add(what + "p95", session.medianJitter(0.95) / base.medianJitter(0.95), p95);
        add(
                what + "p50 as the robot sees it",
                session.medianRobotJitter(0.5) / base.medianRobotJitter(0.5),
                p50);
        add(
                what + "p95 as the robot sees it",
                session.medianRobotJitter(0.95) / base.medianRobotJitter(0.95),
                p95);
    }

    private static String what(Loop other, double rate) {
        String name = other == Loop.FIXED ? "fixed 1.2 ms" : other.toString();
        return "default / %s at %.0f Hz: ".formatted(name, rate);
    }

    private void compareBesideBusyLoops(Map<Case, Result> single) {
        for (double rate : new double[] {200, 1000}) {
            Result idle = single.get(new Case(Loop.SESSION, rate, 0));
            Result session = single.get(new Case(Loop.SESSION, rate, 2));
            Result fixed = single.get(new Case(Loop.FIXED, rate, 2));
            String what = " at %.0f Hz with two busy loops: CPU".formatted(rate);
            add("default / fixed 1.2 ms" + what, session.medianCpu() / fixed.medianCpu(), 1 / 4.0);
            add("default / default idle" + what, session.medianCpu() / idle.medianCpu(), 1.5);
        }
    }

    private void add(String what, double measured, double target) {
        this.table.row(
                what, measured, "≤ " + Table.format(target), measured <= target ? "yes" : "no");
    }
}
