package dev.rfx.session.actuate;

import dev.rfx.session.Session;
import dev.rfx.session.SessionSnapshot;
import dev.rfx.session.SessionState;
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
 * @param failure what ended the current or last run, or null
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
        @Nullable FailureDescriptor failure) {

    static SessionDescriptor of(Session session) {
        SessionSnapshot snapshot = session.snapshot();
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
                FailureDescriptor.of(snapshot.failure()));
    }
}
