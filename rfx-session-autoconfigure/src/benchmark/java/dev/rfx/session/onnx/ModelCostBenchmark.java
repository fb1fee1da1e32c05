package dev.rfx.session.onnx;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs {@link ModelCosts}, in JVMs of their own, and prints what a policy adds to a bare run. The
 * target is 3 µs and no byte.
 */
@Tag("benchmark")
class ModelCostBenchmark {

    @Test
    @Timeout(600)
    void measure() throws Exception {
        new Runner(
                        new OptionsBuilder()
                                .include(ModelCosts.class.getName())
                                .addProfiler(GCProfiler.class)
                                .build())
                .run();
    }
}
