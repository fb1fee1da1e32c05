package dev.rfx.session.test;

import dev.rfx.session.timing.Clock;
import java.util.concurrent.CountDownLatch;

/** A clock that passes every call on. A test overrides the method that it observes. */
public class TestClock implements Clock {

    private final Clock clock;

    public TestClock(VirtualClock clock) {
        this(clock.platform());
    }

    public TestClock(Clock clock) {
        this.clock = clock;
    }

    @Override
    public long nanoTime() {
        return this.clock.nanoTime();
    }

    @Override
    public void parkNanos(long nanos) {
        this.clock.parkNanos(nanos);
    }

    @Override
    public void unpark(Thread thread) {
        this.clock.unpark(thread);
    }

    @Override
    public void onSpinWait(long nanosLeft) {
        this.clock.onSpinWait(nanosLeft);
    }

    @Override
    public boolean await(CountDownLatch latch, long nanos) throws InterruptedException {
        return this.clock.await(latch, nanos);
    }
}
