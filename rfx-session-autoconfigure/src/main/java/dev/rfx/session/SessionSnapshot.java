package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A session at one instant, for whoever shows or judges it.
 *
 * @param state the state
 * @param stats the statistics of the current or last run
 * @param windowIterations the iterations in the statistics' window
 * @param windowOverruns how many of those were overruns
 * @param sinceLastIteration time since the last completed iteration, or since the loop began where
 *     there is none yet; null when the loop has not begun or has ended
 * @param stalled whether the control thread hangs: that time is longer than the watchdog's timeout,
 *     or the run has not ended within the stop timeout
 * @param failure the failure of the current or last run, or null
 * @param restart how far the restart policy has got, or null if there is none
 */
public record SessionSnapshot(
        SessionState state,
        SessionStats stats,
        long windowIterations,
        long windowOverruns,
        @Nullable Duration sinceLastIteration,
        boolean stalled,
        @Nullable SessionException failure,
        @Nullable RestartStatus restart) {

    /**
     * Returns the rate at which iterations really began, over the window.
     *
     * @return the rate in Hz, 0 while there is no period in the window
     */
    public double actualRateHz() {
        double period = this.stats.avgPeriodSeconds();
        return period > 0 ? 1 / period : 0;
    }

    /**
     * Returns the share of overruns among the iterations in the window.
     *
     * @return 0 to 1, 0 while the window is empty
     */
    public double windowOverrunRatio() {
        return this.windowIterations > 0 ? (double) this.windowOverruns / this.windowIterations : 0;
    }
}
