package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.test.TestClock;
import dev.rfx.session.timing.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A long run at 100 Hz in real time, with random faults and a busy garbage collector. At the end
 * every counter must match the injected faults. Not part of the normal build: {@code mvn -Psoak
 * verify -pl rfx-session-autoconfigure -Dsoak.duration=PT1H}.
 */
@Tag("soak")
class SoakTests {

    private static final Duration DURATION =
            Duration.parse(System.getProperty("soak.duration", "PT1M"));
    private static final long PERIOD_NANOS = 10_000_000;
    private static final Duration MAX_AGE = Duration.ofMillis(50);

    private static volatile Object garbage = new Object();

    /**
     * Robot, policy and clock in one: injects the faults, and counts them. The machine may be slow,
     * too. Therefore the expected counts come from the loop's own readings of the clock: the last
     * one before observe(), and the first one after the policy and after act().
     */
    private static final class Faulty extends TestClock implements Robot<Observation, Tensor> {

        private final Random random = new Random(20_261_124);
        private final Observation observation = Observation.of("state", Tensor.zeros(6));
        private final Tensor action = Tensor.zeros(6);
        private long lastReading;
        private long start;
        private boolean selected;
        private boolean acted;
        private long stops;
        private long acts;
        private long stale;
        private long failures;
        private long delays;
        private long overruns;
        private volatile boolean finish;
        private volatile Session session;
        private volatile Thread controlThread;

        Faulty() {
            super(Clock.SYSTEM);
        }

        @Override
        public long nanoTime() {
            long now = super.nanoTime();
            if (Thread.currentThread() == this.controlThread) {
                this.lastReading = now;
                if (this.selected) {
                    this.selected = false;
                    if (now - this.observation.timestampNanos() > MAX_AGE.toNanos()) {
                        this.stale++; // the loop will not act
                        judge(now);
                    }
                } else if (this.acted) {
                    this.acted = false;
                    judge(now);
                }
            }
            return now;
        }

        private void judge(long end) {
            this.overruns += end - this.start > PERIOD_NANOS ? 1 : 0;
        }

        @Override
        public Observation observe() {
            this.start = this.lastReading;
            int dice = this.random.nextInt(1_000);
            if (dice < 3) {
                fail("observe");
            }
            long now = System.nanoTime();
            return this.observation.stamp(dice < 13 ? now - 2 * MAX_AGE.toNanos() : now);
        }

        Tensor select(Observation observed) {
            int dice = this.random.nextInt(1_000);
            if (dice < 3) {
                fail("policy");
            }
            this.action.set(0, 0);
            if (dice == 3) {
                this.failures++;
                this.action.set(0, Float.NaN);
                return this.action;
            }
            if (dice > 950) {
                this.delays++;
                while (System.nanoTime() - this.start <= PERIOD_NANOS + 1_000_000) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
            this.selected = true;
            return this.action;
        }

        @Override
        public void act(Tensor sent) {
            if (this.random.nextInt(1_000) < 3) {
                fail("act");
            }
            this.acts++;
            this.acted = true;
            if (this.finish) {
                this.session.requestStop();
            }
        }

        private void fail(String where) {
            this.failures++;
            throw new IllegalStateException("injected in " + where);
        }

        @Override
        public Observation reset() {
            this.controlThread = Thread.currentThread();
            this.selected = false;
            this.acted = false;
            return this.observation;
        }

        @Override
        public void stop() {
            this.stops++;
        }
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.DAYS)
    void countersEqualWhatWasInjected() throws Exception {
        Faulty faulty = new Faulty();
        Session session =
                new Session(
                        faulty,
                        faulty::select,
                        SessionOptions.defaults()
                                .withName("soak")
                                .withRateHz(1e9 / PERIOD_NANOS)
                                .withWarmup(Duration.ZERO)
                                .withMaxObservationAge(MAX_AGE)
                                .withMaxStaleIterations(1_000),
                        new JvmPlatform() {
                            @Override
                            public Clock clock() {
                                return faulty;
                            }
                        });
        faulty.session = session;
        session.setRestartPolicy(new AlwaysSoon());
        Thread collectorAtWork = new Thread(SoakTests::allocate, "garbage");
        collectorAtWork.setDaemon(true);
        collectorAtWork.start();
        session.start();
        long end = System.nanoTime() + DURATION.toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(100_000_000);
            assertThat(session.stats().overruns())
                    .isLessThanOrEqualTo(session.stats().iterations());
        }
        faulty.finish = true; // in an iteration that it completes
        while (session.state() != SessionState.STOPPED) {
            LockSupport.parkNanos(1_000_000);
        }
        collectorAtWork.interrupt();

        SessionTotals totals = session.totals();
        System.out.printf(
                "soak of %s: %s; there were %d failures, %d delays, %d overruns, %d stale%n",
                DURATION, totals, faulty.failures, faulty.delays, faulty.overruns, faulty.stale);
        assertThat(faulty.failures).isPositive();
        assertThat(faulty.delays).isPositive();
        assertThat(faulty.overruns).as("delays, but of those that failed").isPositive();
        assertThat(faulty.stale).isPositive();
        assertThat(totals.failures()).isEqualTo(faulty.failures);
        assertThat(totals.restarts() + 1).isEqualTo(faulty.stops);
        assertThat(totals.stale()).isEqualTo(faulty.stale);
        assertThat(totals.iterations()).isEqualTo(faulty.acts + faulty.stale);
        assertThat(totals.overruns()).isEqualTo(faulty.overruns);
        assertThat(totals.stalls()).isZero();
    }

    /** Allocates 100 MB/s, and keeps some of it for a while. */
    private static void allocate() {
        byte[][] living = new byte[1_000][];
        for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
            for (int block = 0; block < 100; block++) {
                living[(i * 100 + block) % living.length] = new byte[10_000];
            }
            garbage = living;
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static final class AlwaysSoon implements RestartPolicy {

        @Override
        public @Nullable Duration delayAfter(SessionException failure) {
            return Duration.ofMillis(5);
        }

        @Override
        public int attempts() {
            return 0;
        }

        @Override
        public int maxAttempts() {
            return Integer.MAX_VALUE;
        }
    }
}
