package dev.rfx.session;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A restart that is to come when its delay is over and the listeners know of the failure. Any
 * thread. Its identity tells whether it is still the one that is awaited.
 */
final class PendingRestart {

    /** The delay, and the listeners. */
    private static final int CONDITIONS = 2;

    private final SessionException failure;
    private final long due;
    private final RestartStatus status;
    private final AtomicInteger met = new AtomicInteger();
    private volatile boolean cancelled;
    private volatile @Nullable Runnable endOfTimer;

    /**
     * @param failure what ended the last run
     * @param due the clock's reading when the delay is over
     * @param status what listeners are told
     */
    PendingRestart(SessionException failure, long due, RestartStatus status) {
        this.failure = failure;
        this.due = due;
        this.status = status;
    }

    RestartStatus status() {
        return this.status;
    }

    SessionException failure() {
        return this.failure;
    }

    long due() {
        return this.due;
    }

    /** Returns true to the one caller that meets the last condition. */
    boolean meetCondition() {
        return this.met.incrementAndGet() == CONDITIONS;
    }

    /** Remembers how to end the timer, and ends it if the restart was cancelled meanwhile. */
    void timer(Runnable end) {
        this.endOfTimer = end;
        if (this.cancelled) {
            end.run();
        }
    }

    /** Ends the timer. Allocates nothing. */
    void cancel() {
        this.cancelled = true;
        Runnable end = this.endOfTimer;
        if (end != null) {
            end.run();
        }
    }
}
