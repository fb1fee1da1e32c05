package dev.rfx.session.benchmark;

import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Measures our loop and others, all in one run: in rounds, each in another order, so that whatever
 * else the machine does hits them alike. Prints tables and the ratios that count, and writes the
 * tables as CSV and a plot to {@code target/benchmark}.
 *
 * <p>Options, as system properties: {@code benchmark.rounds} (5), {@code benchmark.round} (PT2S),
 * {@code benchmark.instants} (false: whether every start instant is written, too).
 */
@Tag("benchmark")
class LoopBenchmark {

    private static final Path OUTPUT = Path.of("target", "benchmark");
    static final double[] RATES = {50, 200, 500, 1000};
    private static final int[] SESSIONS = {1, 2, 4, 8, 16, 32};
    private static final double MANY_RATE = 100;

    private final int rounds = Integer.getInteger("benchmark.rounds", 5);
    private final Duration round = Duration.parse(System.getProperty("benchmark.round", "PT2S"));
    private final Random random = new Random(1);

    @Test
    @Timeout(3600)
    void measure() throws Exception {
        Files.createDirectories(OUTPUT);
        describeMachine();
        List<Loop> loops = Arrays.stream(Loop.values()).filter(Loop::isPermitted).toList();
        Map<Case, Result> single = measureSingle(loops);
        printSingle(single);
        Map<Loop, Map<Integer, ManySessions.Rounds>> many = measureMany();
        printMany(many);
        Map<Boolean, Result> readers = measureReaders();
        Targets.print(loops, single, many, readers);
        Plot.write(
                OUTPUT.resolve("loops.png"),
                loops,
                RATES,
                (loop, rate) -> single.get(new Case(loop, rate, 0)));
        if (Boolean.getBoolean("benchmark.instants")) {
            writeInstants(single);
        }
    }

    private void describeMachine() {
        System.out.printf(
                Locale.ROOT,
                "%s %s, %d processors, JDK %s, %d rounds of %s%n",
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                this.rounds,
                this.round);
    }

    private Map<Case, Result> measureSingle(List<Loop> loops) throws InterruptedException {
        List<Case> cases = new ArrayList<>();
        for (double rate : RATES) {
            for (Loop loop : loops) {
                cases.add(new Case(loop, rate, 0));
                cases.add(new Case(loop, rate, 2));
            }
        }
        Map<Case, Result> results = new LinkedHashMap<>();
        cases.forEach(one -> results.put(one, new Result()));
        for (Loop loop : loops) { // not counted: the JVM compiles
            run(new Case(loop, 1000, 0), Duration.ofSeconds(1));
        }
        for (int i = 0; i < this.rounds; i++) {
            List<Case> shuffled = new ArrayList<>(cases);
            Collections.shuffle(shuffled, this.random);
            for (Case one : shuffled) {
                results.get(one).add(run(one, this.round));
            }
        }
        return results;
    }

    private static StartInstants run(Case one, Duration duration) throws InterruptedException {
        StartInstants starts = new StartInstants(one.rateHz(), duration.toMillis() / 1e3);
        BusyLoops.during(one.busyLoops(), () -> one.loop().run(starts, duration));
        return starts;
    }

    private void printSingle(Map<Case, Result> results) throws IOException {
        System.out.printf(
                "%nJitter and lateness in µs, of all rounds together; CPU of the loop's thread in %%, median of"
                        + " rounds. Jitter is of the begin of the iteration, 'robot' of its call to"
                        + " observe(), 'late' of that call on the absolute grid.%n");
        Table table =
                new Table(
                        "loop",
                        "Hz",
                        "busy",
                        "samples",
                        "jitter p50",
                        "p95",
                        "p99",
                        "p99.9",
                        "max",
                        "robot p50",
                        "robot p95",
                        "late p50",
                        "p95",
                        "p99.9",
                        "CPU");
        results.forEach(
                (one, result) ->
                        table.row(
                                one.loop().toString(),
                                (int) one.rateHz(),
                                one.busyLoops(),
                                result.samples(),
                                result.jitter(0.5),
                                result.jitter(0.95),
                                result.jitter(0.99),
                                result.jitter(0.999),
                                result.jitter(1),
                                result.robotJitter(0.5),
                                result.robotJitter(0.95),
                                result.lateness(0.5),
                                result.lateness(0.95),
                                result.lateness(0.999),
                                result.medianCpu()));
        table.print();
        table.write(OUTPUT.resolve("loops.csv"));
    }

