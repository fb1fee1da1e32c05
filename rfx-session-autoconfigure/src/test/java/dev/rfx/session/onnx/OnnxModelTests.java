package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import dev.rfx.session.testkit.ChildJvm;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The life cycle of a model, and what a call allocates. */
@Timeout(120)
class OnnxModelTests {

    @TempDir private Path directory;

    private OnnxModel slow() throws Exception {
        OnnxModel model = OnnxModel.load(TestModel.slow().write(this.directory.resolve("s.onnx")));
        model.bind(TestModel.SLOW_INPUTS, TestModel.SLOW_OUTPUTS);
        return model;
    }

    /** A run on a thread of its own, and what it has thrown. */
    private static final class Run {

        private final AtomicReference<Throwable> thrown = new AtomicReference<>();
        private final Thread thread;

        Run(OnnxModel model) {
            this.thread =
                    new Thread(
                            () -> {
                                try {
                                    model.run();
                                } catch (Throwable ex) {
                                    this.thrown.set(ex);
                                }
                            });
            this.thread.start();
            while (!model.isRunning()) {
                Thread.onSpinWait();
            }
        }

        Throwable result() throws InterruptedException {
            this.thread.join();
            return this.thrown.get();
        }
    }

    @Test
    void interruptEndsARunAndTheNextOneIsComplete() throws Exception {
        OnnxModel model = slow();
        model.buffer("actions").put(0, Float.NaN);
        for (int i = 0; i < 3; i++) {
            Run run = new Run(model);

            run.thread.interrupt();

            assertThat(run.result()).isInstanceOf(InterruptedException.class);
            assertThat(model.buffer("actions").get(0)).as("no operator has written it").isNaN();
        }
        assertThat(new Run(model).result()).isNull();
        assertThat(model.buffer("actions").get(0)).isZero();
        model.close();
    }

    @Test
    void interruptBeforeARunEndsItAtOnce() throws Exception {
        OnnxModel model = slow();
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(model::run);

        assertThat(Thread.interrupted()).isFalse();
        model.close();
    }

    @Test
    void runInProgressIsLeftAloneByClose() throws Exception {
        OnnxModel model = slow();
        Run run = new Run(model);

        model.close();

        assertThat(run.thread.isAlive()).isTrue();
        assertThat(run.result()).isNull();
        assertThatIllegalStateException().isThrownBy(model::run).withMessageEndingWith("is closed");
        model.close();
    }

    @Test
    void secondThreadIsRefused() throws Exception {
        OnnxModel model = slow();
        Run run = new Run(model);

        assertThatIllegalStateException()
                .isThrownBy(model::run)
                .withMessageEndingWith("is in use by another thread");

        run.thread.interrupt();
        assertThat(run.result()).isInstanceOf(InterruptedException.class);
        model.close();
    }

    private OnnxPolicy.Builder identity() throws Exception {
        return OnnxPolicy.builder(TestModel.identity(3).write(this.directory.resolve("m.onnx")))
                .input(Input.of(Term.of("state")));
    }

    @Test
    void policyIsPreparedOnceAndUsedUntilItIsClosed() throws Exception {
        OnnxPolicy policy = identity().build();
        Observation observation = Observation.of("state", Tensor.of(1, 2, 3));
        policy.reset();
        assertThatIllegalStateException()
                .isThrownBy(() -> policy.selectAction(observation))
                .withMessageContaining("call prepare() first");
        policy.prepare();
        ModelInfo info = policy.model();
        policy.prepare();
        assertThat(policy.model()).isSameAs(info);
        assertThat(policy.selectAction(observation).get(2)).isEqualTo(3);

        policy.close();
        policy.close();

        assertThatIllegalStateException().isThrownBy(() -> policy.selectAction(observation));
        assertThatIllegalStateException()
                .isThrownBy(policy::prepare)
                .withMessageEndingWith("is closed");
    }

