package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionUnresponsiveException;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.IgnoringInterrupts;
import dev.rfx.session.testkit.Sessions;
import dev.rfx.session.testkit.WaitingTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A JVM with a model that is ended by a signal. ONNX Runtime frees itself in a hook of its own. */
@Timeout(1200)
class OnnxShutdownTests {

    private static final int MANY = Campaign.Rounds.of(60, 1);
    private static final int SOME = Campaign.Rounds.of(5, 1);
    private static final int JOINTS = 6;

    @TempDir private Path directory;

    private static final class PrintingRobot extends RobotDecorator<Observation, Tensor> {

        PrintingRobot() {
            super(new MockRobot(JOINTS, 1000));
        }

        @Override
        public void stop() throws Exception {
            super.stop();
            System.out.println("robot.stop()");
        }
    }

    private static Session session(Policy<Observation, Tensor> policy, Duration stopTimeout) {
        return new Session(
                new PrintingRobot(),
                policy,
                SessionOptions.defaults()
                        .withRateHz(1000)
                        .withWarmup(Duration.ZERO)
                        .withWatchdogTimeout(Duration.ZERO)
                        .withStopTimeout(stopTimeout));
    }

    static final class RunAt1kHz {
        public static void main(String[] args) throws Exception {
            OnnxPolicy policy =
                    OnnxPolicy.builder(Path.of(args[0])).input(Input.of(Term.of("state"))).build();
            Session session = session(policy, Duration.ofSeconds(5));
            session.start();
            Sessions.awaitIterations(session, 20);
            System.out.println("running");
            Thread.sleep(60_000);
        }
    }

    private void terminate(int rounds, Class<?> main, TestModel model, String... reports)
            throws Exception {
        Path file = model.write(this.directory.resolve("model.onnx"));
        for (int i = 0; i < rounds; i++) {
            try (ChildJvm jvm = ChildJvm.start(main, file.toString())) {
                jvm.awaitLine("running");
                jvm.terminate();

                assertThat(jvm.awaitExit(Duration.ofSeconds(30)))
                        .as("round %d: %s", i, jvm.output())
                        .isEqualTo(143);
                assertThat(jvm.output())
                        .containsOnlyOnce("robot.stop()")
                        .doesNotContain("SIG", "cannot be kept");
                for (String report : reports) {
                    assertThat(jvm.output()).contains(report);
                }
            }
        }
    }

    @Campaign
    @WaitingTest
    void robotIsStoppedOnceAt1kHz() throws Exception {
        terminate(
                MANY,
                RunAt1kHz.class,
                new TestModel()
                        .input("obs", 1, 2 * JOINTS)
                        .output("actions", 1, JOINTS)
                        .constant(
                                "w",
                                new long[] {2 * JOINTS, JOINTS},
                                new float[2 * JOINTS * JOINTS])
                        .node("MatMul", "obs,w", "actions"));
    }

    /** A run of the model takes a second. A stop interrupts it after 0.2 s. */
    static final class RunSlowModel {
        public static void main(String[] args) throws Exception {
            OnnxModel model = OnnxModel.load(Path.of(args[0]));
            model.bind(TestModel.SLOW_INPUTS, TestModel.SLOW_OUTPUTS);
            Tensor action = Tensor.zeros(JOINTS);
            Session session =
                    session(
                            observation -> {
                                System.out.println("running");
                                model.run();
                                return action;
                            },
                            Duration.ofMillis(400));
            session.start();
            Thread.sleep(60_000);
        }
    }

    @Campaign
    @WaitingTest
    void longRunEndsWhenAStopInterruptsIt() throws Exception {
        terminate(SOME, RunSlowModel.class, TestModel.slow());
    }

