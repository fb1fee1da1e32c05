package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a {@link RestartPolicy} has got.
 *
 * @param attempts how many restarts count against the limit now
 * @param maxAttempts the limit
 * @param startsIn the time until the next run starts, or null when none is awaited
 */
public record RestartStatus(int attempts, int maxAttempts, @Nullable Duration startsIn) {}
