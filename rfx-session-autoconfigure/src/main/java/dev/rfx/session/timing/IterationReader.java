package dev.rfx.session.timing;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the iterations of a session in order, each once, through all its runs. It never makes the
 * loop wait. The loop keeps the last 4096 iterations; a reader that reads less often than that
 * loses some, and {@link #lost()} counts them.
 *
 * <p>A reader belongs to one thread at a time. A session may have any number of readers.
 *
 * @since 0.1
 */
public final class IterationReader {

    private final Supplier<@Nullable TimingRecorder> current;
    private @Nullable TimingRecorder recorder;
    private IterationRing.Position position = new IterationRing.Position();
    private long lost;

    /**
     * Creates a reader. Internal: applications get one from {@code Session.iterationReader()}.
     *
     * @param current returns the recorder of the current or last run, or null before the first run
     */
    public IterationReader(Supplier<@Nullable TimingRecorder> current) {
        this.current = current;
    }

    /**
     * Passes on the iterations completed since the previous call; in the first call, those of the
     * current or last run.
     *
     * @param sink receives them, in order
     */
    public void read(IterationSink sink) {
        TimingRecorder now = this.current.get();
        if (this.recorder != null) {
            read(this.recorder, sink);
        }
        if (now != null && now != this.recorder) {
            this.recorder = now;
            this.position = new IterationRing.Position();
            read(now, sink);
        }
    }

    private void read(TimingRecorder from, IterationSink sink) {
        this.lost += from.read(this.position, sink);
    }

    /**
     * {@return the number of iterations, over all calls, that were overwritten before they were
     * read} Iterations of a run that began and ended between two calls are not counted.
     */
    public long lost() {
        return this.lost;
    }
}
