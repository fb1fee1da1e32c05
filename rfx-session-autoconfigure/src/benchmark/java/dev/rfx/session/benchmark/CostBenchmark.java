package dev.rfx.session.benchmark;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs {@link Costs}, in JVMs of their own, and prints what they cost and allocate. */
@Tag("benchmark")
class CostBenchmark {

    @Test
    @Timeout(600)
    void measure() throws Exception {
        new Runner(
                        new OptionsBuilder()
                                .include(Costs.class.getName())
                                .addProfiler(GCProfiler.class)
                                .build())
                .run();
    }
}
