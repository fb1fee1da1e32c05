package dev.rfx.session.recording;

import java.util.LinkedHashMap;
import java.util.Map;

/** The timing of the iterations of a recording. */
final class TimingSummary {

    private final double periodNanos;
    private final Figures jitter = new Figures();
    private final Figures observe = new Figures();
    private final Figures policy = new Figures();
    private final Figures act = new Figures();
    private long iterations;
    private long missing;
    private long overruns;
    private long stale;
    private long clamped;
    private long firstNumber;
    private long engaging;
    private long firstStart;
    private long lastStart;
    private long lastEnd;

    TimingSummary(double rateHz) {
        this.periodNanos = 1e9 / rateHz;
    }

    void add(RecordedIteration iteration) {
        if (this.iterations == 0) {
            this.firstNumber = iteration.number();
            this.firstStart = iteration.start();
        } else if (iteration.droppedBefore() == 0) {
            double period = iteration.start() - this.lastStart;
            this.jitter.add(Math.round(Math.abs(period - this.periodNanos)));
        }
        this.lastStart = iteration.start();
        this.lastEnd = iteration.end();
        this.iterations++;
        this.missing += iteration.droppedBefore();
        if (iteration.complete()) {
            this.observe.add(iteration.observe());
            this.policy.add(iteration.policy());
            this.act.add(iteration.act());
        }
        this.overruns += iteration.overrun() ? 1 : 0;
        this.stale += iteration.stale() ? 1 : 0;
        this.clamped += iteration.clamped() ? 1 : 0;
        this.engaging += iteration.engaging() ? 1 : 0;
    }

    long iterations() {
        return this.iterations;
    }

    /** {@return the number of the first iteration in its run} */
    long firstNumber() {
        return this.firstNumber;
    }

    long missing() {
        return this.missing;
    }

    /** {@return the time from the first start to the last end, in ns} */
    long durationNanos() {
        return this.lastEnd - this.firstStart;
    }

    /** {@return the counts by name} */
    Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("iterations", this.iterations);
        counts.put("missing", this.missing);
        counts.put("overruns", this.overruns);
        counts.put("stale", this.stale);
        counts.put("clamped", this.clamped);
        counts.put("engaging", this.engaging);
        return counts;
    }

    /** {@return the distributions of times in ns by name} */
    Map<String, Figures> times() {
        Map<String, Figures> times = new LinkedHashMap<>();
        times.put("jitter", this.jitter);
        times.put("observe", this.observe);
        times.put("policy", this.policy);
        times.put("act", this.act);
        return times;
    }
}
