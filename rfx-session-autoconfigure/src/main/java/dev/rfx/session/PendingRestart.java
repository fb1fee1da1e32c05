package dev.rfx.session;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A restart that begins when its delay is over and the listeners have received the failure. Any
 * thread. Compared by identity with {@link Runs#pending()}: a restart that is no longer there does
 * not begin.
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
     * @param failure the failure of the last run
     * @param due the clock's reading at the end of the delay
     * @param status the status that listeners receive
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

    /** {@return true to the one caller that meets the last condition} */
    boolean meetCondition() {
        return this.met.incrementAndGet() == CONDITIONS;
    }

    /** Stores what ends the timer, and ends it at once if the restart was cancelled before. */
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
