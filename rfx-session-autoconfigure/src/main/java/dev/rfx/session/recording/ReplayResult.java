package dev.rfx.session.recording;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the actions of a policy compare with those of a recording.
 *
 * @param iterations the number of iterations that were compared
 * @param firstIteration the number of the first of them in its run; not 0 if the recording begins
 *     in the middle of the run, so that a policy with a memory may differ
 * @param missing the number of iterations that the recorder has dropped; after one of them, a
 *     policy with a memory may differ
 * @param differences the number of iterations with another action
 * @param firstDifference the first of them, or null if the actions are identical
 * @param largestDifference the largest difference of a number; infinite if one of two is not
 *     finite, or the actions have other fields
 * @param otherModel whether the policy has another model than the one that was recorded: another
 *     {@code sha256} in {@link dev.rfx.session.Policy#details()}; false if one of the two is
 *     unknown
 * @param recorded the duration of the recording
 * @param replayed how long the replay took
 * @since 0.1
 */
public record ReplayResult(
        long iterations,
        long firstIteration,
        long missing,
        long differences,
        @Nullable Difference firstDifference,
        double largestDifference,
        boolean otherModel,
        Duration recorded,
        Duration replayed) {

    /**
     * A number that differs.
     *
     * @param iteration the number of the iteration in its run
     * @param field the field of the action, with the index in a list, such as {@code values[2]}
     * @param recorded the recorded value
     * @param replayed the value of the policy
     */
    public record Difference(long iteration, String field, String recorded, String replayed) {}

    /** {@return whether every action was the recorded one, within the tolerance} */
    public boolean isIdentical() {
        return this.differences == 0;
    }

    /** {@return how many times faster than the recording the replay was} */
    public double speed() {
        return (double) this.recorded.toNanos() / Math.max(this.replayed.toNanos(), 1);
    }

    /** {@return the result as a sentence} */
    @Override
    public String toString() {
        String speed =
                (this.otherModel ? "the model is not the recorded one; " : "")
                        + (this.missing == 0
                                ? ""
                                : this.missing + " are missing in the recording; ")
                        + (this.firstIteration == 0
                                ? ""
                                : "the recording begins with iteration %d of its run; "
                                        .formatted(this.firstIteration))
                        + String.format(Locale.ROOT, "%.0f times real time", speed());
        if (this.firstDifference == null) {
            return "%d iterations, identical; %s".formatted(this.iterations, speed);
        }
        return "%d iterations, %d differ, by %s at most; first in iteration %d: %s was %s and is now %s; %s"
                .formatted(
                        this.iterations,
                        this.differences,
                        this.largestDifference,
                        this.firstDifference.iteration(),
                        this.firstDifference.field(),
                        this.firstDifference.recorded(),
                        this.firstDifference.replayed(),
                        speed);
    }
}
