package dev.rfx.session.onnx;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A policy and a bare run of the same model. JMH calls it; {@link ModelCostBenchmark} calls JMH.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class ModelCosts {

    private static final int JOINTS = 12;
    private static final int INPUTS = 48;

    /** The layers of a walking quadruped's network, and one that hides less of what is added. */
    @Param({"512,256,128", "16"})
    private String hidden = "";

    private final Observation observation =
            Observation.of(Observation.STATE, Tensor.zeros(2 * JOINTS))
                    .with("linear_velocity", Tensor.zeros(3))
                    .with("gyro", Tensor.zeros(3))
                    .with("gravity", Tensor.of(0, 0, -1));
    private Path file;
    private OnnxPolicy policy;
    private BareModel bare;

    @Setup
    public void load() throws Exception {
        this.file = Files.createTempFile("policy", ".onnx");
        network().write(this.file);
        this.bare = new BareModel(this.file, INPUTS, JOINTS);
        this.policy =
                OnnxPolicy.builder(this.file)
                        .defaultPose(new float[JOINTS])
                        .input(
                                Input.of(
                                        Term.of("linear_velocity").size(3),
                                        Term.of("gyro").size(3).scale(0.25f),
                                        Term.of("gravity").size(3),
                                        Term.of("state").perJoint().minusDefaultPose(),
                                        Term.of("state").from(JOINTS).perJoint().scale(0.05f),
                                        Term.lastAction(),
                                        Term.command("velocity", 3)))
                        .output(Output.of(Output.Kind.POSITION).scale(0.5f).offsetDefaultPose())
                        .build();
        this.policy.prepare();
        this.policy.reset();
    }

    private TestModel network() {
        Random random = new Random(1);
        int[] layers =
                Stream.of((INPUTS + "," + this.hidden + "," + JOINTS).split(","))
                        .mapToInt(Integer::parseInt)
                        .toArray();
        TestModel model = new TestModel().input("obs", 1, INPUTS).output("actions", 1, JOINTS);
        String last = "obs";
        for (int i = 1; i < layers.length; i++) {
            boolean output = i == layers.length - 1;
            model.constant(
                            "w" + i,
                            new long[] {layers[i - 1], layers[i]},
                            weights(random, layers[i - 1] * layers[i]))
                    .constant("b" + i, new long[] {layers[i]}, weights(random, layers[i]))
                    .node("Gemm", "%s,w%d,b%d".formatted(last, i, i), output ? "actions" : "y" + i);
            if (!output) {
                model.node("Elu", "y" + i, "x" + i);
            }
            last = "x" + i;
        }
        return model;
    }

    private static float[] weights(Random random, int count) {
        float[] weights = new float[count];
        for (int i = 0; i < count; i++) {
            weights[i] = (float) random.nextGaussian() * 0.05f;
        }
        return weights;
    }

    /** Seven terms, 48 values, 12 joints. */
    @Benchmark
    public Tensor policy() throws InterruptedException {
        return this.policy.selectAction(this.observation);
    }

    /** To compare with. */
    @Benchmark
    public void bareRun() throws Exception {
        this.bare.run();
    }

    @TearDown
    public void close() throws Exception {
        this.policy.close();
        this.bare.close();
        Files.delete(this.file);
    }
}
