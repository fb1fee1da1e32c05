package dev.rfx.session.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.RestartOptions;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionPhase;
import dev.rfx.session.SessionView;
import dev.rfx.session.Tensor;
import dev.rfx.session.WatchdogAction;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.testkit.Campaign;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two runs of a random scenario are identical, also while both run in one JVM. */
@Timeout(600)
class DeterminismTests {

    private static final SessionPhase[] CALLS = {
        SessionPhase.RESET,
        SessionPhase.OBSERVE,
        SessionPhase.POLICY,
        SessionPhase.ACT,
        SessionPhase.STOP
    };

    @Campaign
    @Test
    void twoRunsOfARandomScenarioAreIdentical() throws Exception {
        int scenarios = Campaign.Rounds.of(150, 30);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            for (int i = 0; i < scenarios; i++) {
                long seed = i;
                Future<List<String>> other = executor.submit(() -> new Scenario(seed).play());
                assertThat(new Scenario(seed).play())
                        .as("scenario %d", seed)
                        .isEqualTo(other.get());
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static final class Scenario {

        /** What a test can see of a scenario. */
        private final List<String> seen = new ArrayList<>();

        private final Random random;
        private final VirtualClock clock = new VirtualClock();

        Scenario(long seed) {
            this.random = new Random(seed);
        }

        private boolean dice() {
            return this.random.nextBoolean();
        }

        private Duration millis(int bound) {
            return Duration.ofMillis(this.random.nextInt(bound));
        }

        private SessionOptions options() {
            SessionOptions options =
                    SessionOptions.defaults()
                            .withRateHz(
                                    List.of(7.0, 50.0, 333.3, 1000.0).get(this.random.nextInt(4)))
                            .withMaxTimingSamples(1 + this.random.nextInt(200));
            options = dice() ? options.withWarmup(Duration.ZERO) : options;
            options = dice() ? options.withWatchdogTimeout(Duration.ofMillis(400)) : options;
            options = dice() ? options.withWatchdogAction(WatchdogAction.REPORT) : options;
            options =
                    dice()
                            ? options.withMaxObservationAge(Duration.ofMillis(20))
                                    .withMaxStaleIterations(5)
                            : options;
            options =
                    dice()
                            ? options.withLimits(
                                    LimitOptions.none()
                                            .withMin(List.of(-0.25f))
                                            .withMax(List.of(0.25f))
                                            .withMaxSpeed(List.of(1f)))
                            : options;
            return dice()
                    ? options.withRestart(
                            RestartOptions.none()
                                    .withMaxAttempts(3)
                                    .withDelays(Duration.ofMillis(50), 2, Duration.ofSeconds(1)))
                    : options;
        }

        private Fault fault() {
            SessionPhase phase = CALLS[this.random.nextInt(CALLS.length)];
            Fault.Place place = Fault.in(phase);
            Fault.When when =
                    switch (this.random.nextInt(4)) {
                        case 0 -> place.at(this.random.nextInt(100));
                        case 1 -> place.from(this.random.nextInt(100));
                        case 2 -> place.every(1 + this.random.nextInt(100));
                        default -> place.atRandom(0.02, this.random.nextLong());
                    };
            boolean hasResult = phase == SessionPhase.OBSERVE || phase == SessionPhase.POLICY;
            return switch (this.random.nextInt(hasResult ? 7 : 4)) {
                case 0 -> when.throwing(() -> new IllegalStateException("scripted"));
                case 1 -> when.taking(millis(800));
                case 2 -> when.stalling();
                case 3 -> when.stallingForGood();
                case 4 -> when.returningNull();
                case 5 -> when.returningNaN();
                default -> when.returningAnotherShape();
            };
        }

        /** Policy, sleeps and the thread of the test throw the same dice. */
        private List<String> play() {
            if (dice()) {
                this.clock.oversleeping(() -> this.random.nextInt(2_000_000));
            }
            SessionOptions options = options();
            MockRobot robot = new MockRobot(2, options.rateHz(), this.clock::nanoTime);
            Policy<Observation, Tensor> policy =
                    observation -> {
                        if (this.random.nextInt(20) == 0) {
                            this.clock.sleep(millis(40));
                        }
                        return Tensor.of(
                                this.random.nextFloat(),
                                -observation.get(Observation.STATE).get(0));
                    };
            VirtualSession<Observation, Tensor> session =
                    VirtualSession.of(robot, policy, options, this.clock);
            for (int faults = this.random.nextInt(4); faults > 0; faults--) {
                session.with(fault());
            }
            boolean stopsAfterFailure = dice();
            session.session()
                    .addListener(
                            new SessionListener() {
                                @Override
                                public void failed(SessionView view, SessionException failure) {
                                    if (stopsAfterFailure) {
                                        session.session().stop();
                                    }
                                }
                            });
            for (int i = 0; i < 6; i++) {
                attempt(() -> act(session));
                see(session);
            }
            attempt(session::close);
            see(session);
            attempt(session::close); // a call that was due has started the session once more
            session.events()
                    .forEach(
                            event ->
                                    this.seen.add(event.time() + " " + event.kind() + " " + event));
            session.observations()
                    .forEach(
                            one ->
                                    this.seen.add(
                                            one == null ? "-" : one.timestampNanos() + " " + one));
            session.selectedActions().forEach(action -> this.seen.add("selected " + action));
            session.actions().forEach(action -> this.seen.add("sent " + action));
            return this.seen;
        }

        private void act(VirtualSession<Observation, Tensor> virtual) {
            Session session = virtual.session();
            switch (this.random.nextInt(8)) {
                case 0, 1 -> this.seen.add("steps " + virtual.step(this.random.nextInt(50)));
                case 2, 3 -> virtual.run(millis(1_500));
                case 4 -> this.clock.after(millis(500), session::requestStop);
                case 5 -> this.clock.after(millis(500), session::start);
                case 6 -> session.stop();
                default -> session.start();
            }
        }

        private void attempt(Runnable call) {
            try {
                call.run();
            } catch (RuntimeException ex) {
                this.seen.add(
                        ex.getClass() + " " + String.valueOf(ex.getMessage()).lines().findFirst());
            }
        }

        private void see(VirtualSession<Observation, Tensor> virtual) {
            Session session = virtual.session();
            this.seen.add(
                    this.clock.nanoTime()
                            + " "
                            + session
                            + " "
                            + virtual.failure()
                            + virtual.stats()
                            + session.totals()
                            + session.recentIterations()
                            + Arrays.toString(session.periodNanos())
                            + virtual.stopsOfRobot());
        }
    }
}
