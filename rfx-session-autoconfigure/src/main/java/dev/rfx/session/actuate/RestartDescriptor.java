package dev.rfx.session.actuate;

import dev.rfx.session.RestartStatus;
import org.jspecify.annotations.Nullable;

/**
 * Restarts as they are shown to an operator.
 *
 * @param attempts how many restarts count against the limit now
 * @param maxAttempts the limit
 * @param startsInMillis the time until the next run starts, or null when none is awaited
 */
public record RestartDescriptor(int attempts, int maxAttempts, @Nullable Long startsInMillis) {

    static @Nullable RestartDescriptor of(@Nullable RestartStatus restart) {
        return restart == null
                ? null
                : new RestartDescriptor(
                        restart.attempts(),
                        restart.maxAttempts(),
                        restart.startsIn() == null ? null : restart.startsIn().toMillis());
    }
}
