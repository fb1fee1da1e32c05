package dev.rfx.session.sample;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A clock that advances by one step after each reading, as if a loop read it on time. */
final class SteppingClock implements LongSupplier {

    private final long stepNanos;
    private long now;

    private SteppingClock(long stepNanos) {
        this.stepNanos = stepNanos;
    }

    static SteppingClock at(int rateHz) {
        return new SteppingClock(1_000_000_000L / rateHz);
    }

    void advance(Duration duration) {
        this.now += duration.toNanos();
    }

    @Override
    public long getAsLong() {
        long reading = this.now;
        this.now += this.stepNanos;
        return reading;
    }
}
