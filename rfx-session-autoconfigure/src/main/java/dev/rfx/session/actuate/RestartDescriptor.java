package dev.rfx.session.actuate;

import dev.rfx.session.RestartStatus;
import org.jspecify.annotations.Nullable;

/**
 * The restarts of a session in health and endpoint.
 *
 * @param attempts the number of restarts that count against the limit now
 * @param maxAttempts the limit
 * @param startsInSeconds the time until the next run starts, or null if no restart is pending
 * @since 0.1
 */
public record RestartDescriptor(int attempts, int maxAttempts, @Nullable Double startsInSeconds) {

    static @Nullable RestartDescriptor of(@Nullable RestartStatus restart) {
        return restart == null
                ? null
                : new RestartDescriptor(
                        restart.attempts(),
                        restart.maxAttempts(),
                        Seconds.secondsOrNull(restart.startsIn()));
    }
}
