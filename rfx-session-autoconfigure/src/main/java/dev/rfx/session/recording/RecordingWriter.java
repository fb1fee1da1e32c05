package dev.rfx.session.recording;

import dev.rfx.session.RecordingStatus;
import dev.rfx.session.timing.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the frames of one run from the ring to its files, on a thread of its own. Nothing that it
 * waits for, or that fails in it, reaches the control thread: a full ring drops.
 */
final class RecordingWriter implements Runnable {

    private static final Logger logger = LoggerFactory.getLogger(RecordingWriter.class);

    /** How often the ring is emptied. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** How often the file is written. A killed process loses a second: this and one pause. */
    private static final Duration FLUSH = Duration.ofMillis(800);

    /** When a failed writer tries again. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private static final Duration LOG = Duration.ofSeconds(1);

    /** How much is written after the event for which the last seconds are saved. */
    private static final Duration AFTERMATH = Duration.ofSeconds(2);

    /** The events that are kept with the last seconds. */
    private static final int MAX_EVENTS = 1_000;

    private final RecordingOptions options;
    private final String session;
    private final Clock clock;
    private final FrameRing ring;
    private final IterationCapture capture;
    private final LayoutTable layouts;
    private final RecordingFiles files;
    private final @Nullable History history;
    private final Queue<RecordedEvent> newEvents = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile boolean finishing;
    private volatile long saveRequests;
    private volatile long savedAt;

    // Confined to the writer thread; the volatile ones are read by any thread.
    private final Deque<RecordedEvent> events = new ArrayDeque<>();
    private @Nullable RecordingFile file;
    private long openedAt;
    private long flushedAt;
    private boolean saving;
    private long saveUntil;
    private long saves;
    private boolean failed;
    private long failedAt;
    private boolean logged;
    private long loggedAt;
    private long loggedDrops;
    private volatile RecordingStatus.State state;
    private volatile @Nullable String path;
    private volatile @Nullable String problem;
    private volatile @Nullable String codecProblem;
    private volatile long written;
    private volatile long lost;
    private long bytesOfClosedFiles;
    private volatile long bytes;

    RecordingWriter(
            RecordingOptions options,
            String session,
            Clock clock,
            FrameRing ring,
            IterationCapture capture,
            LayoutTable layouts,
            RecordingFiles files) {
        this.options = options;
        this.session = session;
        this.clock = clock;
        this.ring = ring;
        this.capture = capture;
        this.layouts = layouts;
        this.files = files;
        Duration last = options.last();
        this.history = last == null ? null : new History(last.toNanos());
        this.state = last == null ? RecordingStatus.State.WRITING : RecordingStatus.State.STANDBY;
        this.flushedAt = clock.nanoTime();
    }

    // ---- for any thread

    void event(RecordedEvent event) {
        this.newEvents.add(event);
    }

    /** Requests to write the last seconds. */
    synchronized void save() {
        this.savedAt = this.clock.nanoTime();
        this.saveRequests++;
    }

    /** Lets the thread write what is left, and end. Never waits. */
    void finish() {
        this.finishing = true;
        Thread writer = this.thread;
        if (writer != null) {
            this.clock.unpark(writer);
        }
    }

    CountDownLatch ended() {
        return this.ended;
    }

    /** {@return the status with the counts of earlier runs} */
    RecordingStatus status(RecordingStatus before) {
        return new RecordingStatus(
                this.state,
                this.path,
                before.iterations() + this.written,
                before.dropped() + this.capture.dropped() + this.lost,
                before.bytes() + this.bytes,
                this.problem != null ? this.problem : this.codecProblem);
    }

    // ---- the writer thread

    @Override
    public void run() {
        this.thread = Thread.currentThread();
        try {
            boolean last;
            do {
                last = this.finishing; // what comes before it is in the ring by now
                cycle();
                if (!last && !this.finishing) {
                    this.clock.parkNanos(PAUSE.toNanos());
                    Thread.interrupted(); // a park would return at once
                }
            } while (!last);
        } finally {
            closeFile();
            this.state = RecordingStatus.State.IDLE;
            this.ended.countDown();
        }
    }

    /** Empties the ring. Whatever fails, the next cycle goes on. */
    private void cycle() {
        try {
            takeEvents();
            beginToSave();
            int index = this.ring.nextIndex();
            while (index >= 0) {
                ByteBuffer buffer = this.ring.buffer();
                int length = buffer.getInt(index + IterationFrame.LENGTH);
                try {
                    frame(buffer, index, length);
                } finally {
                    this.ring.release(length);
                }
                index = this.ring.nextIndex();
            }
            writeEvents();
            flush();
        } catch (Throwable ex) {
            fail(ex);
        }
        reportCodecs();
        logDrops();
    }

    /** Reports once that values cannot be recorded. */
    private void reportCodecs() {
        Class<?> type = this.layouts.typeWithoutCodec();
        Throwable failure = this.capture.failureOfCodec();
        String found = null;
        if (failure != null) {
            found = "A codec failed: " + failure;
        } else if (type != null) {
            found =
                    "%s is not recorded: it needs a codec, see RecordingOptions.withCodec"
                            .formatted(type.getName());
        }
        if (found != null && !found.equals(this.codecProblem)) {
            this.codecProblem = found;
            logger.error("Recording of session '{}': {}", this.session, found);
        }
    }

