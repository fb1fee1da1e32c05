package dev.rfx.session.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionStats;
import dev.rfx.session.SessionTotals;
import dev.rfx.session.testkit.Campaign;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

/** Eight threads read everything while four others start and stop the session. */
class SessionHammerTests {

    private static final Duration DURATION = Duration.ofSeconds(Campaign.Rounds.of(30, 2));

    private final CheckedRobot robot = new CheckedRobot();
    private final Session session =
            new Session(
                    this.robot,
                    observation -> "action",
                    SessionOptions.defaults()
                            .withRateHz(2_000)
                            .withWarmup(Duration.ZERO)
                            .withMaxTimingSamples(500)
                            // Twelve busy threads on a small machine must not count as a stall.
                            .withWatchdogTimeout(Duration.ofSeconds(10)));
    private final SessionHealthIndicator health =
            new SessionHealthIndicator(this.session, SessionHealthThresholds.NONE);
    private final SessionEndpoint endpoint = new SessionEndpoint(Map.of("arm", this.session));

    /** Checks that calls never overlap, and that no call comes between a stop and a reset. */
    private static final class CheckedRobot implements Robot<String, String> {

        private final AtomicInteger callers = new AtomicInteger();
        private final List<String> violations = new ArrayList<>();
        private volatile boolean ready;
        private volatile long acts;
        private volatile long stops;

        private void call(String method, boolean needsReset, Runnable body) {
            if (this.callers.incrementAndGet() != 1 || (needsReset && !this.ready)) {
                synchronized (this.violations) {
                    this.violations.add(method + " by " + Thread.currentThread());
                }
            }
            body.run();
            this.callers.decrementAndGet();
        }

        @Override
        public String observe() {
            call("observe", true, () -> {});
            return "observation";
        }

        @Override
        public void act(String action) {
            call("act", true, () -> this.acts++);
        }

        @Override
        public String reset() {
            call("reset", false, () -> this.ready = true);
            return "observation";
        }

        @Override
        public void stop() {
            call(
                    "stop",
                    false,
                    () -> {
                        this.ready = false;
                        this.stops++;
                    });
        }
    }

    @Campaign
    @Test
    void readersAndCommandersNeitherBlockNorConfuseEachOther() throws Exception {
        long end = System.nanoTime() + DURATION.toNanos();
        ExecutorService executor = Executors.newFixedThreadPool(12);
        List<Future<?>> threads = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                threads.add(executor.submit(reader(end)));
            }
            for (int i = 0; i < 4; i++) {
                threads.add(executor.submit(commander(end, i)));
            }
            for (Future<?> thread : threads) {
                thread.get();
            }
        } finally {
            executor.shutdownNow();
        }
        this.session.stop();

        assertThat(this.robot.violations).isEmpty();
        assertThat(this.robot.stops).isPositive();
        SessionTotals totals = this.session.totals();
        assertThat(totals.iterations()).isEqualTo(this.robot.acts);
        assertThat(totals.failures()).isZero();
        assertThat(totals.stale()).isZero();
    }

    /** Reads at least once, however late the thread begins. */
    private Callable<?> reader(long end) {
        return () -> {
            SessionTotals before = this.session.totals();
            do {
                SessionTotals now = this.session.totals();
                assertThat(now.iterations()).isGreaterThanOrEqualTo(before.iterations());
                assertThat(now.overruns()).isGreaterThanOrEqualTo(before.overruns());
                assertThat(now.observeNanos()).isGreaterThanOrEqualTo(before.observeNanos());
                before = now;
                SessionStats stats = this.session.stats();
                assertThat(stats.overruns()).isBetween(0L, stats.iterations());
                assertThat(stats.maxJitterSeconds())
                        .isGreaterThanOrEqualTo(stats.p99JitterSeconds());
                assertThat(this.health.health().getStatus()).isIn(Status.UP, Status.OUT_OF_SERVICE);
                SessionDescriptor shown = this.endpoint.session("arm");
                assertThat(shown.failure()).isNull();
                long number = -1;
                for (IterationDescriptor iteration : shown.recent()) {
                    assertThat(iteration.number()).isGreaterThan(number);
                    number = iteration.number();
                }
            } while (System.nanoTime() - end < 0);
            return null;
        };
    }

    private Callable<?> commander(long end, int seed) {
        Random random = new Random(seed);
        return () -> {
            do {
                if (random.nextBoolean()) {
                    this.session.start();
                } else {
                    this.session.stop();
                }
                long pause = System.nanoTime() + random.nextInt(5_000_000);
                while (System.nanoTime() - pause < 0) {
                    Thread.yield();
                }
            } while (System.nanoTime() - end < 0);
            return null;
        };
    }
}
