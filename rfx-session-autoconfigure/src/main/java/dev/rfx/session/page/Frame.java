package dev.rfx.session.page;

import dev.rfx.session.actuate.SessionDescriptor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of the page at one instant.
 *
 * @param time time of the frame, in milliseconds since 1970
 * @param commands whether the page accepts commands
 * @param bins labels of the bars of the histograms
 * @param sessions the sessions by bean name, except those that cannot be read
 */
record Frame(long time, boolean commands, List<String> bins, Map<String, View> sessions) {

    /**
     * One session.
     *
     * @param session the session as in the endpoint, with its last iterations if it has failed
     * @param uptimeSeconds elapsed time of the current or last run
     * @param rateHz the rate in the last seconds
     * @param joints the names of the joints, or empty
     * @param min smallest command by the limits of the session: one for all joints, one for each,
     *     or empty
     * @param max largest command, likewise
     * @param savableSeconds time that {@code SAVE_RECORDING} saves, or null if the session does not
     *     keep its last iterations
     * @param histogram the number of periods in each of the {@link PeriodBins}
     * @param points the new points of the plots
     */
    record View(
            SessionDescriptor session,
            double uptimeSeconds,
            double rateHz,
            List<String> joints,
            List<Float> min,
            List<Float> max,
            @Nullable Double savableSeconds,
            int[] histogram,
            List<Point> points) {}
}
