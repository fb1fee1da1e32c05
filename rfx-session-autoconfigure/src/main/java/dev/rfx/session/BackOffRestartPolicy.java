package dev.rfx.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Restarts with growing delays, and with a limited number within a sliding window, as {@link
 * RestartOptions} define. Any thread; no control thread waits for it, because the run has ended
 * when it is called.
 */
final class BackOffRestartPolicy implements RestartPolicy {

    private final RestartOptions options;
    private final LongSupplier nanoTime;
    private final Deque<Long> attempts = new ArrayDeque<>(); // guarded by this
    private double nextDelayNanos; // guarded by this

    BackOffRestartPolicy(RestartOptions options, LongSupplier nanoTime) {
        this.options = options;
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized @Nullable Duration delayAfter(SessionException failure) {
        long now = this.nanoTime.getAsLong();
        forgetBefore(now);
        if (this.attempts.isEmpty()) {
            this.nextDelayNanos = this.options.initialDelay().toNanos();
        }
        if (this.attempts.size() >= this.options.maxAttempts()) {
            return null;
        }
        long delay = (long) this.nextDelayNanos;
        this.nextDelayNanos =
                Math.min(
                        this.nextDelayNanos * this.options.multiplier(),
                        this.options.maxDelay().toNanos());
        this.attempts.addLast(now);
        return Duration.ofNanos(delay);
    }

    @Override
    public synchronized int attempts() {
        forgetBefore(this.nanoTime.getAsLong());
        return this.attempts.size();
    }

    @Override
    public int maxAttempts() {
        return this.options.maxAttempts();
    }

    private void forgetBefore(long now) {
        long window = this.options.window().toNanos();
        while (!this.attempts.isEmpty() && now - this.attempts.getFirst() > window) {
            this.attempts.removeFirst();
        }
    }
}
