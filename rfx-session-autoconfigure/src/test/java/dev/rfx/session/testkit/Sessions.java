package dev.rfx.session.testkit;

import dev.rfx.session.Session;
import dev.rfx.session.SessionSnapshot;
import java.time.Duration;

/** Waits for sessions in real time. */
public final class Sessions {

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private Sessions() {}

    /**
     * Waits until the current run has completed a number of iterations.
     *
     * @throws AssertionError if the session is not active any more, or a minute has passed
     */
    public static void awaitIterations(Session session, long iterations) {
        long begin = System.nanoTime();
        while (session.stepCount() < iterations) {
            SessionSnapshot now = session.snapshot();
            boolean isLate = System.nanoTime() - begin > TIMEOUT.toNanos();
            if ((isLate || !now.state().isActive()) && session.stepCount() < iterations) {
                throw new AssertionError(
                        "Session '%s' is %s after %d of %d iterations%s"
                                .formatted(
                                        session.name(),
                                        now.state(),
                                        session.stepCount(),
                                        iterations,
                                        isLate ? " and " + TIMEOUT : ""),
                        now.failure());
            }
            Thread.onSpinWait();
        }
    }
}
