package dev.rfx.session;

import dev.rfx.session.support.Milliseconds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an observation is fresh enough to act on. One per run; confined to the control
 * thread.
 */
final class ObservationAge {

    private final long maxNanos;
    private final int maxStale;
    private int staleInARow;

    ObservationAge(@Nullable Duration max, int maxStale) {
        this.maxNanos = max == null ? Long.MAX_VALUE : max.toNanos();
        this.maxStale = maxStale;
    }

    /**
     * {@return the timestamp of an observation, or 0 without a limit} Read before the robot can
     * change it.
     *
     * @throws StaleObservationException if the timestamp is missing or in the future
     */
    long timestampOf(Object observation, long now) {
        if (this.maxNanos == Long.MAX_VALUE) {
            return 0;
        }
        if (!(observation instanceof Timestamped timestamped) || !timestamped.hasTimestamp()) {
            throw new StaleObservationException(
                    "maxObservationAge is set, but the %s has no timestamp. observe() must return a Timestamped observation whose timestamp is set"
                            .formatted(observation.getClass().getName()));
        }
        long timestamp = timestamped.timestampNanos();
        if (timestamp - now > 0) {
            throw new StaleObservationException(
                    "The observation's timestamp is %s ms in the future. A timestamp must be a reading of System.nanoTime()"
                            .formatted(Milliseconds.of(timestamp - now)));
        }
        return timestamp;
    }

    /** {@return whether an observation is too old to act on} */
    boolean isTooOld(long timestamp, long now) {
        if (this.maxNanos == Long.MAX_VALUE || now - timestamp <= this.maxNanos) {
            this.staleInARow = 0;
            return false;
        }
        return true;
    }

    /**
     * Counts a stale observation.
     *
     * @throws StaleObservationException if the number of consecutive ones exceeds its limit
     */
    void countStale(long timestamp, long now) {
        if (this.staleInARow == this.maxStale) {
            throw new StaleObservationException(
                    "The observation is %s ms old, but must be at most %s ms old, after %d consecutive stale observations"
                            .formatted(
                                    Milliseconds.of(now - timestamp),
                                    Milliseconds.of(this.maxNanos),
                                    this.staleInARow));
        }
        this.staleInARow++;
    }
}
