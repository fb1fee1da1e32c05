package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The restarts of a session at one instant.
 *
 * @param attempts the number of restarts that count against the limit
 * @param maxAttempts the limit
 * @param startsIn the time until the next run starts, or null if no restart is pending
 * @since 0.1
 */
public record RestartStatus(int attempts, int maxAttempts, @Nullable Duration startsIn) {}
