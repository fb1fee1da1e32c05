package dev.rfx.session.metrics;

import dev.rfx.session.Session;
import dev.rfx.session.timing.IterationReader;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The histograms of one session in one registry: the period, and the three phases of an iteration.
 * Their buckets are relative to the target period: 0.5 to 10 times for the period, 0.001 to 10
 * times for the phases. Without buckets they have count, sum and maximum. Confined to the thread of
 * {@link HistogramUpdates}.
 */
final class IterationTimers {

    private static final double[] OF_PERIOD = {
        0.5, 0.9, 0.95, 0.99, 0.999, 1.001, 1.01, 1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10
    };
    private static final double[] OF_PHASE = {
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 5, 10
    };

    private final IterationReader iterations;
    private final Timer period;
    private final Timer observe;
    private final Timer policy;
    private final Timer act;
    private final Set<Timer> failed = new HashSet<>();
    private @Nullable Throwable problem;

    IterationTimers(MeterRegistry registry, Tags tags, Session session, boolean buckets) {
        this.iterations = session.iterationReader();
        double target = 1e9 / session.options().rateHz();
        this.period =
                Timer.builder("rfx.session.period")
                        .description("Start-to-start period of iterations")
                        .tags(tags)
                        .serviceLevelObjectives(buckets ? multiplesOf(target, OF_PERIOD) : null)
                        .register(registry);
        Duration[] ofPhase = buckets ? multiplesOf(target, OF_PHASE) : null;
        this.observe = phase(registry, tags, ofPhase, "observe");
        this.policy = phase(registry, tags, ofPhase, "policy");
        this.act = phase(registry, tags, ofPhase, "act");
    }

    private static Timer phase(
            MeterRegistry registry, Tags tags, Duration @Nullable [] buckets, String phase) {
        return Timer.builder("rfx.session.phase")
                .description("Duration of one phase of a completed iteration")
                .tags(tags.and("phase", phase))
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    private static Duration[] multiplesOf(double nanos, double[] factors) {
        return Arrays.stream(factors)
                .mapToObj(factor -> Duration.ofNanos(Math.round(factor * nanos)))
                .toArray(Duration[]::new);
    }

    /**
     * Records the iterations since the last call. A timer that throws misses the rest of this call;
     * the other timers and the next call are not affected.
     *
     * @return the first exception, or null
     */
    @Nullable Throwable update() {
        this.failed.clear();
        this.problem = null;
        this.iterations.read(this::record);
        return this.problem;
    }

    private void record(
            long periodNanos,
            long latenessNanos,
            long observeNanos,
            long policyNanos,
            long actNanos) {
        if (periodNanos >= 0) {
            record(this.period, periodNanos);
        }
        record(this.observe, observeNanos);
        record(this.policy, policyNanos);
        record(this.act, actNanos);
    }

    private void record(Timer timer, long nanos) {
        if (this.failed.contains(timer)) {
            return;
        }
        try {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        } catch (Throwable ex) {
            if (this.problem == null) {
                this.problem = ex;
            }
            this.failed.add(timer);
        }
    }
}