    private void takeEvents() {
        RecordedEvent event = this.newEvents.poll();
        while (event != null) {
            this.events.addLast(event);
            if (this.events.size() > MAX_EVENTS) {
                this.events.removeFirst();
            }
            event = this.newEvents.poll();
        }
    }

    private void beginToSave() throws IOException {
        long requests = this.saveRequests;
        if (this.history == null || requests == this.saves) {
            return;
        }
        this.saves = requests;
        this.saving = true;
        this.saveUntil = this.savedAt + AFTERMATH.toNanos();
        if (openFile() != null) {
            this.history.drainTo(this.clock.nanoTime(), this::write);
        }
    }

    private void frame(ByteBuffer buffer, int begin, int length) throws IOException {
        if (this.history != null && !this.saving) {
            this.history.add(buffer, begin, length);
            return;
        }
        if (this.saving && buffer.getLong(begin + IterationFrame.START) - this.saveUntil > 0) {
            this.saving = false;
            writeEvents();
            closeFile();
            frame(buffer, begin, length);
            return;
        }
        write(buffer, begin);
    }

    /** Writes a frame, or counts it as lost. */
    private void write(ByteBuffer buffer, int begin) throws IOException {
        RecordingFile target = null;
        boolean done = false;
        try {
            target = openFile();
            if (target != null) {
                target.iteration(buffer, begin);
                done = true;
            }
        } finally {
            if (done) {
                this.written++;
            } else {
                this.lost++;
            }
        }
        if (target == null) {
            return;
        }
        long bytes = target.bytesWritten();
        this.bytes = this.bytesOfClosedFiles + bytes;
        if (bytes >= this.options.maxFileBytes()
                || this.clock.nanoTime() - this.openedAt >= this.options.maxFileAge().toNanos()) {
            closeFile();
        }
    }

    /** {@return the open file, or null while the writer waits before it tries again} */
    private @Nullable RecordingFile openFile() throws IOException {
        if (this.file != null) {
            return this.file;
        }
        if (this.failed && this.clock.nanoTime() - this.failedAt < RETRY.toNanos()) {
            return null;
        }
        requireRoom(null);
        RecordingFile next = this.files.next();
        this.file = next;
        this.path = next.path().toString();
        this.openedAt = this.clock.nanoTime();
        this.failed = false;
        this.problem = null;
        this.state = RecordingStatus.State.WRITING;
        return next;
    }

    private void writeEvents() throws IOException {
        if (this.history != null && this.file == null) {
            return;
        }
        while (!this.events.isEmpty()) {
            RecordingFile target = openFile();
            if (target == null) {
                return;
            }
            target.event(this.events.getFirst());
            this.events.removeFirst();
        }
    }

    private void flush() throws IOException {
        RecordingFile target = this.file;
        long now = this.clock.nanoTime();
        if (target == null || now - this.flushedAt < FLUSH.toNanos()) {
            return;
        }
        this.flushedAt = now;
        target.flush();
        this.bytes = this.bytesOfClosedFiles + target.bytesWritten();
        if (!Files.exists(target.path())) {
            throw new IOException("The file was deleted: " + target.path());
        }
        requireRoom(target);
    }

    private void requireRoom(@Nullable RecordingFile open) throws IOException {
        if (!this.files.makeRoom(open)) {
            throw new IOException(
                    "The recordings of session '%s' in %s have reached their limit of %d bytes"
                            .formatted(
                                    this.session,
                                    this.options.directory(),
                                    this.options.maxDiskBytes()));
        }
    }

    private void fail(Throwable ex) {
        this.failedAt = this.clock.nanoTime();
        this.failed = true;
        this.state = RecordingStatus.State.FAILED;
        String reason = ex.toString();
        if (!reason.equals(this.problem)) {
            this.problem = reason;
            logger.error("Session '{}' cannot be recorded", this.session, ex);
        }
        closeFile();
    }

    private void closeFile() {
        RecordingFile open = this.file;
        if (open == null) {
            return;
        }
        this.file = null;
        try {
            open.close();
        } catch (IOException | RuntimeException | Error ex) {
            this.problem = ex.toString();
            logger.error("The recording of session '{}' is incomplete", this.session, ex);
        }
        this.bytesOfClosedFiles += open.bytesWritten();
        this.bytes = this.bytesOfClosedFiles;
        if (this.history != null && !this.failed) {
            this.state = RecordingStatus.State.STANDBY;
        }
    }

    private void logDrops() {
        long now = this.clock.nanoTime();
        long drops = this.capture.dropped() + this.lost;
        if (drops == this.loggedDrops || (this.logged && now - this.loggedAt < LOG.toNanos())) {
            return;
        }
        logger.warn(
                "The recording of session '{}' has lost {} iterations",
                this.session,
                drops - this.loggedDrops);
        this.logged = true;
        this.loggedAt = now;
        this.loggedDrops = drops;
    }
}
