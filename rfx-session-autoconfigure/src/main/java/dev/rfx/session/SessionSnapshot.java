package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A session at one instant. While its loop runs, the figures of the window may be up to 50 ms
 * older.
 *
 * @param state the state
 * @param stats the statistics of the current or last run
 * @param windowIterations the iterations in the window of the statistics
 * @param windowOverruns the overruns among them
 * @param sinceLastIteration time since the last completed iteration, or since the begin of the loop
 *     before the first one; null if the loop has not begun or has ended
 * @param stalled whether the control thread makes no progress: that time exceeds the watchdog's
 *     timeout, or the run has not ended within the stop timeout
 * @param engage what the engage guard does with the actions of the current or last run
 * @param failure the failure of the current or last run, or null
 * @param restart the state of the restarts, or null without a restart policy
 * @since 0.1
 */
public record SessionSnapshot(
        SessionState state,
        SessionStats stats,
        long windowIterations,
        long windowOverruns,
        @Nullable Duration sinceLastIteration,
        boolean stalled,
        EngageState engage,
        @Nullable SessionException failure,
        @Nullable RestartStatus restart) {

    static SessionSnapshot beforeTheFirstRun(
            SessionOptions options, @Nullable RestartStatus restart) {
        return new SessionSnapshot(
                SessionState.NEW,
                SessionStats.none(options),
                0,
                0,
                null,
                false,
                EngageGuard.stateBeforeTheFirstAction(options.engage()),
                null,
                restart);
    }

    /**
     * {@return the rate at which iterations began, over the window, in Hz; 0 while the window is
     * empty}
     */
    public double actualRateHz() {
        double period = this.stats.avgPeriodSeconds();
        return period > 0 ? 1 / period : 0;
    }

    /**
     * {@return the share of overruns among the iterations in the window, 0 to 1; 0 while the window
     * is empty}
     */
    public double windowOverrunRatio() {
        return this.windowIterations > 0 ? (double) this.windowOverruns / this.windowIterations : 0;
    }
}
