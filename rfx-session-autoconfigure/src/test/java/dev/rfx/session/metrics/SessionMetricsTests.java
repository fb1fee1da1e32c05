package dev.rfx.session.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import dev.rfx.session.Robot;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.testkit.Sessions;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.cumulative.CumulativeTimer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The histograms, and what a scrape costs. Other tests read the other meters over HTTP. */
class SessionMetricsTests {

    private final ScriptedRobot robot = new ScriptedRobot();
    private final Session session =
            new Session(
                    this.robot,
                    observation -> observation,
                    SessionOptions.defaults().withRateHz(500).withWarmup(Duration.ZERO));
    private final SessionMetrics metrics = new SessionMetrics(Map.of("arm", this.session));
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        this.metrics.close();
        this.session.close();
    }

    private Timer phase(String phase) {
        return this.registry.get("rfx.session.phase").tag("phase", phase).timer();
    }

    private static List<Duration> buckets(Timer timer) {
        return Arrays.stream(timer.takeSnapshot().histogramCounts())
                .map(bucket -> Duration.ofNanos((long) bucket.bucket(TimeUnit.NANOSECONDS)))
                .toList();
    }

    private static double countUpTo(Timer timer, Duration limit) {
        return Arrays.stream(timer.takeSnapshot().histogramCounts())
                .filter(bucket -> bucket.bucket(TimeUnit.NANOSECONDS) == limit.toNanos())
                .mapToDouble(CountAtBucket::count)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyIterationIsInTheHistogramsWhenTheyAreClosed() {
        this.metrics.bindTo(this.registry);
        CountDownLatch never = new CountDownLatch(1);
        this.robot.onAct(
                () -> {
                    if (this.robot.acts.get() % 10 == 0) {
                        never.await(5, TimeUnit.MILLISECONDS); // two and a half periods
                    }
                });
        this.session.run(Duration.ofMillis(200));
        while (phase("act").count() < this.session.totals().iterations()) {
            Thread.onSpinWait(); // a run that ends before the first update is missing
        }
        this.session.run(Duration.ofMillis(100));

        this.metrics.close();

        long steps = this.session.totals().iterations();
        long slow = this.robot.acts.get() / 10;
        assertThat(steps).isGreaterThan(20);
        assertThat(this.session.totals().overruns()).isGreaterThanOrEqualTo(slow);
        for (String phase : List.of("observe", "policy", "act")) {
            assertThat(phase(phase).count()).as(phase).isEqualTo(steps);
        }
        assertThat(phase("act").totalTime(TimeUnit.NANOSECONDS))
                .isEqualTo(this.session.totals().actNanos());
        Timer period = this.registry.get("rfx.session.period").timer();
        assertThat(period.count()).as("two runs have no first period").isEqualTo(steps - 2);
        assertThat(countUpTo(period, Duration.ofMillis(20)))
                .as("most periods are short: only a late wakeup makes one long")
                .isGreaterThan(steps / 2.0);
        assertThat(countUpTo(phase("act"), Duration.ofMillis(2))).isLessThanOrEqualTo(steps - slow);
    }

    @Test
    void bucketsAreRelativeToTheTargetPeriod() {
        this.metrics.bindTo(this.registry);

        assertThat(buckets(this.registry.get("rfx.session.period").timer()))
                .isSorted()
                .hasSizeLessThan(20)
                .contains(
                        Duration.ofMillis(1),
                        Duration.ofNanos(1_998_000),
                        Duration.ofNanos(2_002_000),
                        Duration.ofMillis(4),
                        Duration.ofMillis(20));
        assertThat(buckets(phase("policy")))
                .isSorted()
                .hasSizeLessThan(20)
                .contains(Duration.ofNanos(2_000), Duration.ofMillis(1), Duration.ofMillis(2));
    }

    @Test
    void eachRegistryHasItsOwnHistograms() {
        SimpleMeterRegistry other = new SimpleMeterRegistry();
        this.metrics.bindTo(this.registry);
        this.metrics.bindTo(other);
        this.session.run(Duration.ofMillis(50));

        this.metrics.close();

        assertThat(other.get("rfx.session.period").timer().count())
                .isPositive()
                .isEqualTo(this.registry.get("rfx.session.period").timer().count());
    }

    @Test
    void robotWhoseReadingsFailKeepsNoOtherMeterFromBeingBound() {
        Robot<String, String> broken =
                new Robot<>() {
                    @Override
                    public String reset() {
                        return "observation";
                    }

                    @Override
                    public String observe() {
                        return "observation";
                    }

                    @Override
                    public void act(String action) {}

                    @Override
                    public List<RobotReading> readings() {
                        throw new IllegalStateException("not connected yet");
                    }
                };
        Session session = new Session(broken, observation -> "action");

        try (SessionMetrics metrics = new SessionMetrics(Map.of("broken", session))) {
            metrics.bindTo(this.registry);

            assertThat(
                            this.registry
                                    .get("rfx.session.state")
                                    .tag("session", "broken")
                                    .gauge()
                                    .value())
                    .isZero();
        }
    }

    @Test
    void scrapeComputesStatisticsTotalsAndReadingsOnce() {
        MockRobot arm = new MockRobot(6, 50);
        Session session =
                spy(
                        new Session(
                                SafetyLimits.around(arm).min(-1).build(),
                                observation -> Tensor.of(new float[6])));
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (SessionMetrics metrics = new SessionMetrics(Map.of("arm", session))) {
            metrics.bindTo(prometheus);
            for (int scrape = 1; scrape <= 3; scrape++) {
                clearInvocations(session);

                String scraped = prometheus.scrape();

                assertThat(scraped).contains("rfx_session_jitter_p99_seconds{session=\"arm\"}");
                for (int joint = 0; joint < 6; joint++) {
                    assertThat(scraped)
                            .contains(
                                    "rfx_session_robot_clamps_total{joint=\"%d\",session=\"arm\"}"
                                            .formatted(joint));
                }
                verify(session, times(1)).snapshot();
                verify(session, times(1)).totals();
                verify(session, times(1)).readings();
                verify(session, never()).stats();
            }
        }
    }

    /** One meter of one of two registries throws one exception, once. */
    @Test
    void meterThatThrowsOnceDelaysNoHistogramOfAnyRegistry() {
        ThrowingRegistry throwing = new ThrowingRegistry(new IllegalStateException("full"));
        this.metrics.bindTo(throwing);
        this.metrics.bindTo(this.registry);
        throwing.failOnce("observe");
        this.session.start();
        while (!throwing.failed()) {
            assertThat(this.session.isRunning()).isTrue();
        }
        long then = this.session.totals().iterations();
        while (this.session.totals().iterations() < then + 10) {
            Thread.onSpinWait();
        }
        this.session.stop();

        this.metrics.close();

        long steps = this.session.totals().iterations();
        assertThat(phase("observe").count()).isEqualTo(steps);
        assertThat(throwing.get("rfx.session.phase").tag("phase", "act").timer().count())
                .as("the other meters of the registry have every iteration")
                .isEqualTo(steps);
        assertThat(throwing.get("rfx.session.phase").tag("phase", "observe").timer().count())
                .as("the meter itself misses the rest of one update only")
                .isBetween(1L, steps - 1);
    }

    @Test
    void errorOfAMeterDelaysNoHistogramEither() {
        ThrowingRegistry throwing = new ThrowingRegistry(new OutOfMemoryError("on purpose"));
        this.metrics.bindTo(throwing);
        this.metrics.bindTo(this.registry);
        throwing.failOnce("act");
        this.session.start();
        while (!throwing.failed()) {
            Thread.onSpinWait(); // the next update throws
        }
        long then = this.session.totals().iterations();
        Sessions.awaitIterations(this.session, then + 10);
        this.session.stop();

        this.metrics.close();

        assertThat(phase("act").count()).isEqualTo(this.session.totals().iterations());
    }

    /** A registry whose timers throw on request. */
    private static final class ThrowingRegistry extends SimpleMeterRegistry {

        private final Throwable problem;
        private final AtomicReference<String> toFail = new AtomicReference<>();
        private volatile boolean failed;

        ThrowingRegistry(Throwable problem) {
            this.problem = problem;
        }

        void failOnce(String phase) {
            this.toFail.set(phase);
        }

        boolean failed() {
            return this.failed;
        }

        @Override
        protected Timer newTimer(
                Meter.Id id, DistributionStatisticConfig config, PauseDetector pauseDetector) {
            String phase = id.getTag("phase");
            return new CumulativeTimer(
                    id, this.clock, config, pauseDetector, getBaseTimeUnit(), false) {
                @Override
                protected void recordNonNegative(long amount, TimeUnit unit) {
                    if (phase != null && toFail.compareAndSet(phase, null)) {
                        failed = true;
                        throwUnchecked(problem);
                    }
                    super.recordNonNegative(amount, unit);
                }
            };
        }

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> void throwUnchecked(Throwable problem) throws T {
            throw (T) problem;
        }
    }

    @Test
    void threadLivesFromBindingToClosing() {
        awaitNoThread(); // the thread of the previous test may still be ending
        this.metrics.bindTo(this.registry);
        assertThat(threads()).isEqualTo(1);

        this.metrics.close();
        this.metrics.close();

        awaitNoThread();
    }

    private static void awaitNoThread() {
        while (threads() > 0) {
            Thread.onSpinWait();
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("rfx-session-metrics"))
                .count();
    }
}
