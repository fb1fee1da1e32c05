package dev.rfx.session.recording;

import dev.rfx.session.test.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The iterations of a recording, one after the other, on a virtual clock. The clock shows the
 * recorded instants, counted from the start of the first iteration.
 */
final class Tape {

    private final RecordingReader reader;
    private final VirtualClock clock;
    private @Nullable RecordedIteration current;
    private @Nullable RecordedIteration next;
    private boolean playing;
    private long missing;
    private long clockAtZero;
    private long first;
    private long last;

    /** Begins before the first iteration. */
    Tape(RecordingReader reader, VirtualClock clock) throws IOException {
        this.reader = reader;
        this.clock = clock;
        this.next = read();
    }

    private @Nullable RecordedIteration read() throws IOException {
        while (true) {
            RecordedIteration iteration = this.reader.next();
            if (iteration == null) {
                return null;
            }
            this.missing += iteration.droppedBefore();
            if (iteration.observation() != null) {
                return iteration;
            }
        }
    }

    /** Goes to the next iteration that has an observation. {@return false at the end} */
    boolean advance() throws IOException {
        if (this.next == null) {
            return false;
        }
        this.current = this.next;
        this.next = read();
        this.last = this.current.end();
        return true;
    }

    RecordedIteration current() {
        return Objects.requireNonNull(this.current);
    }

    /** Notes, at the start of the first iteration, where the clock is. */
    void play() {
        if (!this.playing) {
            this.playing = true;
            this.first = current().start();
            this.clockAtZero = this.clock.nanoTime() - this.first;
        }
    }

    /** Lets time pass until an instant of the recording. */
    void waitUntil(long instant) {
        long left = this.clockAtZero + instant - this.clock.nanoTime();
        if (left > 0) {
            this.clock.advance(Duration.ofNanos(left));
        }
    }

    /** {@return how late the loop woke for the iteration that is current at the end of a wait} */
    long latenessOfNext() {
        return this.playing ? Math.max(current().lateness(), 0) : 0;
    }

    /** {@return the number of iterations that are missing so far} */
    long missing() {
        return this.missing;
    }

    /** {@return the time from the first start to the last end, in ns} */
    long duration() {
        return this.last - this.first;
    }
}
