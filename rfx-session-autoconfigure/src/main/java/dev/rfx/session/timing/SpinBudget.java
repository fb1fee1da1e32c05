package dev.rfx.session.timing;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds what the naps and spins of all loops of the JVM cost to a tenth of its processors, in
 * equal shares. Without a bound many loops lengthen each other's spin windows: a spinning loop
 * keeps others from waking in time, and they learn to spin longer. Any thread may call it; it never
 * blocks.
 *
 * <p>Internal to {@code dev.rfx.session}.
 */
public final class SpinBudget {

    /** The budget that the loops of this JVM share. */
    public static final SpinBudget OF_THE_JVM =
            new SpinBudget(Runtime.getRuntime().availableProcessors());

    private static final double SHARE_OF_ALL_PROCESSORS = 0.1;

    private final int processors;
    private final AtomicInteger loops = new AtomicInteger();

    /**
     * Creates a budget that no loop shares yet.
     *
     * @param processors the number of processors
     */
    public SpinBudget(int processors) {
        this.processors = processors;
    }

    /** Counts a loop that begins. */
    void join() {
        this.loops.incrementAndGet();
    }

    /** Counts the end of a loop that joined. */
    void leave() {
        this.loops.decrementAndGet();
    }

    int loops() {
        return this.loops.get();
    }

    /** {@return the part of its time that each loop may spend} */
    double share() {
        return SHARE_OF_ALL_PROCESSORS * this.processors / Math.max(1, this.loops.get());
    }
}
