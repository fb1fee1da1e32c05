package dev.rfx.session.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the garbage collector does to a session at 1000 Hz, in JVMs with 256 MB: alone, and with a
 * thread that allocates 100 MB a second, of which the last 50 MB are alive.
 */
@Tag("benchmark")
class GarbageBenchmark {

    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);
    private static final Duration ROUND = Duration.ofSeconds(4);
    private static final List<String> COLLECTORS = List.of("G1", "Parallel", "Serial", "Z");

    /** One JVM. */
    private record Case(String collector, int megabytesPerSecond) {}

    @Test
    @Timeout(1200)
    void measure() throws Exception {
        Map<Case, ChildLoops> results = new LinkedHashMap<>();
        for (String collector : COLLECTORS) {
            results.put(new Case(collector, 0), new ChildLoops());
            results.put(new Case(collector, 100), new ChildLoops());
        }
        Random random = new Random(2);
        for (int i = 0; i < ROUNDS; i++) {
            List<Case> order = new ArrayList<>(results.keySet());
            Collections.shuffle(order, random);
            for (Case one : order) {
                results.get(one)
                        .run(
                                List.of("-XX:+Use" + one.collector() + "GC", "-Xmx256m"),
                                BesideGarbage.class,
                                Integer.toString(one.megabytesPerSecond()));
            }
        }
        System.out.printf(
                "%nJitter of a session at 1000 Hz in µs, median of %d rounds of %s%n",
                ROUNDS, ROUND);
        Table table = ChildLoops.table("collector", "MB/s");
        results.forEach(
                (one, loops) -> loops.addTo(table, one.collector(), one.megabytesPerSecond()));
        table.print();
    }

    static final class BesideGarbage {

        private static final int CHUNK = 100_000;
        private static final byte[][] ALIVE = new byte[500][];

        public static void main(String[] args) throws Exception {
            int chunksPerSecond = Integer.parseInt(args[0]) * 1_000_000 / CHUNK;
            Thread allocator = new Thread(() -> allocate(chunksPerSecond));
            allocator.setDaemon(true);
            allocator.start();
            Loop.SESSION.run(new StartInstants(1000, 2), Duration.ofSeconds(1), 0); // warm
            StartInstants starts = new StartInstants(1000, ROUND.toSeconds());
            Loop.SESSION.run(starts, ROUND, 0);
            ChildLoops.tell(starts);
        }

        private static void allocate(int chunksPerSecond) {
            long begin = System.nanoTime();
            for (int i = 0; chunksPerSecond > 0; i++) {
                ALIVE[i % ALIVE.length] = new byte[CHUNK];
                long due = begin + i * 1_000_000_000L / chunksPerSecond;
                while (due - System.nanoTime() > 0) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
            }
        }
    }
}
