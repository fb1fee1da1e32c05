package dev.rfx.session.recording;

import dev.rfx.session.RecordingStatus;
import dev.rfx.session.timing.Clock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the frames of one run from the ring to its files, on a thread of its own. Nothing that it
 * waits for, or that fails in it, reaches the control thread: a full ring drops.
 *
 * <p>While nothing can be written, the frames stay where they are, in the ring or in the history of
 * the last seconds. They are lost when there is no more room for them.
 */
final class RecordingWriter implements Runnable {

    private static final Logger logger = LoggerFactory.getLogger(RecordingWriter.class);

    /** How often the ring is emptied. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final Duration LOG = Duration.ofSeconds(1);

    /** How much is written after the event for which the last seconds are saved. */
    private static final Duration AFTERMATH = Duration.ofSeconds(2);

    /** How long one step of the writer thread may take until that is a problem. */
    private static final Duration SLOW = Duration.ofSeconds(5);

    /** The events that are kept while they cannot be written. */
    private static final int MAX_EVENTS = 1_000;

    private final String session;
    private final Clock clock;
    private final FrameRing ring;
    private final IterationCapture capture;
    private final LayoutTable layouts;
    private final RecordingCounts counts;
    private final RecordingOutput output;
    private final @Nullable History history;
    private final Queue<Supplier<RecordedEvent>> newEvents = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile boolean finishing;
    private volatile long saveRequests;
    private volatile long savedAt;
    private volatile @Nullable String codecProblem;
    private volatile boolean busy;
    private volatile long steppedAt;

    // Confined to the writer thread.
    private final Deque<RecordedEvent> events = new ArrayDeque<>();
    private boolean saving;
    private boolean retryNow;
    private long saveFrom;
    private long saveUntil;
    private long saves;
    private boolean logged;
    private long loggedAt;
    private long loggedDrops;

    /**
     * @param last how much to keep in memory until a request writes it; null to write everything
     */
    RecordingWriter(
            String session,
            @Nullable Duration last,
            Clock clock,
            FrameRing ring,
            IterationCapture capture,
            LayoutTable layouts,
            RecordingCounts counts,
            RecordingOutput output) {
        this.session = session;
        this.clock = clock;
        this.ring = ring;
        this.capture = capture;
        this.layouts = layouts;
        this.counts = counts;
        this.output = output;
        this.history =
                last == null
                        ? null
                        : new History(last.toNanos(), Runtime.getRuntime().maxMemory() / 4);
        this.loggedDrops = counts.missing();
    }

    // ---- for any thread

