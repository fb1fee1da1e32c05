package dev.rfx.session;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the iterations of a session one after the other, each once, through all its runs; for
 * whoever wants more than {@link Session#stats()}. It never makes the loop wait. The loop keeps the
 * last 4096 iterations: who reads more seldom than that misses some, and is told how many.
 *
 * <p>Belongs to one thread at a time. There may be as many readers as one likes.
 */
public final class IterationReader {

    private final Supplier<@Nullable SessionRun> current;
    private @Nullable SessionRun run;
    private IterationRing.Position position = new IterationRing.Position();
    private long lost;

    IterationReader(Supplier<@Nullable SessionRun> current) {
        this.current = current;
    }

    /**
     * Hands over the iterations that were completed since the last call; in the first call, those
     * of the current or last run.
     *
     * @param sink takes them, in order
     */
    public void read(IterationSink sink) {
        SessionRun now = this.current.get();
        if (this.run != null) {
            readRun(this.run, sink);
        }
        if (now != null && now != this.run) {
            this.run = now;
            this.position = new IterationRing.Position();
            readRun(now, sink);
        }
    }

    private void readRun(SessionRun from, IterationSink sink) {
        this.lost += from.readIterations(this.position, sink);
    }

    /**
     * Returns how many iterations were missed, because they were overwritten before they were read.
     * Those of a run that began and ended between two calls are not among them.
     *
     * @return the number, over all calls
     */
    public long lost() {
        return this.lost;
    }
}
