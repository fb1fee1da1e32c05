package dev.rfx.session.recording;

import org.jspecify.annotations.Nullable;

/**
 * One recorded iteration. Times in ns; {@code start} and {@code timestamp} count from the begin of
 * the run.
 *
 * @param timestamp of the observation, or null
 * @param engaging whether the commands ramp to the actions
 * @param complete whether the run went on after it
 * @param droppedBefore the number of iterations that are missing before it
 * @param observation the observation; null if it was not observed
 * @param selected the action that the policy selected, or null
 * @param sent the action that the robot received, or null
 */
record RecordedIteration(
        long number,
        long start,
        long lateness,
        long observe,
        long policy,
        long act,
        @Nullable Long timestamp,
        boolean overrun,
        boolean stale,
        boolean clamped,
        boolean engaging,
        boolean complete,
        long droppedBefore,
        @Nullable RecordedValue observation,
        @Nullable RecordedValue selected,
        @Nullable RecordedValue sent) {

    /** When it was due. Unlike the start, it has no jitter. */
    long due() {
        return this.start - this.lateness;
    }

    long observed() {
        return this.start + this.observe;
    }

    long selectedAt() {
        return observed() + this.policy;
    }

    long end() {
        return selectedAt() + this.act;
    }
}
