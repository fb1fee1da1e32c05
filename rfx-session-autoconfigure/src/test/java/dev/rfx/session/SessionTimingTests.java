package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The timing of the loop, on virtual time. */
class SessionTimingTests {

    private static final long PERIOD = 20_000_000;

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final Policy<String, String> policy = observation -> "action";
    private final SessionOptions options =
            SessionOptions.defaults().withWarmup(Duration.ZERO).withSpinWindow(Duration.ZERO);

    @AfterEach
    void close() {
        this.clock.close();
    }

    private void pass(long nanos) {
        this.clock.advance(Duration.ofNanos(nanos));
    }

    private Session run(SessionOptions options, long iterations) {
        Session session = this.clock.session(this.robot, this.policy, options);
        session.run(Duration.ofNanos(Math.round(iterations * options.periodNanos())));
        return session;
    }

    @Test
    void iterationsGiveOnePeriodLess() {
        Session session = run(this.options, 5);

        assertThat(session.stepCount()).isEqualTo(5);
        assertThat(session.snapshot().windowIterations()).isEqualTo(4);
    }

    @Test
    void periodsAreThoseOfTheStatistics() {
        this.robot.onAct(() -> pass(this.robot.acts.get() == 3 ? PERIOD * 2 : 0));

        Session session = run(this.options, 6);

        assertThat(session.periodNanos()).containsExactly(PERIOD, PERIOD, PERIOD * 2, PERIOD);
        session.resetStatistics();
        assertThat(session.periodNanos()).isEmpty();
        assertThat(new Session(this.robot, this.policy).periodNanos()).isEmpty();
    }

    @Test
    void firstIterationHasNoPeriod() {
        SessionStats stats = run(this.options, 1).stats();

        assertThat(stats.iterations()).isEqualTo(1);
        assertThat(stats.avgPeriodSeconds()).isZero();
        assertThat(stats.maxJitterSeconds()).isZero();
    }

    @Test
    void perfectLoopHasNoJitterAndNoOverruns() {
        SessionStats stats = run(this.options, 1_000).stats();

        assertThat(stats).isEqualTo(new SessionStats(1_000, 0, 0.02, 0.02, 0, 0, 0, 0));
    }

    @Test
    void wakeUpNoiseIsJitterButNoOverrun() {
        Random random = new Random(1);
        this.clock.oversleeping(() -> random.nextInt(300_000));

        SessionStats stats = run(this.options, 1_000).stats();

        assertThat(stats.overruns()).isZero();
        assertThat(stats.p50JitterSeconds()).isBetween(1e-6, 300e-6);
    }

    @Test
    void workBeyondThePeriodIsAnOverrunEachTime() {
        this.robot.onAct(() -> pass(PERIOD * 3 / 2));

        Session session = this.clock.session(this.robot, this.policy, this.options);
        session.run(Duration.ofNanos(100 * PERIOD * 3 / 2));

        assertThat(session.stats().iterations()).isEqualTo(100);
        assertThat(session.stats().overruns()).isEqualTo(100);
        assertThat(session.stats().avgPeriodSeconds()).isEqualTo(0.03);
        assertThat(session.snapshot().windowOverrunRatio()).isEqualTo(1);
    }

    @Test
    void workOfExactlyThePeriodIsNoOverrun() {
        this.robot.onAct(() -> pass(PERIOD));

        SessionStats stats = run(this.options, 100).stats();

        assertThat(stats).isEqualTo(new SessionStats(100, 0, 0.02, 0.02, 0, 0, 0, 0));
    }

    @Test
    void oneStallIsOneOverrunAndCausesNoBurst() {
        long[] starts = new long[31];
        this.robot.onObserve(
                () -> {
                    int k = this.robot.observes.get() - 1;
                    starts[k] = this.clock.nanoTime();
                    if (k == 10) {
                        pass(10 * PERIOD);
                    }
                });

        SessionStats stats = run(this.options, 40).stats();

        assertThat(stats.overruns()).isEqualTo(1);
        assertThat(stats.iterations()).isEqualTo(31);
        for (int k = 1; k < starts.length; k++) {
            assertThat(starts[k] - starts[k - 1]).isEqualTo(k == 11 ? 10 * PERIOD : PERIOD);
        }
    }

    @Test
    void shortOverrunCostsOnlyItsOwnLength() {
        long[] starts = new long[3];
        this.robot.onObserve(() -> starts[this.robot.observes.get() - 1] = this.clock.nanoTime());
        this.robot.onAct(() -> pass(this.robot.acts.get() == 1 ? PERIOD + 300_000 : 0));

        run(this.options, 3);

        assertThat(starts[1] - starts[0]).isEqualTo(PERIOD + 300_000);
        assertThat(starts[2] - starts[1]).isEqualTo(PERIOD);
    }

