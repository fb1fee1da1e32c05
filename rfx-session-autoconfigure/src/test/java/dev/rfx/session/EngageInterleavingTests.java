package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.Campaign;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stops a session at many different instants of a ramp. */
@Timeout(300)
class EngageInterleavingTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults()
                    .withRateHz(200)
                    .withWarmup(Duration.ZERO)
                    .withEngage(EngageOptions.defaults().withDuration(Duration.ofMillis(100)));

    /** Records what it receives. Each of its calls, and the policy, takes some time. */
    private static class SlowArm implements Robot<Observation, Tensor> {

        private static final Duration MOST = Duration.ofMillis(2);

        private final Observation observation = Observation.of(Observation.STATE, Tensor.zeros(2));
        private final List<Tensor> commands = new ArrayList<>();
        private final Random random;
        private volatile boolean stopRequested;
        private int commandsAfterStop;
        private int droppedActions;
        private int stops;

        SlowArm(int seed) {
            this.random = new Random(seed);
        }

        void takeTime() {}

        @Override
        public Observation observe() {
            takeTime();
            return this.observation;
        }

        Tensor select(Observation observation) {
            boolean before = !this.stopRequested;
            takeTime();
            if (before && this.stopRequested) {
                this.droppedActions++;
            }
            return Tensor.of(1, -1);
        }

        @Override
        public void act(Tensor action) {
            if (this.stopRequested) {
                this.commandsAfterStop++;
            }
            this.commands.add(action.copy());
            takeTime();
        }

        @Override
        public Observation reset() {
            return observe();
        }

        @Override
        public void stop() {
            this.stops++;
        }

        @Override
        public Tensor positions(Observation observation) {
            return observation.get(Observation.STATE);
        }
    }

    private static SlowArm run(int seed, Duration stopAfter) {
        try (VirtualClock clock = new VirtualClock()) {
            SlowArm arm =
                    new SlowArm(seed) {
                        @Override
                        void takeTime() {
                            clock.advance(
                                    Duration.ofNanos(
                                            super.random.nextLong(SlowArm.MOST.toNanos())));
                        }
                    };
            Session session = clock.session(arm, arm::select, OPTIONS);
            clock.after(
                    stopAfter,
                    () -> {
                        session.requestStop();
                        arm.stopRequested = true;
                    });
            session.run();
            return arm;
        }
    }

    /** A stop sends nothing, and what was sent until then is as without a stop. */
    @Campaign
    @Test
    void noCommandOfTheRampIsSentAfterAStop() {
        Random instants = new Random(8);
        int inRamp = 0;
        int dropped = 0;
        for (int seed = 0; seed < 10; seed++) {
            List<Tensor> undisturbed = run(seed, Duration.ofMillis(200)).commands;
            int rounds = Campaign.Rounds.of(600, 300);
            for (int round = 0; round < rounds; round++) {
                SlowArm arm = run(seed, Duration.ofNanos(instants.nextLong(150_000_000)));

                assertThat(arm.commandsAfterStop).isZero();
                assertThat(arm.stops).isEqualTo(1);
                assertThat(arm.commands).isEqualTo(undisturbed.subList(0, arm.commands.size()));
                dropped += arm.droppedActions;
                inRamp += arm.commands.contains(Tensor.of(1, -1)) ? 0 : 1;
            }
        }
        assertThat(inRamp).as("stops during the ramp").isGreaterThan(1_000);
        assertThat(dropped).as("actions that a stop overtook").isGreaterThan(300);
    }

    /** On real threads. */
    @Campaign
    @Test
    void robotIsNotCalledAfterStopReturned() {
        Random random = new Random(9);
        SlowArm arm = new SlowArm(0);
        Session session =
                new Session(
                        arm,
                        arm::select,
                        OPTIONS.withRateHz(10_000)
                                .withMaxTimingSamples(10)
                                .withStopTimeout(Duration.ofSeconds(10))
                                .withEngage(
                                        EngageOptions.defaults()
                                                .withDuration(Duration.ofMillis(1))));
        for (int round = 1; round <= Campaign.Rounds.of(3_000, 500); round++) {
            arm.stopRequested = false;
            session.start();
            spin(random.nextInt(2_000_000));
            session.stop();
            arm.stopRequested = true;
            spin(random.nextInt(100_000));

            assertThat(arm.commandsAfterStop).as("round %d", round).isZero();
            assertThat(arm.stops).isEqualTo(round);
        }
    }

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }
}
