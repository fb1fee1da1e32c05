package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether observations are fresh enough to act on. One per run, confined to the control
 * thread.
 */
final class ObservationAge {

    private final long maxNanos;
    private final int maxStarved;
    private int starvedInARow;

    ObservationAge(@Nullable Duration max, int maxStarved) {
        this.maxNanos = max == null ? Long.MAX_VALUE : max.toNanos();
        this.maxStarved = maxStarved;
    }

    /** Reads the stamp, before the robot can change it. Returns 0 where ages do not matter. */
    long stampOf(Object observation, long now) {
        if (this.maxNanos == Long.MAX_VALUE) {
            return 0;
        }
        if (!(observation instanceof Stamped stamped) || !stamped.hasStamp()) {
            throw new StaleObservationException(
                    "maxObservationAge is set, but the %s has no stamp that tells its age"
                            .formatted(observation.getClass().getName()));
        }
        long stamp = stamped.stampNanos();
        if (stamp - now > 0) {
            throw new StaleObservationException(
                    "The observation's stamp is %s ms in the future: a stamp is a reading of System.nanoTime()"
                            .formatted(Millis.of(stamp - now)));
        }
        return stamp;
    }

    /** Tells whether an observation is too old to act on. */
    boolean isTooOld(long stamp, long now) {
        if (this.maxNanos == Long.MAX_VALUE || now - stamp <= this.maxNanos) {
            this.starvedInARow = 0;
            return false;
        }
        return true;
    }

    /**
     * Counts an observation that is too old.
     *
     * @throws StaleObservationException if too many in a row were
     */
    void starve(long stamp, long now) {
        if (this.starvedInARow == this.maxStarved) {
            throw new StaleObservationException(
                    "The observation is %s ms old, but may be %s ms, and the %d before it were too old as well"
                            .formatted(
                                    Millis.of(now - stamp),
                                    Millis.of(this.maxNanos),
                                    this.starvedInARow));
        }
        this.starvedInARow++;
    }
}