    /** Its run goes on while the JVM ends: it is on a thread that nothing interrupts. */
    private static OnnxModel stuckModel(String file) throws Exception {
        OnnxModel model = OnnxModel.load(Path.of(file));
        model.bind(TestModel.SLOW_INPUTS, TestModel.SLOW_OUTPUTS);
        Thread inference =
                new Thread(
                        () -> {
                            try {
                                while (true) {
                                    model.run();
                                }
                            } catch (InterruptedException ex) {
                                throw new AssertionError(ex);
                            }
                        });
        inference.setDaemon(true);
        inference.start();
        while (!model.isRunning()) {
            Thread.onSpinWait();
        }
        return model;
    }

    /** Its policy returns from no call, as one that waits for a stuck run. */
    private static Session stuckSession(CountDownLatch called) {
        CountDownLatch never = new CountDownLatch(1);
        return session(
                observation -> {
                    called.countDown();
                    IgnoringInterrupts.await(never);
                    return Tensor.zeros(JOINTS);
                },
                Duration.ofMillis(100));
    }

    static final class RunStuckModel {
        public static void main(String[] args) throws Exception {
            stuckModel(args[0]);
            CountDownLatch called = new CountDownLatch(1);
            stuckSession(called).start();
            called.await();
            System.out.println("running");
            Thread.sleep(60_000);
        }
    }

    @Campaign
    @WaitingTest
    void stuckRunIsLeftAlone() throws Exception {
        terminate(SOME, RunStuckModel.class, TestModel.slow());
    }

    /** As an application whose context closes: the session stops, then the model is closed. */
    static final class CloseStuckModel {
        public static void main(String[] args) throws Exception {
            ((Logger) LoggerFactory.getLogger(OnnxModel.class)).setLevel(Level.WARN);
            OnnxModel model = stuckModel(args[0]);
            CountDownLatch called = new CountDownLatch(1);
            Session session = stuckSession(called);
            session.start();
            called.await();
            try {
                session.stop();
            } catch (SessionUnresponsiveException ex) {
                System.out.println(ex.getMessage());
            }
            model.close();
            System.out.println("running");
            Thread.sleep(60_000);
        }
    }

    @Campaign
    @WaitingTest
    void stuckRunIsReported() throws Exception {
        terminate(
                SOME,
                CloseStuckModel.class,
                TestModel.slow(),
                "is stuck: its control thread is in policy",
                "is not closed: a run is in progress");
    }

    /** The JVM ends while it loads one model after the other. */
    static final class LoadModels {
        public static void main(String[] args) throws Exception {
            session(observation -> Tensor.zeros(JOINTS), Duration.ofSeconds(5)).start();
            Thread loader =
                    new Thread(
                            () -> {
                                try {
                                    for (int i = 0; true; i++) {
                                        OnnxModel.load(Path.of(args[0])).close();
                                        if (i == 20) {
                                            System.out.println("running");
                                        }
                                    }
                                } catch (Exception ex) {
                                    System.out.println("refused: " + ex.getMessage());
                                }
                            });
            loader.setDaemon(true);
            loader.start();
            Thread.sleep(60_000);
        }
    }

    @Campaign
    @WaitingTest
    void jvmDoesNotEndWhileAModelIsBeingLoaded() throws Exception {
        terminate(SOME, LoadModels.class, TestModel.identity(3));
    }

    /**
     * The JVM ends while the session prepares its policy, which loads one model after the other.
     */
    static final class LoadModelsInPrepare {
        public static void main(String[] args) throws Exception {
            session(
                            new PolicyDecorator<>(observation -> Tensor.zeros(JOINTS)) {
                                @Override
                                public void prepare() throws Exception {
                                    for (int i = 0; true; i++) {
                                        OnnxModel.load(Path.of(args[0])).close();
                                        if (i == 20) {
                                            System.out.println("running");
                                        }
                                    }
                                }
                            },
                            Duration.ofSeconds(5))
                    .start();
        }
    }

    @Campaign
    @WaitingTest
    void robotIsStoppedOnceWhileItsPolicyLoadsAModel() throws Exception {
        terminate(SOME, LoadModelsInPrepare.class, TestModel.identity(3));
    }
}
