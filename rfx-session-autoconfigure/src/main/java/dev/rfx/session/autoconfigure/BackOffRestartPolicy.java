package dev.rfx.session.autoconfigure;

import dev.rfx.session.RestartPolicy;
import dev.rfx.session.SessionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Restarts with back-off, up to a number of times within a sliding window. The back-off is reset
 * when the window is empty. Any thread.
 */
final class BackOffRestartPolicy implements RestartPolicy {

    private final BackOff backOff;
    private final int maxAttempts;
    private final long windowNanos;
    private final LongSupplier nanoTime;

    // Guarded by this. A control loop never waits for the lock: it has ended before.
    private final Deque<Long> attempts = new ArrayDeque<>();
    private BackOffExecution execution;

    BackOffRestartPolicy(BackOff backOff, int maxAttempts, Duration window, LongSupplier nanoTime) {
        this.backOff = backOff;
        this.maxAttempts = maxAttempts;
        this.windowNanos = window.toNanos();
        this.nanoTime = nanoTime;
        this.execution = backOff.start();
    }

    @Override
    public synchronized @Nullable Duration delayAfter(SessionException failure) {
        long now = this.nanoTime.getAsLong();
        forgetBefore(now);
        if (this.attempts.isEmpty()) {
            this.execution = this.backOff.start();
        }
        if (this.attempts.size() >= this.maxAttempts) {
            return null;
        }
        long delay = this.execution.nextBackOff();
        if (delay == BackOffExecution.STOP) {
            return null;
        }
        this.attempts.addLast(now);
        return Duration.ofMillis(delay);
    }

    @Override
    public synchronized int attempts() {
        forgetBefore(this.nanoTime.getAsLong());
        return this.attempts.size();
    }

    @Override
    public int maxAttempts() {
        return this.maxAttempts;
    }

    private void forgetBefore(long now) {
        while (!this.attempts.isEmpty() && now - this.attempts.getFirst() > this.windowNanos) {
            this.attempts.removeFirst();
        }
    }
}
