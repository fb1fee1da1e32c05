package dev.rfx.session;

import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Converts the time since the last command into time at full speed, for a {@link Robot} that limits
 * its speed independently of the loop's rate.
 *
 * <p>A gap of more than {@link #MAX_GAP_SECONDS} counts as that, so that no jump follows a stall.
 * With a soft start, the speed grows from {@link #SOFT_START_SHARE} of the full speed to all of it
 * within the first {@link #SOFT_START_SECONDS} of a run, because the first goal of a policy may be
 * far away.
 *
 * <p>Used by one thread at a time. {@link #next()} allocates nothing.
 *
 * @since 0.1
 */
public final class MotionTime {

    /**
     * Longest time between two commands that counts. Below 10 Hz a robot is therefore slower than
     * its limit.
     */
    public static final double MAX_GAP_SECONDS = 0.1;

    /** Duration of a soft start, as the sum of the times that count. */
    public static final double SOFT_START_SECONDS = 1;

    /** Share of the full speed at the begin of a soft start. */
    public static final double SOFT_START_SHARE = 0.05;

    private final LongSupplier nanoTime;
    private final boolean softStart;
    private long lastNanos;
    private double movedSeconds;

    /**
     * Creates the time of a run that begins now.
     *
     * @param nanoTime the time in nanoseconds, as {@link System#nanoTime()}
     * @param softStart whether the speed grows in the first second of a run
     */
    public MotionTime(LongSupplier nanoTime, boolean softStart) {
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
        this.softStart = softStart;
        begin();
    }

    /** Begins a run: the robot is at the position from which its next command moves it. */
    public void begin() {
        this.lastNanos = this.nanoTime.getAsLong();
        this.movedSeconds = 0;
    }

    /**
     * {@return the seconds at full speed that the next command may cover, 0 to {@link
     * #MAX_GAP_SECONDS}} Called once per command.
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
