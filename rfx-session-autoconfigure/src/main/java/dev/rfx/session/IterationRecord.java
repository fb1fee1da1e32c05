package dev.rfx.session;

import java.time.Duration;
import java.util.List;
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
 * @param gcPause how much of it, and of its lateness, the garbage collector had stopped all
 *     threads, to about a millisecond; known some milliseconds later, and only of iterations that
 *     are one of the three above
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
        Duration gcPause) {

    /**
     * Explains why the next iteration could not begin in time.
     *
     * @return such as {@code policy took 31.204 ms} or {@code woke 12.100 ms late}, {@code gc}
     *     where at least half of that were pauses of the garbage collector, or null where it could
     */
    public @Nullable String cause() {
        if (!this.overrun && !this.wokeLate) {
            return null;
        }
        Duration lost = this.overrun ? phase(longest()) : this.lateness;
        if (!this.gcPause.isZero() && this.gcPause.multipliedBy(2).compareTo(lost) >= 0) {
            return "gc";
        }
        return this.overrun
                ? "%s took %s ms".formatted(longest(), Millis.of(lost))
                : "woke %s ms late".formatted(Millis.of(lost));
    }

    private SessionPhase longest() {
        SessionPhase longest = SessionPhase.OBSERVE;
        for (SessionPhase phase : List.of(SessionPhase.POLICY, SessionPhase.ACT)) {
            if (phase(phase).compareTo(phase(longest)) > 0) {
                longest = phase;
            }
        }
        return longest;
    }

    private Duration phase(SessionPhase phase) {
        return switch (phase) {
            case OBSERVE -> this.observe;
            case POLICY -> this.policy;
            default -> this.act;
        };
    }
}
