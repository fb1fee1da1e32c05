package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a session again after a failure, as its {@link RestartPolicy} says. A restart is planned
 * on the thread that ends the failed run, and begins on the watchdog's or the listeners' thread.
 *
 * <p>The one value {@link Runs} decides between a restart and a stop: a stop that comes first
 * forbids the restart, one that comes later ends the restarted run.
 */
final class Restarts {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

    /** How long a restart waits for listeners that have not returned when its delay is over. */
    private static final Duration LISTENERS_TIMEOUT = Duration.ofSeconds(1);

    private final Session session;
    private final AtomicReference<Runs> runs;
    private final Notifier notifier;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Consumer<Runs> starter;
    private volatile @Nullable RestartPolicy policy;

    /**
     * @param starter starts the run that follows a register with a pending restart, unless another
     *     caller starts or stops the session first
     */
    Restarts(
            Session session,
            AtomicReference<Runs> runs,
            Notifier notifier,
            Clock clock,
            Scheduler scheduler,
            Consumer<Runs> starter) {
        this.session = session;
        this.runs = runs;
        this.notifier = notifier;
        this.clock = clock;
        this.scheduler = scheduler;
        this.starter = starter;
    }

    void setPolicy(@Nullable RestartPolicy policy) {
        this.policy = policy;
    }

    /**
     * Plans what follows a run that failed and whose robot is not called any more. Asks the policy,
     * which is the user's: never called on a thread that other sessions need.
     *
     * @return what to do when the listeners' thread has the failure in its queue, or null
     */
    @Nullable Runnable plan(SessionRun failed, SessionException failure) {
        RestartPolicy policy = this.policy;
        if (policy == null || !this.runs.get().mayRestart(failed)) {
            return null;
        }
        PendingRestart pending;
        try {
            Duration delay = policy.delayAfter(failure);
            if (delay == null) {
                return () -> giveUp(failure);
            }
            if (delay.isNegative()) {
                throw new IllegalArgumentException("The delay of a restart is " + delay);
            }
            pending =
                    new PendingRestart(
                            failure,
                            this.clock.nanoTime() + delay.toNanos(),
                            new RestartStatus(policy.attempts(), policy.maxAttempts(), delay));
        } catch (Throwable ex) {
            return () -> giveUp(failure, "The restart policy of session '{}' failed", ex);
        }
        boolean forbidden =
                this.runs.updateAndGet(now -> now.await(failed, pending)).pending() != pending;
        return forbidden ? null : () -> schedule(pending);
    }

    private void schedule(PendingRestart pending) {
        try {
            Session session = this.session;
            RestartStatus status = pending.status();
            // Listeners learn of the failure before this: what they then read of the session is
            // still of the failed run.
            this.notifier.tell(
                    listener -> listener.restarting(session, status),
                    () -> {
                        if (pending.meetCondition()) {
                            begin(pending);
                        }
                    });
            Duration delay = Objects.requireNonNull(status.startsIn());
            pending.timer(this.scheduler.after(delay, () -> delayIsOver(pending)));
        } catch (Throwable ex) {
            abandon(pending, ex);
        }
    }

    private void delayIsOver(PendingRestart pending) {
        if (pending.meetCondition()) {
            begin(pending);
            return;
        }
        try {
            pending.timer(this.scheduler.after(LISTENERS_TIMEOUT, () -> begin(pending)));
        } catch (Throwable ex) {
            abandon(pending, ex);
        }
    }

    private void begin(PendingRestart pending) {
        Runs before = this.runs.get();
        if (before.pending() != pending) {
            return;
        }
        try {
            this.starter.accept(before);
        } catch (Throwable ex) {
            abandon(pending, ex);
        }
        pending.cancel(); // there may be a timer for listeners that took their time
    }

    /** The restart cannot come: no memory, no thread, the robot is taken, or the JVM ends. */
    private void abandon(PendingRestart pending, Throwable reason) {
        Runs seen;
        do { // no lambda: it would allocate
            seen = this.runs.get();
        } while (!this.runs.compareAndSet(seen, seen.abandon(pending)));
        if (seen.pending() == pending && !(reason instanceof JvmEndsException)) {
            giveUp(pending.failure(), "Session '{}' cannot be restarted", reason);
        }
    }

    private void giveUp(SessionException failure, String message, Throwable reason) {
        String name = this.session.name();
        this.notifier.execute(() -> logger.error(message, name, reason), () -> {});
        giveUp(failure);
    }

    private void giveUp(SessionException failure) {
        Session session = this.session;
        this.notifier.tell(listener -> listener.restartsExhausted(session, failure), () -> {});
    }

    /** Describes the restarts as of now, or returns null where there are none. */
    @Nullable RestartStatus status(@Nullable PendingRestart pending) {
        if (pending != null) {
            Duration rest = Duration.ofNanos(Math.max(pending.due() - this.clock.nanoTime(), 0));
            return new RestartStatus(
                    pending.status().attempts(), pending.status().maxAttempts(), rest);
        }
        RestartPolicy policy = this.policy;
        if (policy == null) {
            return null;
        }
        try {
            return new RestartStatus(policy.attempts(), policy.maxAttempts(), null);
        } catch (Throwable ex) {
            return null; // the policy is the user's, and health does not fail with it
        }
    }
}
