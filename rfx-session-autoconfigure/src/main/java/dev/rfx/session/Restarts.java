package dev.rfx.session;

import dev.rfx.session.support.Loggers;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Starts a session again after a failure, as its {@link RestartPolicy} decides. A restart is
 * planned on the thread that ends the failed run, and begins on the watchdog's thread or the events
 * thread.
 *
 * <p>The one value {@link Runs} decides between a restart and a stop: a stop that comes first
 * forbids the restart; a later one ends the restarted run.
 */
final class Restarts {

    private static final Logger logger = Loggers.LIFECYCLE;

    /** How long a restart waits, after its delay, for listeners that have not returned. */
    private static final Duration LISTENERS_TIMEOUT = Duration.ofSeconds(1);

    private final SessionView session;
    private final AtomicReference<Runs> runs;
    private final Notifier notifier;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Consumer<Runs> starter;
    private volatile @Nullable RestartPolicy policy;

    /**
     * Creates restarts with the policy that the options describe.
     *
     * @param starter starts the run that follows a register with a pending restart, unless another
     *     caller starts or stops the session first
     */
    Restarts(SessionContext context, AtomicReference<Runs> runs, Consumer<Runs> starter) {
        this.session = context.session();
        this.runs = runs;
        this.notifier = context.notifier();
        this.clock = context.clock();
        this.scheduler = context.scheduler();
        this.starter = starter;
        RestartOptions options = context.options().restart();
        if (options.maxAttempts() > 0) {
            this.policy = new BackOffRestartPolicy(options, context.clock()::nanoTime);
        }
    }

    void setPolicy(@Nullable RestartPolicy policy) {
        this.policy = policy;
    }

    /**
     * Plans what follows a failed run whose robot is no longer called. Calls the policy, which is
     * the user's, and therefore never runs on a thread that serves other sessions.
     *
     * @return the plan, or null if nothing follows
     */
    @Nullable RestartPlan plan(SessionRun failed, SessionException failure) {
        RestartPolicy policy = this.policy;
        if (policy == null || !this.runs.get().mayRestart(failed)) {
            return null;
        }
        PendingRestart pending;
        try {
            Duration delay = policy.delayAfter(failure);
            if (delay == null) {
                return new RestartPlan(null, () -> giveUp(failure));
            }
            if (delay.isNegative()) {
                throw new IllegalArgumentException(
                        "The delay of a restart is %s, but must not be negative".formatted(delay));
            }
            pending =
                    new PendingRestart(
                            failure,
                            this.clock.nanoTime() + delay.toNanos(),
                            new RestartStatus(policy.attempts(), policy.maxAttempts(), delay));
        } catch (Throwable ex) {
            return new RestartPlan(
                    null, () -> giveUp(failure, "The restart policy of session '{}' failed", ex));
        }
        boolean forbidden =
                this.runs.updateAndGet(now -> now.await(failed, pending)).pending() != pending;
        return forbidden ? null : new RestartPlan(pending.status(), () -> schedule(pending));
    }

    private void schedule(PendingRestart pending) {
        try {
            SessionView session = this.session;
            RestartStatus status = pending.status();
            // Listeners receive the failure before this. What they then read of the session is
            // still that of the failed run.
            this.notifier.report(
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
        pending.cancel(); // the timer for slow listeners may still be set
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
        this.notifier.execute(() -> logger.error(message, name, reason));
        giveUp(failure);
    }

    private void giveUp(SessionException failure) {
        SessionView session = this.session;
        this.notifier.report(listener -> listener.restartsExhausted(session, failure));
    }

    /** {@return the restarts as of now, or null without a policy} */
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
