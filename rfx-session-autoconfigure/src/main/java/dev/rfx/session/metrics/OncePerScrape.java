package dev.rfx.session.metrics;

import dev.rfx.session.Session;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is computed once per scrape and shared by the meters that need it. Micrometer does
 * not announce a scrape, so the value is computed again when a meter reads it a second time, or
 * when it is older than {@link #MAX_AGE_NANOS}. Any thread.
 *
 * @param <T> the type of the value
 */
final class OncePerScrape<T> {

    static final long MAX_AGE_NANOS = 100_000_000;

    private final Function<? super Session, ? extends T> compute;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private final Set<String> readers = new HashSet<>();
    private @Nullable T value;
    private long computedNanos;

    OncePerScrape(Function<? super Session, ? extends T> compute, LongSupplier nanoTime) {
        this.compute = compute;
        this.nanoTime = nanoTime;
    }

    /**
     * Returns the value of this scrape.
     *
     * @param reader name of the meter that reads
     * @param session what the value is computed from; not kept, because meters reference it weakly
     */
    synchronized T read(String reader, Session session) {
        T shared = this.value;
        if (shared == null || isOld() || this.readers.contains(reader)) {
            this.value = null; // if the computation throws, the next reader tries again
            shared = this.compute.apply(session);
            this.computedNanos = this.nanoTime.getAsLong();
            this.readers.clear();
            this.value = shared;
        }
        this.readers.add(reader);
        return shared;
    }

    private boolean isOld() {
        return this.nanoTime.getAsLong() - this.computedNanos > MAX_AGE_NANOS;
    }
}
