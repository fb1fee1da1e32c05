package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * The current or last run of a session, the totals of the runs before it, and what may follow it.
 * Immutable, and always replaced as a whole: a reader of the totals neither misses a run nor counts
 * it twice, and of a restart and a stop exactly one comes first. Any thread.
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

    /** The value that a stop replaces this with. Created in advance: the heap may be full then. */
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

    /** {@return the restart that follows the current run, which has failed, or null} */
    @Nullable PendingRestart pending() {
        return this.pending;
    }

    /** {@return whether a restart may follow a failure of this run} */
    boolean mayRestart(SessionRun failed) {
        return this.current == failed
                && (this.restartable == Restartable.ALWAYS
                        || (this.restartable == Restartable.ONCE_BEGUN && failed.loopBegan()));
    }

    /**
     * {@return this with the next run in the place of the current one}
     *
     * @param totals the totals of all runs up to now; the current one has ended, so they are final
     */
    Runs then(SessionRun next, SessionTotals totals, Restartable restartable) {
        return new Runs(next, totals, restartable, null);
    }

    /** {@return this with a rule that is at least as strict} Used when a further caller joins. */
    Runs restrictedTo(Restartable rule) {
        return rule.compareTo(this.restartable) <= 0
                ? this
                : new Runs(
                        this.current,
                        this.before,
                        rule,
                        rule == Restartable.NEVER ? null : this.pending);
    }

    /** {@return this without a restart, now or later} Allocates nothing. */
    Runs dismissed() {
        return this.dismissed;
    }

    /** {@return this with a pending restart, or unchanged if none may follow the run} */
    Runs await(SessionRun failed, PendingRestart restart) {
        return mayRestart(failed) ? new Runs(failed, this.before, this.restartable, restart) : this;
    }

    /**
     * {@return this without a restart that cannot begin} Allocates nothing: the heap may be full.
     */
    Runs abandon(PendingRestart restart) {
        return this.pending == restart ? this.dismissed : this;
    }

    /** Ends the timer of the pending restart. Called after this value was replaced. */
    void cancelRestart() {
        if (this.pending != null) {
            this.pending.cancel();
        }
    }

    /** {@return the totals of all runs, including the current one} */
    SessionTotals totals() {
        return this.current == null
                ? this.before
                : this.before.plus(this.current.reports().totals());
    }
}