    private Map<Loop, Map<Integer, ManySessions.Rounds>> measureMany() throws InterruptedException {
        Map<Loop, Map<Integer, ManySessions.Rounds>> results = new EnumMap<>(Loop.class);
        List<Loop> loops = new ArrayList<>(List.of(Loop.SESSION, Loop.SESSION_FIXED));
        loops.forEach(loop -> results.put(loop, new TreeMap<>()));
        for (int i = 0; i < this.rounds; i++) {
            for (int sessions : SESSIONS) {
                Collections.shuffle(loops, this.random);
                for (Loop loop : loops) {
                    results.get(loop)
                            .computeIfAbsent(sessions, count -> new ManySessions.Rounds())
                            .add(ManySessions.run(loop, sessions, MANY_RATE, this.round));
                }
            }
        }
        return results;
    }

    private void printMany(Map<Loop, Map<Integer, ManySessions.Rounds>> results)
            throws IOException {
        System.out.printf(
                "%nMany sessions at %.0f Hz: jitter in µs, of all sessions and rounds; CPU of all in %% of one"
                        + " processor, median of rounds.%n",
                MANY_RATE);
        Table table = new Table("loop", "sessions", "jitter p50", "p95", "p99", "CPU");
        results.forEach(
                (loop, bySessions) ->
                        bySessions.forEach(
                                (sessions, result) ->
                                        table.row(
                                                loop.toString(),
                                                sessions,
                                                result.jitter(0.5),
                                                result.jitter(0.95),
                                                result.jitter(0.99),
                                                result.medianCpu())));
        table.print();
        table.write(OUTPUT.resolve("many.csv"));
    }

    /**
     * A session at 1000 Hz, with and without 8 threads that ask for statistics 1000 times a second.
     */
    private Map<Boolean, Result> measureReaders() throws InterruptedException {
        Map<Boolean, Result> results =
                new TreeMap<>(Map.of(false, new Result(), true, new Result()));
        for (int i = 0; i < this.rounds; i++) {
            List<Boolean> order = new ArrayList<>(List.of(false, true));
            Collections.shuffle(order, this.random);
            for (boolean read : order) {
                results.get(read).add(runWithReaders(read ? 8 : 0));
            }
        }
        return results;
    }

    private StartInstants runWithReaders(int readers) throws InterruptedException {
        StartInstants starts = new StartInstants(1000, this.round.toMillis() / 1e3);
        Session session =
                new Session(
                        new Loop.IdleRobot(starts),
                        observation -> observation,
                        SessionOptions.defaults().withRateHz(1000));
        List<Thread> threads =
                IntStream.range(0, readers)
                        .mapToObj(i -> new Thread(() -> read(session), "reader-" + i))
                        .toList();
        session.start();
        threads.forEach(Thread::start);
        Thread.sleep(this.round.toMillis());
        session.stop();
        starts.periods(session.periodNanos());
        for (Thread thread : threads) {
            thread.join();
        }
        return starts;
    }

    private static void read(Session session) {
        while (session.isRunning()) {
            session.stats();
            LockSupport.parkNanos(8_000_000); // 8 threads, 125 times each
        }
    }

    private static void writeInstants(Map<Case, Result> results) throws IOException {
        try (CSVPrinter csv =
                CSVFormat.DEFAULT.print(Files.newBufferedWriter(OUTPUT.resolve("instants.csv")))) {
            csv.printRecord("loop", "rate_hz", "busy_loops", "round", "iteration", "start_ns");
            for (Map.Entry<Case, Result> entry : results.entrySet()) {
                List<StartInstants> rounds = entry.getValue().rounds();
                for (int r = 0; r < rounds.size(); r++) {
                    long[] instants = rounds.get(r).instants();
                    for (int i = 0; i < instants.length; i++) {
                        csv.printRecord(
                                entry.getKey().loop(),
                                entry.getKey().rateHz(),
                                entry.getKey().busyLoops(),
                                r,
                                i,
                                instants[i] - instants[0]);
                    }
                }
            }
        }
    }
}
