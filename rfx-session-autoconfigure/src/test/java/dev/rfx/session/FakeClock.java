package dev.rfx.session;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** A clock that stands still but for the sleeping and spinning of who uses it. */
final class FakeClock implements LoopClock {

    /** Not zero, and so near to the end that it overflows within a test of a minute. */
    static final long ORIGIN = Long.MAX_VALUE - 30_000_000_000L;

    private static final LongSupplier ON_TIME = () -> 0;

    private final AtomicLong now = new AtomicLong(ORIGIN);
    private volatile LongSupplier oversleep = ON_TIME;
    private volatile long spinNanos = 1_000;
    private volatile boolean parksForEver;
    private volatile boolean parked;

    /** Lets every sleep end later by what the supplier says. */
    FakeClock oversleeping(LongSupplier nanos) {
        this.oversleep = nanos;
        return this;
    }

    /** Sets how long one turn of a spin takes. */
    FakeClock spinning(long nanos) {
        this.spinNanos = nanos;
        return this;
    }

    /** Lets time stand still in a sleep: only a wake-up ends it. */
    FakeClock standingStill() {
        this.parksForEver = true;
        return this;
    }

    /** Waits until somebody sleeps by this clock, which stands still. */
    void awaitSleeper() {
        while (!this.parked) {
            Thread.onSpinWait();
        }
    }

    void advance(long nanos) {
        this.now.addAndGet(nanos);
    }

    @Override
    public long nanoTime() {
        return this.now.get();
    }

    @Override
    public void parkNanos(long nanos) {
        if (this.parksForEver) {
            this.parked = true;
            LockSupport.park(this);
        } else {
            advance(nanos + this.oversleep.getAsLong());
        }
    }

    @Override
    public void onSpinWait() {
        advance(this.spinNanos);
    }
}
