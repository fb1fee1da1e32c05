package dev.rfx.session.recording;

import dev.rfx.session.RecordingStatus;
import dev.rfx.session.timing.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a run is recorded: one open file at a time, and what follows it. Confined to the writer
 * thread, except for what the status has.
 *
 * <p>Nothing here throws. A file that cannot be written stays open, because it has the last
 * iterations in memory. Every five seconds it is tried again, and then another file in its place.
 */
final class RecordingOutput {

    private static final Logger logger = LoggerFactory.getLogger(RecordingWriter.class);

    /** How often the file is written. A killed process loses a second: this and one pause. */
    private static final Duration FLUSH = Duration.ofMillis(800);

    /** When a file that could not be written is tried again. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final RecordingOptions options;
    private final String session;
    private final Clock clock;
    private final RecordingFiles files;
    private final RecordingCounts counts;
    private @Nullable RecordingFile file;
    private long bytesOfFile;
    private long openedAt;
    private long flushedAt;
    private boolean failed;
    private boolean atLimit;
    private long failedAt;
    private boolean checked;
    private long checkedAt;

    /** Whether the last check of the directory has failed. */
    private boolean unusable;

    /** The iterations that are missing before the next one that is written. */
    private long missing;

    private volatile RecordingStatus.State state;
    private volatile @Nullable String path;
    private volatile @Nullable String problem;

    RecordingOutput(
            RecordingOptions options,
            String session,
            Clock clock,
            RecordingFiles files,
            RecordingCounts counts) {
        this.options = options;
        this.session = session;
        this.clock = clock;
        this.files = files;
        this.counts = counts;
        this.state = idleState();
    }

    // ---- for any thread

    RecordingStatus.State state() {
        return this.state;
    }

    /** {@return the file that is being written, or the last one, or null} */
    @Nullable String path() {
        return this.path;
    }

    /** {@return why the last attempt to write failed, or null} */
    @Nullable String problem() {
        return this.problem;
    }

    // ---- the writer thread

    private RecordingStatus.State idleState() {
        return this.options.last() == null
                ? RecordingStatus.State.WRITING
                : RecordingStatus.State.STANDBY;
    }

    /**
     * Opens a file if there is none.
     *
     * @param now whether to try at once what has failed
     * @return whether there is a file that can be written
     */
    boolean isReady(boolean now) {
        if (!this.failed) {
            return this.file != null || open();
        }
        if (!now && this.clock.nanoTime() - this.failedAt < RETRY.toNanos()) {
            return false;
        }
        RecordingFile unwritten = this.file;
        if (unwritten != null && writeOut(unwritten)) {
            succeeded(unwritten);
            return true;
        }
        return open();
    }

    /** {@return whether a file is open, perhaps with iterations that are not written yet} */
    boolean hasOpenFile() {
        return this.file != null;
    }

    /** {@return whether nothing more may be written, because the files have reached their size} */
    boolean isAtLimit() {
        return this.atLimit;
    }

    /** Opens the next file; only then closes the one before, which could not be written. */
    private boolean open() {
        try {
            this.atLimit = !this.files.makeRoom(null);
            if (this.atLimit) {
                throw limitReached();
            }
            RecordingFile next = this.files.next();
            closeFile();
            this.file = next;
            this.bytesOfFile = 0;
            this.path = next.path().toString();
            this.openedAt = this.clock.nanoTime();
            this.flushedAt = this.openedAt;
            succeeded(next);
            return true;
        } catch (Throwable ex) {
            if (this.file == null) { // else its own problem is the one to report
                fail(ex);
            }
            return false;
        }
    }

    private void succeeded(RecordingFile open) {
        boolean again = this.failed;
        this.failed = false;
        this.problem = null;
        this.state = RecordingStatus.State.WRITING;
        if (again) {
            logger.info("Session '{}' is recorded again: {}", this.session, open.path());
        }
    }

    /**
     * Writes an iteration.
     *
     * @return false if it has to be written again
     */
    boolean iteration(ByteBuffer buffer, int begin) {
        RecordingFile open = this.file;
        if (open == null) {
            return false;
        }
        try {
            open.iteration(buffer, begin, this.missing);
        } catch (IOException ex) {
            fail(ex);
            return false;
        } catch (Throwable ex) { // of this iteration: the next one may succeed in another file
            lose(buffer, begin);
            fail(ex);
            closeFile();
            return true;
        }
        this.missing = 0;
        this.counts.written.incrementAndGet();
        countBytes(open);
        if (this.bytesOfFile >= this.options.maxFileBytes()
                || this.clock.nanoTime() - this.openedAt >= this.options.maxFileAge().toNanos()) {
            endFile();
        }
        return true;
    }

