package dev.rfx.session.benchmark;

import dev.rfx.session.LoopCosts;
import dev.rfx.session.SessionStats;
import dev.rfx.session.recording.CaptureCosts;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What single parts of the loop cost. JMH calls it; {@link CostBenchmark} calls JMH. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class Costs {

    private static final int ITERATIONS = 10_000;

    private final LoopCosts costs = new LoopCosts();
    private final CaptureCosts captures = new CaptureCosts();
    private long number;

    /** A whole iteration but for robot, policy and waiting; about ten readings of the clock. */
    @Benchmark
    @OperationsPerInvocation(ITERATIONS)
    public long iteration() throws Exception {
        return LoopCosts.iterate(ITERATIONS);
    }

    /** The same while a flight recording takes an event of each iteration. */
    @Benchmark
    @OperationsPerInvocation(ITERATIONS)
    @Fork(
            value = 2,
            jvmArgsAppend =
                    "-XX:StartFlightRecording=settings=none,maxsize=50m,+rfx.Iteration#enabled=true")
    public long recordedIteration() throws Exception {
        return LoopCosts.iterate(ITERATIONS);
    }

    @Benchmark
    public void recorder() {
        this.costs.record(1_000_000);
    }

    /** The control thread's part of a recording, with 12 + 6 numbers. */
    @Benchmark
    public void capture() {
        this.captures.capture(this.number++);
    }

    /** To compare with. */
    @Benchmark
    public long clock() {
        return System.nanoTime();
    }

    @Benchmark
    public SessionStats stats() {
        return this.costs.stats();
    }
}
