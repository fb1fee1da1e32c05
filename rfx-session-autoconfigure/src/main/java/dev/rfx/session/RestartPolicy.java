package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides whether and when a session starts again by itself after a failure. */
public interface RestartPolicy {

    /**
     * Is asked once for every run that failed and that nobody has told to stop, as soon as the
     * robot is in its safe state. Called on a thread of the session that has other things to do: it
     * answers at once.
     *
     * @param failure what ended the run
     * @return how long to wait before the next run starts, or null to leave the session failed
     */
    @Nullable Duration delayAfter(SessionException failure);

    /**
     * Tells how many restarts count against the policy's limit now.
     *
     * @return the number of attempts
     */
    int attempts();

    /**
     * Tells how many are allowed.
     *
     * @return the limit
     */
    int maxAttempts();
}
