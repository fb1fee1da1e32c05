package dev.rfx.session.sample.go1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionTotals;
import dev.rfx.session.Tensor;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.robot.MockRobot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The Go1 in real time: 30 s at 50 Hz, with a push to the side each 3 s. At the same time a mock
 * robot of as many joints shows what the machine adds.
 */
@Tag("benchmark")
class Go1Benchmark {

    private static final int PUSHES = 10;
    private static final Duration BETWEEN = Duration.ofSeconds(3);
    private static final double PUSH_METERS_PER_SECOND = 1;

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withRateHz(50)
                    .withEngage(EngageOptions.defaults().withEnabled(false));

    @Test
    @Timeout(120)
    void walk() throws Exception {
        Path directory = Simulator.directory();
        try (MujocoServer server = MujocoServer.start(directory, "node", Simulator.MODEL);
                MujocoConnection second = MujocoConnection.open(server.port());
                MujocoRobot robot = MujocoRobot.connect(server.port(), 50, System::nanoTime);
                OnnxPolicy policy = Go1.policy(directory, robot.joints(), 1, 0, 0)) {
            Witness witness = new Witness(policy);
            Tensor still = Tensor.zeros(robot.joints().size());
            try (Session go1 = new Session(robot, witness, OPTIONS.withName("go1"));
                    Session mock =
                            new Session(
                                    new MockRobot(still.size(), 50),
                                    observation -> still,
                                    OPTIONS.withName("mock"))) {
                mock.start();
                go1.start();
                for (int i = 0; i < PUSHES; i++) {
                    Thread.sleep(BETWEEN.toMillis());
                    double side = i % 2 == 0 ? PUSH_METERS_PER_SECOND : -PUSH_METERS_PER_SECOND;
                    second.ask("push", "vel", new double[] {0, side, 0});
                }
                Thread.sleep(BETWEEN.toMillis());
                go1.stop();
                mock.stop();
                Walk walk = Walk.of(witness.observations);
                System.out.printf(
                        "%ngo1:  %s%n      %s%nmock: %s%n%d pushes of %s m/s: %s%n",
                        go1.stats(),
                        phases(go1.totals()),
                        mock.stats(),
                        PUSHES,
                        PUSH_METERS_PER_SECOND,
                        walk);
                assertThat(go1.failure()).isNull();
                assertThat(walk.fell()).isFalse();
            }
        }
    }

    private static String phases(SessionTotals totals) {
        double toMillis = 1e-6 / totals.iterations();
        return "observe %.3f, policy %.3f, act %.3f ms on average"
                .formatted(
                        totals.observeNanos() * toMillis,
                        totals.policyNanos() * toMillis,
                        totals.actNanos() * toMillis);
    }

    /** Keeps what the policy has seen. */
    private static final class Witness extends PolicyDecorator<Observation, Tensor> {

        private final List<Observation> observations = new ArrayList<>();

        Witness(Policy<Observation, Tensor> policy) {
            super(policy);
        }

        @Override
        public Tensor selectAction(Observation observation) throws Exception {
            this.observations.add(observation.copy());
            return super.selectAction(observation);
        }
    }
}
