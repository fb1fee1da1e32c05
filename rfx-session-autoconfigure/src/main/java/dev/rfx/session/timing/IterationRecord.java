package dev.rfx.session.timing;

import dev.rfx.session.support.Milliseconds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One completed iteration of a control loop.
 *
 * @param number its number in the run, from 0
 * @param start when it began, counted from the begin of the loop
 * @param lateness how long after its due time it began
 * @param observe time in the robot's {@code observe}
 * @param policy time in the policy
 * @param act time in the robot's {@code act}; zero in a stale iteration
 * @param overrun whether its work took longer than the period
 * @param lateWakeup whether its work was short enough, but the thread woke so late that the
 *     iteration ended after the next one was due
 * @param stale whether its observation was too old, so that no action was sent
 * @param gcPause the part of the iteration and of its lateness in which the garbage collector had
 *     stopped all threads, to about a millisecond. Known some milliseconds after the iteration, and
 *     only for iterations with one of the three flags
 * @since 0.1
 */
public record IterationRecord(
        long number,
        Duration start,
        Duration lateness,
        Duration observe,
        Duration policy,
        Duration act,
        boolean overrun,
        boolean lateWakeup,
        boolean stale,
        Duration gcPause) {

    /**
     * Explains why the next iteration could not begin in time.
     *
     * @return such as {@code policy took 31.204 ms} or {@code woke 12.100 ms late}; {@code gc} if
     *     at least half of that time were pauses of the garbage collector; null if the next
     *     iteration could begin in time
     */
    public @Nullable String cause() {
        if (!this.overrun && !this.lateWakeup) {
            return null;
        }
        Duration lost = this.overrun ? longest() : this.lateness;
        if (!this.gcPause.isZero() && this.gcPause.multipliedBy(2).compareTo(lost) >= 0) {
            return "gc";
        }
        return this.overrun
                ? "%s took %s ms".formatted(nameOfLongest(), Milliseconds.of(lost))
                : "woke %s ms late".formatted(Milliseconds.of(lost));
    }

    private Duration longest() {
        return max(max(this.observe, this.policy), this.act);
    }

    private String nameOfLongest() {
        Duration longest = longest();
        if (longest.equals(this.observe)) {
            return "observe";
        }
        return longest.equals(this.policy) ? "policy" : "act";
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
