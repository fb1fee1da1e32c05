package dev.rfx.session.sample.live;

import dev.rfx.session.actuate.SessionDescriptor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that the page shows, at one instant.
 *
 * @param time when, in milliseconds since 1970
 * @param commands where sessions can be commanded, a path from the page's folder, or null where
 *     they cannot
 * @param bins what the bars of the histograms are
 * @param sessions the sessions by bean name, but for those that cannot be read
 */
record Frame(long time, @Nullable String commands, List<String> bins, Map<String, View> sessions) {

    /**
     * One session.
     *
     * @param session what the endpoint shows; its last iterations only when it has failed
     * @param uptimeSeconds how long it has run
     * @param rateHz its rate in the last seconds
     * @param joints the names of the joints, or empty
     * @param histogram how many periods each of the {@link PeriodBins} has
     * @param points what is new in the plots
     */
    record View(
            SessionDescriptor session,
            double uptimeSeconds,
            double rateHz,
            List<String> joints,
            int[] histogram,
            List<Point> points) {}
}