    private static void startUntilItWaits(Thread thread) {
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void preparationsAtTheSameTimeKeepTheModelOfTheFirst() throws Exception {
        OnnxModel.load(TestModel.identity(3).write(this.directory.resolve("first.onnx"))).close();
        OnnxPolicy policy = identity().build();
        Map<ModelInfo, Thread> models = Collections.synchronizedMap(new IdentityHashMap<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(
                    new Thread(
                            () -> {
                                try {
                                    policy.prepare();
                                } catch (Exception ex) {
                                    throw new AssertionError(ex);
                                }
                                models.put(policy.model(), Thread.currentThread());
                            }));
        }

        LoadGate.OF_THE_JVM.pass(
                () -> {
                    threads.forEach(OnnxModelTests::startUntilItWaits);
                    return threads;
                });
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(models).hasSize(1);
        policy.close();
    }

    @Test
    void modelThatIsReplacedWhileItIsBeingLoadedIsRefused() throws Exception {
        Path file = TestModel.identity(3).write(this.directory.resolve("m.onnx"));
        OnnxModel.load(file).close();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread loader =
                new Thread(
                        () -> {
                            try {
                                OnnxModel.load(file);
                            } catch (Throwable ex) {
                                thrown.set(ex);
                            }
                        });

        LoadGate.OF_THE_JVM.pass(
                () -> {
                    startUntilItWaits(loader);
                    return TestModel.linear(3, 3).write(file);
                });
        loader.join();

        assertThat(thrown.get())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("was changed while it was being loaded");
    }

    @Test
    void interruptEndsThePreparation() throws Exception {
        OnnxPolicy policy = identity().build();
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(policy::prepare);

        policy.prepare();
        policy.close();
    }

    /** A piece of code that a test measures. */
    @FunctionalInterface
    private interface Call {
        void run() throws Exception;
    }

    /** What each call allocates on this thread, in bytes. */
    private static double allocated(Call call) throws Exception {
        int calls = 20_000;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        long before = 0;
        for (int i = -calls; i < calls; i++) {
            if (i == 0) {
                before = threads.getThreadAllocatedBytes(self);
            }
            call.run();
        }
        return (threads.getThreadAllocatedBytes(self) - before) / (double) calls;
    }

    /** All that is allocated is what ONNX Runtime allocates in a call with memory of ours. */
    @Test
    void decisionAllocatesWhatABareRunDoes() throws Exception {
        double allocatedByRuntime;
        try (BareModel bare =
                        new BareModel(
                                TestModel.identity(3).write(this.directory.resolve("bare.onnx")),
                                3,
                                3);
                OnnxPolicy policy = identity().build()) {
            allocatedByRuntime = allocated(bare::run);
            policy.prepare();
            Observation observation = Observation.of("state", Tensor.of(1, 2, 3));

            assertThat(allocated(() -> policy.selectAction(observation)))
                    .isBetween(100.0, allocatedByRuntime + 0.5);
        }
    }

    @Test
    void termsOutputsAndStateAllocateNothing() throws Exception {
        float[] weights = new float[15 * 5];
        Path file =
                new TestModel()
                        .input("obs", 1, 15)
                        .input("h_in", 1, 5)
                        .output("actions", 1, 5)
                        .output("h_out", 1, 5)
                        .constant("w", new long[] {15, 5}, weights)
                        .node("MatMul", "obs,w", "product")
                        .node("Add", "product,h_in", "h_out")
                        .node("Tanh", "h_out", "actions")
                        .write(this.directory.resolve("all.onnx"));
        OnnxModel bare = OnnxModel.load(file);
        bare.bind(
                Map.of("obs", new long[] {1, 15}, "h_in", new long[] {1, 5}),
                Map.of("actions", new long[] {1, 5}, "h_out", new long[] {1, 5}));
        double allocatedByRuntime = allocated(bare::run);
        bare.close();
        OnnxPolicy.Builder builder =
                OnnxPolicy.builder(file)
                        .rateHz(50)
                        .recurrent("h_in", "h_out")
                        .output(Output.of(Output.Kind.DELTA).scale(0.1f).clip(-1, 1))
                        .every(2, OnnxPolicy.Between.INTERPOLATE)
                        .input(
                                Input.of(
                                        Term.of("state")
                                                .size(3)
                                                .minus(1)
                                                .scale(0.5f)
                                                .clip(-9, 9)
                                                .history(2),
                                        Term.lastAction(),
                                        Term.command("goal", 1),
                                        Term.phase(Duration.ofSeconds(1), Term.PhaseOrder.SIN_COS),
                                        Term.constant(1)));
        try (OnnxPolicy policy = builder.build()) {
            policy.prepare();
            Observation observation = Observation.of("state", Tensor.of(1, 2, 3, 4, 5));

            assertThat(allocated(() -> policy.selectAction(observation)))
                    .isLessThan(allocatedByRuntime / 2 + 0.5);
        }
    }

    @Test
    void withoutTheLibraryThePreparationSaysWhatIsMissing() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of(),
                        entry -> !entry.startsWith("onnxruntime"),
                        PrepareWithoutLibrary.class,
                        identity().build().toString().substring("Policy ".length()))) {
            assertThat(jvm.awaitLine("refused"))
                    .contains("needs ONNX Runtime")
                    .contains("Add the dependency com.microsoft.onnxruntime:onnxruntime");
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();
        }
    }

    @Test
    void libraryThatCannotBeUnpackedIsExplained() throws Exception {
        Path missing = this.directory.resolve("missing");
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of("-Djava.io.tmpdir=" + missing),
                        entry -> true,
                        PrepareWithoutLibrary.class,
                        identity().build().toString().substring("Policy ".length()))) {
            assertThat(jvm.awaitLine("refused"))
                    .contains("NoSuchFileException: " + missing)
                    .contains("java.io.tmpdir");
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();
        }
    }

    static final class PrepareWithoutLibrary {
        public static void main(String[] args) throws Exception {
            try (OnnxPolicy policy =
                    OnnxPolicy.builder(Path.of(args[0]))
                            .input(Input.of(Term.of("state")))
                            .build()) {
                policy.prepare();
            } catch (ModelException ex) {
                System.out.println("refused: " + ex.getMessage());
            }
        }
    }
}
