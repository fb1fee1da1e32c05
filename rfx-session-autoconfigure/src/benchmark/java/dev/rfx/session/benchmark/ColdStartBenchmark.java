package dev.rfx.session.benchmark;

import dev.rfx.session.SessionOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The first 500 iterations of a JVM at 1000 Hz, with and without the warm-up of the loop. */
@Tag("benchmark")
class ColdStartBenchmark {

    private static final int JVMS = 10;

    @Test
    @Timeout(300)
    void measure() throws Exception {
        ChildLoops cold = new ChildLoops();
        ChildLoops warm = new ChildLoops();
        for (int i = 0; i < JVMS; i++) {
            cold.run(List.of(), FirstIterations.class, "PT0S");
            warm.run(List.of(), FirstIterations.class, "PT0.5S");
        }
        System.out.printf(
                "%nThe first 500 iterations of a JVM at 1000 Hz: jitter in µs, median of %d JVMs%n",
                JVMS);
        Table table = ChildLoops.table("warm-up");
        cold.addTo(table, "none");
        warm.addTo(table, "500 ms, with the loop warm-up");
        table.print();
    }

    static final class FirstIterations {
        public static void main(String[] args) {
            StartInstants starts = new StartInstants(1000, 1);
            Loop.session(
                    starts,
                    Duration.ofMillis(500),
                    SessionOptions.defaults().withWarmup(Duration.parse(args[0])),
                    0);
            ChildLoops.tell(starts);
        }
    }
}