    /** Counts an iteration that is not written. */
    void lose(ByteBuffer buffer, int begin) {
        this.counts.lost.incrementAndGet();
        this.missing += 1 + buffer.getLong(begin + IterationFrame.DROPPED);
    }

    /** Writes an event. {@return false if it has to be written again} */
    boolean event(RecordedEvent event) {
        RecordingFile open = this.file;
        if (open == null) {
            return false;
        }
        try {
            open.event(event);
            return true;
        } catch (Throwable ex) {
            fail(ex);
            return false;
        }
    }

    /** Writes what is in memory about once a second, and checks the directory. */
    void flush() {
        RecordingFile open = this.file;
        long now = this.clock.nanoTime();
        if (open == null || this.failed || now - this.flushedAt < FLUSH.toNanos()) {
            return;
        }
        this.flushedAt = now;
        writeOut(open);
    }

    private boolean writeOut(RecordingFile open) {
        try {
            open.flush();
            countBytes(open);
            if (!Files.exists(open.path())) {
                throw new IOException("The file was deleted: " + open.path());
            }
            this.atLimit = !this.files.makeRoom(open);
            if (this.atLimit) {
                throw limitReached();
            }
            return true;
        } catch (Throwable ex) {
            fail(ex);
            if (this.atLimit || !Files.exists(open.path())) {
                closeFile();
            }
            return false;
        }
    }

    /**
     * Closes the file, if there is one, when all of it is written.
     *
     * @return false if it cannot be written now, and remains open
     */
    boolean endFile() {
        RecordingFile open = this.file;
        if (open != null && !writeOut(open)) {
            return false;
        }
        closeFile();
        return true;
    }

    private IOException limitReached() {
        return new IOException(
                "The recordings of session '%s' in %s have reached their limit of %d bytes"
                        .formatted(
                                this.session,
                                this.options.directory(),
                                this.options.maxDiskBytes()));
    }

    private void countBytes(RecordingFile open) {
        long bytes = open.bytesWritten();
        this.counts.bytes.addAndGet(bytes - this.bytesOfFile);
        this.bytesOfFile = bytes;
    }

    /** Closes the file, if there is one. */
    private void closeFile() {
        RecordingFile open = this.file;
        if (open == null) {
            return;
        }
        this.file = null;
        try {
            open.close();
        } catch (Throwable ex) {
            report(ex, "The recording of session '{}' is incomplete");
        }
        countBytes(open);
        long unwritten = open.unwrittenIterations();
        this.counts.written.addAndGet(-unwritten);
        this.counts.lost.addAndGet(unwritten);
        this.missing += unwritten;
        if (!this.failed) {
            this.state = idleState();
        }
    }

    /**
     * Checks every five seconds, while nothing is written, that the directory can be written. So a
     * problem is known before the recording is needed.
     */
    void check() {
        long now = this.clock.nanoTime();
        if (this.checked && now - this.checkedAt < RETRY.toNanos()) {
            return;
        }
        this.checked = true;
        this.checkedAt = now;
        try {
            this.files.checkDirectory();
            if (this.unusable) {
                this.unusable = false;
                this.problem = null;
                standBy();
            }
        } catch (Throwable ex) {
            this.unusable = true;
            fail(ex);
        }
    }

    /** Waits for the next request. The problem remains until something is written. */
    void standBy() {
        closeFile();
        this.failed = false;
        this.state = idleState();
    }

    /** Notes why nothing can be written. */
    void fail(Throwable ex) {
        this.failed = true;
        this.failedAt = this.clock.nanoTime();
        this.state = RecordingStatus.State.FAILED;
        report(ex, "Session '{}' cannot be recorded");
    }

    /** Logs a problem, once while it remains the same. */
    private void report(Throwable ex, String message) {
        try {
            String reason = ex.toString();
            if (!reason.equals(this.problem)) {
                this.problem = reason;
                logger.error(message, this.session, ex);
            }
        } catch (Throwable broken) { // no memory for a text, or the log fails
            if (this.problem == null) {
                this.problem = message;
            }
        }
    }

    /** Ends. */
    void close() {
        closeFile();
        this.state = RecordingStatus.State.IDLE;
    }
}
