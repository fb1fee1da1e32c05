package dev.rfx.session;

import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * How long a robot may move at full speed with its next command, for a {@link Robot} that limits
 * its speed: the time since the last command, whatever the rate of the loop.
 *
 * <p>A loop that stalls does not earn a jump: more than {@link #MAX_GAP_SECONDS} do not count. A
 * soft start lets the speed grow from {@link #SOFT_START_SHARE} of the full one to all of it within
 * the first {@link #SOFT_START_SECONDS} of a run, because the first goal of a policy may be far
 * away.
 *
 * <p>Used by one thread at a time. {@link #next()} allocates nothing.
 */
public final class MotionTime {

    /** The longest time between two commands that counts. Slower than at 10 Hz, a robot creeps. */
    public static final double MAX_GAP_SECONDS = 0.1;

    /** How long a soft start takes, as time that counts. */
    public static final double SOFT_START_SECONDS = 1;

    /** The share of the full speed with which a soft start begins. */
    public static final double SOFT_START_SHARE = 0.05;

    private final LongSupplier nanoTime;
    private final boolean softStart;
    private long lastNanos;
    private double movedSeconds;

    /**
     * Creates a time. A run has begun.
     *
     * @param nanoTime the time in nanoseconds, as {@link System#nanoTime()}
     * @param softStart whether the speed grows in the first second of a run
     */
    public MotionTime(LongSupplier nanoTime, boolean softStart) {
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
        this.softStart = softStart;
        begin();
    }

    /** A run begins: the robot is where its next command starts from. */
    public void begin() {
        this.lastNanos = this.nanoTime.getAsLong();
        this.movedSeconds = 0;
    }

    /**
     * Returns how long the robot may move at full speed with the command that is about to be sent.
     *
     * @return seconds, 0 to {@link #MAX_GAP_SECONDS}
     */
    public double next() {
        long now = this.nanoTime.getAsLong();
        double seconds = Math.min((now - this.lastNanos) / 1e9, MAX_GAP_SECONDS);
        double share = share();
        this.lastNanos = now;
        this.movedSeconds += seconds;
        return seconds * share;
    }

    private double share() {
        if (!this.softStart || this.movedSeconds >= SOFT_START_SECONDS) {
            return 1;
        }
        double done = this.movedSeconds / SOFT_START_SECONDS;
        return SOFT_START_SHARE + (1 - SOFT_START_SHARE) * done;
    }
}
