package dev.rfx.session;

import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;

/** The code that the micro-benchmarks measure: they cannot access the parts of the loop. */
public final class LoopCosts {

    private final TimingRecorder recorder = new TimingRecorder(10_000, (from, to) -> 0);
    private final long[] periods = new long[10_000];
    private long now;

    public LoopCosts() {
        long random = 42;
        for (int i = 0; i < this.periods.length; i++) {
            random = random * 6364136223846793005L + 1442695040888963407L;
            this.periods[i] = 1_000_000 + (random >>> 33) % 2_001 - 1_000;
            record(this.periods[i]);
        }
    }

    /** Iterates with an empty robot and policy, and skips the waits. */
    public static long iterate(int iterations) throws Exception {
        return LoopWarmup.run(Duration.ofMillis(iterations));
    }

    /** Records one iteration. */
    public void record(long period) {
        this.now += period;
        this.recorder.record(this.now, this.now, this.now, this.now, this.now, 0);
    }

    /** Statistics of 10 000 periods of 1 ms ± 1 µs. */
    public SessionStats stats() {
        TimingRecorder.Sample sample = this.recorder.sample(TimingRecorder.Begin.OF_THE_RUN);
        return SessionStats.of(
                sample.iterations(), sample.overruns(), 1_000_000, sample.periodNanos());
    }
}
