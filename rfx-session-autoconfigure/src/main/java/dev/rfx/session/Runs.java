package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * The run in progress or the last one, what the runs before it add up to, and what may follow it.
 * Immutable, and always replaced as a whole: a reader of the totals never misses a run or counts it
 * twice, and of a restart and a stop exactly one comes first.
 */
final class Runs {

    /** Which failures of a run a restart may follow. Ordered: the last is the strictest. */
    enum Restartable {
        /** Every failure. */
        ALWAYS,
        /** A failure after the first iteration has begun: its caller handles a failed start. */
        ONCE_BEGUN,
        /** None: the run is stopped, or its caller handles every failure. */
        NEVER
    }

    static final Runs NONE = new Runs(null, SessionTotals.ZERO, Restartable.NEVER, null);

    private final @Nullable SessionRun current;
    private final SessionTotals before;
    private final Restartable restartable;
    private final @Nullable PendingRestart pending;

    /** What a stop makes of this. It is ready before the stop, when the heap may be full. */
    private final Runs dismissed;

    private Runs(
            @Nullable SessionRun current,
            SessionTotals before,
            Restartable restartable,
            @Nullable PendingRestart pending) {
        this.current = current;
        this.before = before;
        this.restartable = restartable;
        this.pending = pending;
        this.dismissed =
                restartable == Restartable.NEVER
                        ? this
                        : new Runs(current, before, Restartable.NEVER, null);
    }

    @Nullable SessionRun current() {
        return this.current;
    }

    /** The restart that is to follow the current run, which has failed. */
    @Nullable PendingRestart pending() {
        return this.pending;
    }

    /** Whether a restart may follow a failure of this run, as of now. */
    boolean mayRestart(SessionRun failed) {
        return this.current == failed
                && (this.restartable == Restartable.ALWAYS
                        || (this.restartable == Restartable.ONCE_BEGUN && failed.loopBegan()));
    }

    /**
     * Puts the next run in the place of the current one.
     *
     * @param totals what all runs up to now add up to; the current one is over, so they are final
     */
    Runs then(SessionRun next, SessionTotals totals, Restartable restartable) {
        return new Runs(next, totals, restartable, null);
    }

    /** Makes sure that no restart follows that a further caller of the same run does not expect. */
    Runs restrictedTo(Restartable rule) {
        return rule.compareTo(this.restartable) <= 0
                ? this
                : new Runs(
                        this.current,
                        this.before,
                        rule,
                        rule == Restartable.NEVER ? null : this.pending);
    }

    /** No restart follows. Allocates nothing. */
    Runs dismissed() {
        return this.dismissed;
    }

    /** Waits for a restart, where one may follow. */
    Runs await(SessionRun failed, PendingRestart restart) {
        return mayRestart(failed) ? new Runs(failed, this.before, this.restartable, restart) : this;
    }

    /** Gives up a restart that cannot come. Allocates nothing: a full heap may be the reason. */
    Runs abandon(PendingRestart restart) {
        return this.pending == restart ? this.dismissed : this;
    }

    /** Ends the timer of a restart that is not awaited any more. */
    void cancelRestart() {
        if (this.pending != null) {
            this.pending.cancel();
        }
    }

    SessionTotals totals() {
        return this.current == null
                ? this.before
                : this.before.plus(this.current.reports().totals());
    }
}