    @Test
    void gridIsExactAfterAMillionIterationsAtARateOfNoWholePeriod() {
        long iterations = 1_000_000;
        long[] last = new long[1];
        this.robot.onObserve(
                () -> {
                    last[0] = this.clock.nanoTime();
                    pass(12_345_678);
                });
        Session session = this.clock.session(this.robot, this.policy, this.options.withRateHz(30));
        long first = this.clock.nanoTime();

        session.start();
        pass(first + Math.round(iterations * 1e9 / 30) - this.clock.nanoTime());
        session.stop();

        assertThat(session.stepCount()).isEqualTo(iterations);
        assertThat(last[0] - first).isEqualTo(Math.round((iterations - 1) * 1e9 / 30));
    }

    @Test
    void latenessDoesNotAddUp() {
        Random random = new Random(2);
        this.clock.oversleeping(() -> random.nextInt(200_000));
        AtomicLong first = new AtomicLong();
        AtomicLong worst = new AtomicLong();
        this.robot.onObserve(
                () -> {
                    long k = this.robot.observes.get() - 1;
                    first.compareAndSet(0, this.clock.nanoTime());
                    worst.accumulateAndGet(
                            this.clock.nanoTime() - first.get() - k * PERIOD, Math::max);
                });

        run(this.options, 10_000);

        assertThat(worst.get()).isBetween(1L, 199_999L);
    }

    @Test
    void spinEndsTheWaitAtTheDeadlineThoughEverySleepEndsLate() {
        this.clock.oversleeping(() -> 90_000);

        SessionStats stats =
                run(this.options.withSpinWindow(Duration.ofNanos(100_000)), 100).stats();

        assertThat(stats.maxJitterSeconds()).isZero();
    }

    @Test
    void selfCalibratingWindowLearnsHowLateTheMachineWakes() {
        this.clock.oversleeping(() -> 250_000);

        SessionStats stats =
                run(this.options.withSpinWindow(null).withMaxTimingSamples(100), 2_000).stats();

        // It began at 150 µs, so the first iterations were late; the last 100 are not.
        assertThat(stats.maxJitterSeconds()).isZero();
    }

    @Test
    void statisticsCoverTheLastSamplesOnly() {
        this.robot.onObserve(
                () -> {
                    if (this.robot.observes.get() <= 50) {
                        pass(2 * PERIOD);
                    }
                });

        Session session = run(this.options.withMaxTimingSamples(10), 150);

        assertThat(session.stats().iterations()).isEqualTo(100);
        assertThat(session.stats().overruns()).isEqualTo(50);
        assertThat(session.snapshot().windowIterations()).isEqualTo(10);
        assertThat(session.snapshot().windowOverruns()).isZero();
        assertThat(session.stats().maxJitterSeconds()).isZero();
    }

    @Test
    void readersShareTheFiguresOfFiftyMillisecondsAndTheCountsAreCurrent() {
        Random random = new Random(3);
        this.clock.oversleeping(() -> random.nextInt(200_000));
        List<SessionStats> readings = new ArrayList<>();
        SessionOptions fast = this.options.withRateHz(1000);
        Session session = this.clock.session(this.robot, this.policy, fast);
        this.robot.onAct(() -> readings.add(session.stats()));

        session.run(Duration.ofSeconds(1));

        assertThat(readings).hasSize(1000);
        for (int i = 0; i < readings.size(); i++) {
            assertThat(readings.get(i).iterations()).isEqualTo(i);
        }
        // After 1, 2, 4, … 64 iterations, then each 50 ms.
        assertThat(readings.stream().map(SessionStats::avgPeriodSeconds).distinct())
                .hasSizeBetween(24, 27);
        SessionStats last = session.stats();
        assertThat(last)
                .isEqualTo(SessionStats.of(1000, 0, fast.periodNanos(), session.periodNanos()));
        assertThat(session.snapshot().stats()).isEqualTo(last);
        assertThat(session.snapshot().windowIterations()).isEqualTo(999);
    }

    @Test
    void phaseTimesAddUpInTheTotals() {
        this.robot.onObserve(() -> pass(1_000_000));
        this.robot.onAct(() -> pass(3_000_000));
        Policy<String, String> slow =
                observation -> {
                    pass(2_000_000);
                    return "action";
                };
        Session session = this.clock.session(this.robot, slow, this.options);

        session.run(Duration.ofNanos(10 * PERIOD));
        session.run(Duration.ofNanos(10 * PERIOD));

        assertThat(session.totals())
                .isEqualTo(
                        new SessionTotals(
                                20, 0, 0, 0, 0, 0, 0, 20_000_000, 40_000_000, 60_000_000));
        assertThat(session.stats().iterations()).isEqualTo(10);
    }

    @Test
    void veryLowRateNeverBecomesABurst() {
        Session session =
                this.clock.session(this.robot, this.policy, this.options.withRateHz(1e-300));
        session.start();

        this.clock.advance(Duration.ofHours(1));
        session.stop();

        assertThat(session.stepCount()).isEqualTo(1);
    }
}