    /** Adds an event. The writer thread builds it: it may call methods of a user's exception. */
    void event(Supplier<RecordedEvent> event) {
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

    RecordingStatus status() {
        String slow = slowness();
        String problem = slow != null ? slow : this.output.problem();
        return new RecordingStatus(
                slow != null ? RecordingStatus.State.FAILED : this.output.state(),
                this.output.path(),
                this.counts.written.get(),
                this.counts.missing(),
                this.counts.bytes.get(),
                problem != null ? problem : this.codecProblem);
    }

    /** {@return that the writer thread does not go on, or null} Its disk may not answer. */
    private @Nullable String slowness() {
        if (!this.busy) {
            return null;
        }
        Duration taken = Duration.ofNanos(this.clock.nanoTime() - this.steppedAt);
        return taken.compareTo(SLOW) > 0
                ? "The disk has not answered for %d s".formatted(taken.toSeconds())
                : null;
    }

    // ---- the writer thread

    @Override
    public void run() {
        this.thread = Thread.currentThread();
        try {
            boolean last;
            do {
                last = this.finishing; // what comes before it is in the ring by now
                guardedCycle(last);
                if (!last && !this.finishing) {
                    pause();
                }
            } while (!last);
        } finally {
            this.output.close();
            this.busy = false;
            this.ended.countDown();
        }
    }

    /** Whatever is thrown, the next cycle goes on: a run has no other writer. */
    private void guardedCycle(boolean last) {
        try {
            this.steppedAt = this.clock.nanoTime();
            this.busy = true;
            cycle(last);
            reportCodecs();
            logDrops();
        } catch (Throwable ex) {
            this.output.fail(ex);
        }
    }

    private void pause() {
        try {
            this.busy = false;
            this.clock.parkNanos(PAUSE.toNanos());
            Thread.interrupted(); // a park would return at once
        } catch (Throwable ex) {
            this.output.fail(ex);
        }
    }

    private void cycle(boolean last) {
        takeEvents();
        beginToSave();
        boolean retry = this.retryNow || last;
        this.retryNow = false;
        if (this.history != null && !this.saving) {
            keep(this.history);
            this.output.check();
        } else if (this.output.isReady(retry) && writeAll()) {
            this.output.flush();
        } else if (this.history != null) {
            keep(this.history);
            giveUpIfNothingIsLeft(this.history);
        } else if (this.output.isAtLimit()) {
            loseAll();
        }
        if (last) {
            loseAll();
        }
    }

    private void takeEvents() {
        Supplier<RecordedEvent> event = this.newEvents.peek();
        while (event != null) {
            this.events.addLast(event.get());
            this.newEvents.remove();
            if (this.events.size() > MAX_EVENTS) {
                this.events.removeFirst();
            }
            event = this.newEvents.peek();
        }
    }

    private void beginToSave() {
        long requests = this.saveRequests;
        if (this.history == null || requests == this.saves) {
            return;
        }
        this.saves = requests;
        long requested = this.savedAt;
        if (!this.saving) {
            this.saveFrom = latestIteration(this.history, requested) - this.history.spanNanos();
            this.events.removeIf(event -> event.time() - this.saveFrom < 0);
        }
        this.saving = true;
        this.retryNow = true;
        this.saveUntil = requested + AFTERMATH.toNanos();
    }

    /**
     * {@return the time from which the last seconds count} A request may come long after the last
     * iteration: that of a failure comes when the robot has stopped.
     */
    private long latestIteration(History last, long requested) {
        int index = this.ring.nextIndex();
        while (index >= 0 && startOf(this.ring.buffer(), index) - requested <= 0) {
            keep(last, index);
            index = this.ring.nextIndex();
        }
        return last.latestTime(requested);
    }

    /** Moves the frames of the ring to the last seconds. */
    private void keep(History last) {
        int index = this.ring.nextIndex();
        while (index >= 0) {
            keep(last, index);
            index = this.ring.nextIndex();
        }
    }

    private void keep(History last, int index) {
        ByteBuffer buffer = this.ring.buffer();
        int length = buffer.getInt(index + IterationFrame.LENGTH);
        boolean wanted = this.saving && last.hasFramesUntil(this.saveUntil);
        int forgotten = last.add(buffer, index, length);
        if (wanted) {
            this.counts.lost.addAndGet(forgotten);
        }
        if (last.isTooLarge()) {
            this.layouts.problem(
                    "The last seconds are cut: they need more than %d bytes, a quarter of the heap"
                            .formatted(last.maxBytes()));
        }
        this.ring.release(length);
    }

    /** Ends a save of which no iteration is left. The next request begins another one. */
    private void giveUpIfNothingIsLeft(History last) {
        if (this.clock.nanoTime() - this.saveUntil > 0
                && !last.hasFramesUntil(this.saveUntil)
                && !this.output.hasOpenFile()) {
            this.saving = false;
            this.output.standBy();
        }
    }

    /** Writes what there is. {@return false if something could not be written} */
    private boolean writeAll() {
        if (this.history != null
                && !this.history.drain(this.saveFrom, this.saveUntil, this::write)) {
            return false;
        }
        int index = this.ring.nextIndex();
        while (index >= 0) {
            ByteBuffer buffer = this.ring.buffer();
            if (this.history != null && startOf(buffer, index) - this.saveUntil > 0) {
                return endOfSaving(this.history);
            }
            if (!write(buffer, index)) {
                return false;
            }
            this.ring.release(buffer.getInt(index + IterationFrame.LENGTH));
            index = this.ring.nextIndex();
        }
        return writeEvents();
    }

    private static long startOf(ByteBuffer buffer, int frame) {
        return buffer.getLong(frame + IterationFrame.START);
    }

    private boolean write(ByteBuffer buffer, int frame) {
        this.steppedAt = this.clock.nanoTime();
        return this.output.isReady(false) && this.output.iteration(buffer, frame);
    }

    private boolean endOfSaving(History last) {
        if (!writeEvents() || !this.output.endFile()) {
            return false;
        }
        this.saving = false;
        this.output.standBy();
        keep(last);
        return true;
    }

    private boolean writeEvents() {
        while (!this.events.isEmpty()) {
            if (!this.output.isReady(false) || !this.output.event(this.events.getFirst())) {
                return false;
            }
            this.events.removeFirst();
        }
        return true;
    }

    /** Nothing can be written, now or later. */
    private void loseAll() {
        if (this.history != null && this.saving) {
            this.history.drain(this.saveFrom, this.saveUntil, this::lose);
        }
        int index = this.ring.nextIndex();
        while (index >= 0) {
            ByteBuffer buffer = this.ring.buffer();
            lose(buffer, index);
            this.ring.release(buffer.getInt(index + IterationFrame.LENGTH));
            index = this.ring.nextIndex();
        }
    }

    private boolean lose(ByteBuffer buffer, int frame) {
        this.output.lose(buffer, frame);
        return true;
    }

    /** Reports once that values cannot be recorded. */
    private void reportCodecs() {
        Throwable failure = this.capture.failureOfCodec();
        String found =
                failure == null ? this.layouts.problem() : "A codec or a value failed: " + failure;
        if (found != null && !found.equals(this.codecProblem)) {
            this.codecProblem = found;
            logger.error("Recording of session '{}': {}", this.session, found);
        }
    }

    private void logDrops() {
        long now = this.clock.nanoTime();
        long drops = this.counts.missing();
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
