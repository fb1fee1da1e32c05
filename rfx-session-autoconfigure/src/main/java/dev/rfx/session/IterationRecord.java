package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One completed iteration of a control loop.
 *
 * @param number its number, the first is 0
 * @param start when it began, counted from the begin of the loop
 * @param lateness how long after it was due
 * @param observe time in the robot's {@code observe}
 * @param policy time in the policy
 * @param act time in the robot's {@code act}; zero in a starved iteration
 * @param overrun whether its work took longer than the period
 * @param wokeLate whether its work did not, but it was woken so late that it ended after the next
 *     one was due
 * @param starved whether its observation was too old, so that nothing was sent
 * @param gcPause whether a pause of the garbage collector fell into it or the wait before; known
 *     some milliseconds after the pause, of iterations that are one of the three above
 */
public record IterationRecord(
        long number,
        Duration start,
        Duration lateness,
        Duration observe,
        Duration policy,
        Duration act,
        boolean overrun,
        boolean wokeLate,
        boolean starved,
        boolean gcPause) {

    /**
     * Explains why the next iteration could not begin in time.
     *
     * @return such as {@code policy took 31.204 ms} or {@code woke 12.100 ms late}, {@code gc}
     *     where a pause of the garbage collector is part of it, or null where it could
     */
    public @Nullable String cause() {
        if (this.gcPause && (this.overrun || this.wokeLate)) {
            return "gc";
        }
        if (this.overrun) {
            return longestPhase();
        }
        return this.wokeLate ? "woke %s ms late".formatted(Millis.of(this.lateness)) : null;
    }

    private String longestPhase() {
        SessionPhase phase = SessionPhase.OBSERVE;
        Duration longest = this.observe;
        if (this.policy.compareTo(longest) > 0) {
            phase = SessionPhase.POLICY;
            longest = this.policy;
        }
        if (this.act.compareTo(longest) > 0) {
            phase = SessionPhase.ACT;
            longest = this.act;
        }
        return "%s took %s ms".formatted(phase, Millis.of(longest));
    }
}
