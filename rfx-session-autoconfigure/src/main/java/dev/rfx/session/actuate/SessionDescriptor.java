package dev.rfx.session.actuate;

import dev.rfx.session.Session;
import dev.rfx.session.SessionSnapshot;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionTotals;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session as the endpoint shows it.
 *
 * @param name the name it has in logs
 * @param state the state
 * @param rateHz the rate it is to keep
 * @param actualRateHz the rate it keeps, over the window
 * @param stats the statistics, under the keys of {@link dev.rfx.session.SessionStats#toMap()}
 * @param windowOverrunRatio the share of overruns among the iterations in the window
 * @param lastIterationAgeMillis time since the last iteration was completed, or null when the loop
 *     does not run
 * @param stalled whether that is too long
 * @param totals what happened in all runs
 * @param failure what ended the current or last run, or null
 * @param restart the restarts, or null if they are not configured
 * @param robot what the robot tells about itself: figures by name, those of joints by joint below
 *     it
 * @param recent the last iterations of the current or last run, oldest first; null in a list of
 *     sessions
 */
public record SessionDescriptor(
        String name,
        SessionState state,
        double rateHz,
        double actualRateHz,
        Map<String, Number> stats,
        double windowOverrunRatio,
        @Nullable Long lastIterationAgeMillis,
        boolean stalled,
        SessionTotals totals,
        @Nullable FailureDescriptor failure,
        @Nullable RestartDescriptor restart,
        Map<String, Object> robot,
        @Nullable List<IterationDescriptor> recent) {

    /** With all that there is to tell. */
    static SessionDescriptor of(Session session) {
        return of(session, session.snapshot());
    }

    /** As of one instant, with all that there is to tell. */
    static SessionDescriptor of(Session session, SessionSnapshot snapshot) {
        return of(
                session,
                snapshot,
                session.recentIterations().stream().map(IterationDescriptor::of).toList());
    }

    /** Without the iterations, for a list of sessions. */
    static SessionDescriptor summaryOf(Session session) {
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
                snapshot.sinceLastIteration() == null
                        ? null
                        : snapshot.sinceLastIteration().toMillis(),
                snapshot.stalled(),
                session.totals(),
                FailureDescriptor.of(snapshot.failure()),
                RestartDescriptor.of(snapshot.restart()),
                RobotDetails.of(session.readings()),
                recent);
    }
}
