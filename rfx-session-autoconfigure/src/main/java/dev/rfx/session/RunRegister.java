package dev.rfx.session;

import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Holds the current run of a session, and decides by compare-and-set of one value, {@link Runs},
 * which of several callers starts, stops or restarts it. Any thread.
 */
final class RunRegister {

    private final SessionContext context;
    private final AtomicReference<Runs> runs = new AtomicReference<>(Runs.NONE);
    private final Restarts restarts;
    private volatile @Nullable Object device;

    /** Creates a register without a run. */
    RunRegister(SessionContext context) {
        this.context = context;
        this.restarts = new Restarts(context, this.runs, this::restart);
    }

    Restarts restarts() {
        return this.restarts;
    }

    /** {@return the present value} */
    Runs runs() {
        return this.runs.get();
    }

    /** {@return the current or last run, or null before the first one} */
    @Nullable SessionRun current() {
        return this.runs.get().current();
    }

    /** {@return the record of the current or last run, or null before the first one} */
    @Nullable TimingRecorder currentRecorder() {
        SessionRun current = current();
        return current == null ? null : current.recorder();
    }

    /**
     * Lets the caller join the run in progress, or installs the next run. An installed run holds
     * the robot and the shutdown hook, and the caller begins it.
     *
     * @param duration the limit of a run that is installed, or null
     * @param restartable which failures of the run a restart may follow, as far as this caller is
     *     concerned
     */
    Claim claim(@Nullable Duration duration, Runs.Restartable restartable) {
        while (true) {
            Runs before = this.runs.get();
            SessionRun current = before.current();
            if (current != null) {
                SessionState state = current.state();
                if (state == SessionState.STARTING || state == SessionState.RUNNING) {
                    // One step: the restart of a failed run is planned in this value, too. So
                    // either the plan sees the rule, or this caller sees the plan.
                    if (this.runs.compareAndSet(before, before.restrictedTo(restartable))) {
                        return new Claim(current, false);
                    }
                    continue;
                }
                if (!current.control().hasEnded() && current.control().isRobotThread()) {
                    throw new IllegalStateException(
                            "Session '%s' cannot be started from within a run that is ending"
                                    .formatted(this.context.name()));
                }
                if (restartable != Runs.Restartable.ALWAYS && before != before.dismissed()) {
                    // Whatever is thrown from here on, this caller handles it, and no restart
                    // follows.
                    if (this.runs.compareAndSet(before, before.dismissed())) {
                        before.cancelRestart();
                    }
                    continue;
                }
                current.control().awaitEnd();
            }
            Claim next = new Claim(newRun(duration), true);
            if (install(before, next.run(), before.totals(), restartable)) {
                return next;
            }
        }
    }

    /** Starts the next run after a failure, unless another caller was faster. */
    private void restart(Runs before) {
        SessionRun next = newRun(this.context.options().duration());
        SessionTotals totals = before.totals().plus(SessionTotals.ONE_RESTART);
        if (install(before, next, totals, Runs.Restartable.ALWAYS)) {
            next.begin();
        }
    }

    /**
     * Replaces an ended run. Of several callers one succeeds; the others check again. Nothing is
     * allocated between the replacement and the begin of the run.
     */
    private boolean install(
            Runs before, SessionRun next, SessionTotals totals, Runs.Restartable restartable) {
        boolean installed = false;
        next.reserve();
        try {
            installed = this.runs.compareAndSet(before, before.then(next, totals, restartable));
        } finally {
            if (!installed) {
                next.discard();
            }
        }
        if (installed) {
            before.cancelRestart();
        }
        return installed;
    }

    private SessionRun newRun(@Nullable Duration duration) {
        return new SessionRun(
                this.context, device(), duration, this.restarts::plan, this::dismissCurrent);
    }

    /**
     * Read at the first start, not by the constructor: the robot may be a proxy of a bean that is
     * created later. A restart follows a start, so the watchdog never reads it.
     */
    private Object device() {
        Object known = this.device;
        if (known == null) {
            Robot<?, ?> robot = this.context.unlimitedRobot();
            // A mock returns null, and nullness is not checked there.
            known = Objects.requireNonNullElse(robot.device(), robot);
            this.device = known;
        }
        return known;
    }

    /**
     * Asks the current run to end, and makes sure that no restart follows. The request comes first,
     * and nothing here allocates: the robot is stopped even if the heap is full. The loop ends when
     * the replaced value is the one whose run was asked, so that a run that is installed meanwhile
     * is asked as well.
     */
    @Nullable SessionRun dismissCurrent() {
        while (true) {
            Runs seen = this.runs.get();
            SessionRun current = seen.current();
            if (current != null) {
                current.control().requestStop();
            }
            if (this.runs.compareAndSet(seen, seen.dismissed())) {
                seen.cancelRestart();
                return current;
            }
        }
    }

    /** As {@link #dismissCurrent()}, for one run: a later one belongs to another caller. */
    void dismiss(SessionRun run) {
        run.control().requestStop();
        while (true) {
            Runs seen = this.runs.get();
            if (seen.current() != run) {
                return;
            }
            if (this.runs.compareAndSet(seen, seen.dismissed())) {
                seen.cancelRestart();
                return;
            }
        }
    }

    /** {@return whether a run is active or a restart is pending, as of one instant} */
    boolean isActiveOrAwaitsRestart() {
        while (true) {
            Runs now = this.runs.get();
            SessionRun current = now.current();
            if (now.pending() != null || (current != null && current.state().isActive())) {
                return true;
            }
            // A restart is planned before the state says FAILED: an unchanged value has none.
            if (this.runs.get() == now) {
                return false;
            }
        }
    }

    /**
     * A run that the caller starts, or joins.
     *
     * @param own whether the caller installed it, and so begins it with its duration
     */
    record Claim(SessionRun run, boolean own) {

        void begin() {
            if (this.own) {
                this.run.begin();
            }
        }
    }
}
