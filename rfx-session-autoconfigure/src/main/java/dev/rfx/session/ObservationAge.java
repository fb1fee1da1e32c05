package dev.rfx.session;

import dev.rfx.session.support.Milliseconds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether observations are fresh enough to act on. One per run, confined to the control
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

    /** Reads the stamp, before the robot can change it. Returns 0 where ages do not matter. */
    long timestampOf(Object observation, long now) {
        if (this.maxNanos == Long.MAX_VALUE) {
            return 0;
        }
        if (!(observation instanceof Timestamped timestamped) || !timestamped.hasTimestamp()) {
            throw new StaleObservationException(
                    "maxObservationAge is set, but the %s has no timestamp that tells its age"
                            .formatted(observation.getClass().getName()));
        }
        long stamp = timestamped.timestampNanos();
        if (stamp - now > 0) {
            throw new StaleObservationException(
                    "The observation's timestamp is %s ms in the future: a timestamp is a reading of System.nanoTime()"
                            .formatted(Milliseconds.of(stamp - now)));
        }
        return stamp;
    }

    /** Tells whether an observation is too old to act on. */
    boolean isTooOld(long stamp, long now) {
        if (this.maxNanos == Long.MAX_VALUE || now - stamp <= this.maxNanos) {
            this.staleInARow = 0;
            return false;
        }
        return true;
    }

    /**
     * Counts an observation that is too old.
     *
     * @throws StaleObservationException if too many in a row were
     */
    void countStale(long stamp, long now) {
        if (this.staleInARow == this.maxStale) {
            throw new StaleObservationException(
                    "The observation is %s ms old, but may be %s ms, and the %d before it were too old as well"
                            .formatted(
                                    Milliseconds.of(now - stamp),
                                    Milliseconds.of(this.maxNanos),
                                    this.staleInARow));
        }
        this.staleInARow++;
    }
}
