package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether and when a session starts again by itself after a failure. Any thread may call
 * {@link #attempts()} and {@link #maxAttempts()}; every method must return at once.
 *
 * @since 0.1
 */
public interface RestartPolicy {

    /**
     * Called once for every run that failed and was not stopped, when the robot is in its safe
     * state. The caller is the thread that ends the run: a delay here delays the report of the
     * failure.
     *
     * @param failure the failure that ended the run
     * @return the delay before the next run starts, not negative; null to leave the session failed
     */
    @Nullable Duration delayAfter(SessionException failure);

    /** {@return the number of restarts that currently count against the limit} */
    int attempts();

    /** {@return the limit of the number of restarts} */
    int maxAttempts();
}
