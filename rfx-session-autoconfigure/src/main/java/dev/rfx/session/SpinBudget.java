package dev.rfx.session;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much all self-calibrating loops of the JVM may spin together: a quarter of the processors'
 * time, of which each has the same share. A loop that spins keeps others from waking in time, who
 * learn to spin longer, who keep it from waking in time: without a bound many loops drive each
 * other's windows up. Any thread may call it, and none waits.
 */
final class SpinBudget {

    static final SpinBudget OF_THE_JVM = new SpinBudget(Runtime.getRuntime().availableProcessors());

    private static final double OF_ALL_PROCESSORS = 0.25;

    private final int processors;
    private final AtomicInteger loops = new AtomicInteger();

    SpinBudget(int processors) {
        this.processors = processors;
    }

    /** A loop begins. */
    void join() {
        this.loops.incrementAndGet();
    }

    /** A loop that joined has ended. */
    void leave() {
        this.loops.decrementAndGet();
    }

    int loops() {
        return this.loops.get();
    }

    /** What part of its time each loop may spin. */
    double share() {
        return OF_ALL_PROCESSORS * this.processors / Math.max(1, this.loops.get());
    }
}
