package dev.rfx.session.actuate;

import dev.rfx.session.EngageState;
import dev.rfx.session.Session;
import dev.rfx.session.SessionSnapshot;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionStats;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session in the endpoint. All times are in seconds.
 *
 * @param name the name in logs
 * @param state the state
 * @param rateHz the target rate
 * @param actualRateHz the actual rate over the window
 * @param stats the statistics, under the keys of {@link SessionStats#toMap()}
 * @param windowOverrunRatio the share of overruns among the iterations in the window
 * @param lastIterationAgeSeconds time since the last completed iteration, or null when the loop
 *     does not run
 * @param stalled whether the loop makes no progress
 * @param engage what the engage guard does with the actions
 * @param policy what the policy is, see {@link dev.rfx.session.Policy#details()}
 * @param totals the totals of all runs
 * @param failure the failure of the current or last run, or null
 * @param restart the restarts, or null if they are not configured
 * @param recording the recording, or null if the session is not recorded
 * @param robot the readings of the robot: values by name, values of joints by name and joint
 * @param recent the last iterations of the current or last run, oldest first; null in a summary
 * @since 0.1
 */
public record SessionDescriptor(
        String name,
        SessionState state,
        double rateHz,
        double actualRateHz,
        Map<String, Number> stats,
        double windowOverrunRatio,
        @Nullable Double lastIterationAgeSeconds,
        boolean stalled,
        EngageState engage,
        Map<String, String> policy,
        TotalsDescriptor totals,
        @Nullable FailureDescriptor failure,
        @Nullable RestartDescriptor restart,
        @Nullable RecordingDescriptor recording,
        Map<String, Object> robot,
        @Nullable List<IterationDescriptor> recent) {

    /**
     * Describes a session with its last iterations.
     *
     * @param session the session
     * @return the session as of now
     */
    public static SessionDescriptor of(Session session) {
        return of(session, session.snapshot());
    }

    /** Describes a session as of one instant, with its last iterations. */
    static SessionDescriptor of(Session session, SessionSnapshot snapshot) {
        return of(
                session,
                snapshot,
                session.recentIterations().stream().map(IterationDescriptor::of).toList());
    }

    /**
     * Describes a session without its last iterations.
     *
     * @param session the session
     * @return the session as of now
     */
    public static SessionDescriptor summaryOf(Session session) {
        return of(session, session.snapshot(), null);
    }

    private static SessionDescriptor of(
            Session session, SessionSnapshot snapshot, @Nullable List<IterationDescriptor> recent) {
        return new SessionDescriptor(
                session.name(),
                snapshot.state(),
                session.options().rateHz(),
                snapshot.actualRateHz(),
                snapshot.stats().toMap(),
                snapshot.windowOverrunRatio(),
                Seconds.secondsOrNull(snapshot.sinceLastIteration()),
                snapshot.stalled(),
                snapshot.engage(),
                session.policyDetails(),
                TotalsDescriptor.of(session.totals()),
                FailureDescriptor.of(snapshot.failure()),
                RestartDescriptor.of(snapshot.restart()),
                RecordingDescriptor.of(session.recordingStatus()),
                RobotDetails.of(session.readings()),
                recent);
    }
}
