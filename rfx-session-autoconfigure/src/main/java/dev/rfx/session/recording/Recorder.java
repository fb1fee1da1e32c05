package dev.rfx.session.recording;

import dev.rfx.session.RecordingStatus;
import dev.rfx.session.RestartStatus;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.RunRecorder;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionPlatform;
import dev.rfx.session.SessionRecorder;
import dev.rfx.session.SessionUnresponsiveException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records the runs of one session. Each run has a ring, a writer thread and files of its own, so
 * that a disk that hangs in one run does not reach the next.
 */
final class Recorder implements SessionRecorder {

    private static final int MAX_WRITERS = 4;

    private final RecordingOptions options;
    private final String session;
    private final double rateHz;
    private final String sessionOptions;
    private final SessionPlatform platform;
    private final Function<Runnable, Thread> threads;
    private final Codecs codecs;
    private final RecordingCounts counts = new RecordingCounts();

    /** The writer of the current or last run; null before the first one, or if it has none. */
    private volatile @Nullable RecordingWriter writer;

    /** Why the run has no writer, or null. */
    private volatile @Nullable String problem;

    // Confined to the control thread of the current run.
    private final List<CountDownLatch> endsOfWriters = new ArrayList<>();
    private @Nullable Object sent;
    private int runs;

    Recorder(
            RecordingOptions options,
            String session,
            double rateHz,
            String sessionOptions,
            SessionPlatform platform,
            Function<Runnable, Thread> threads) {
        this.options = options;
        this.session = session;
        this.rateHz = rateHz;
        this.sessionOptions = sessionOptions;
        this.platform = platform;
        this.threads = threads;
        this.codecs = new Codecs(options.codecs());
    }

    @Override
    public Robot<?, ?> around(Robot<?, ?> robot) {
        return new NotingRobot<>(robot);
    }

    @Override
    public RunRecorder newRun() {
        return new Run();
    }

    @Override
    public void save() {
        RecordingWriter current = this.writer;
        if (current != null) {
            current.save();
        }
    }

    @Override
    public RecordingStatus status() {
        RecordingWriter current = this.writer;
        if (current != null) {
            return current.status();
        }
        String reason = this.problem;
        return new RecordingStatus(
                reason == null ? RecordingStatus.State.IDLE : RecordingStatus.State.FAILED,
                null,
                this.counts.written.get(),
                this.counts.missing(),
                this.counts.bytes.get(),
                reason);
    }

    private static int powerOfTwo(int bytes) {
        return Integer.highestOneBit(bytes - 1) << 1;
    }

    private Map<String, String> metadata(RunClock clock) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", RecordingFormat.VERSION);
        metadata.put("library", RecordingFormat.LIBRARY);
        metadata.put("session", this.session);
        metadata.put("start", clock.beginAsInstant().toString());
        metadata.put("clock", Long.toString(clock.begin()));
        metadata.put("run", Integer.toString(++this.runs));
        metadata.put("rate_hz", Double.toString(this.rateHz));
        metadata.put("options", this.sessionOptions);
        metadata.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        metadata.put(
                "os",
                "%s %s %s"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch")));
        return metadata;
    }

    /** One run: its writer, from the begin to the end. */
    private final class Run implements RunRecorder {

        private volatile @Nullable RecordingWriter writer;
        private volatile @Nullable IterationCapture capture;
        private @Nullable RecordingFiles files; // confined to the control thread

        // ---- the control thread

        @Override
        public void begin() {
            Recorder.this.sent = null;
            try {
                RecordingWriter begun = create();
                Recorder.this.writer = begun;
                Recorder.this.problem = null;
                this.writer = begun;
            } catch (Throwable ex) { // no memory, no thread: the run has no recording
                this.capture = null;
                Recorder.this.problem = ex.toString();
                Recorder.this.writer = null;
            }
        }

        /** A disk that hangs keeps the writer of a run, and its ring, with each restart. */
        private void requireThatEarlierFilesAreClosed() {
            Recorder.this.endsOfWriters.removeIf(end -> end.getCount() == 0);
            if (Recorder.this.endsOfWriters.size() >= MAX_WRITERS) {
                throw new IllegalStateException(
                        "The files of the last %d runs are not closed yet: the disk does not answer"
                                .formatted(MAX_WRITERS));
            }
        }

        private RecordingWriter create() {
            requireThatEarlierFilesAreClosed();
            String name = Recorder.this.session;
            RecordingOptions options = Recorder.this.options;
            SessionPlatform platform = Recorder.this.platform;
            RecordingCounts counts = Recorder.this.counts;
            RunClock clock = RunClock.now(platform);
            LayoutTable layouts = new LayoutTable();
            FrameRing ring = new FrameRing(powerOfTwo(options.ringBytes()));
            IterationCapture capture =
                    new IterationCapture(ring, Recorder.this.codecs, layouts, counts);
            RecordingFiles files =
                    new RecordingFiles(options, name, metadata(clock), layouts, clock);
            RecordingOutput output =
                    new RecordingOutput(options, name, platform.clock(), files, counts);
            RecordingWriter writer =
                    new RecordingWriter(
                            name,
                            options.last(),
                            platform.clock(),
                            ring,
                            capture,
                            layouts,
                            counts,
                            output);
            Recorder.this.threads.apply(writer).start();
            Recorder.this.endsOfWriters.add(writer.ended());
            this.capture = capture;
            this.files = files;
            return writer;
        }

        @Override
        public void policy(Map<String, String> details) {
            RecordingFiles current = this.files;
            if (current != null) {
                current.policy(details);
            }
        }

        @Override
        public void started() {
            long now = now();
            event(() -> new RecordedEvent(now, "started", "", null));
        }

        @Override
        public void iteration(
                long number,
                long due,
                long start,
                long observed,
                long selected,
                long end,
                int flags,
                @Nullable Object observation,
                @Nullable Object action) {
            IterationCapture current = this.capture;
            Object received = Recorder.this.sent;
            Recorder.this.sent = null;
            if (current != null) {
                current.iteration(
                        number,
                        due,
                        start,
                        observed,
                        selected,
                        end,
                        flags,
                        observation,
                        action,
                        received);
            }
        }

        @Override
        public void incompleteIteration(
                long number, long start, @Nullable Object observation, @Nullable Object action) {
            iteration(
                    number,
                    start,
                    start,
                    start,
                    start,
                    start,
                    IterationFrame.INCOMPLETE,
                    observation,
                    action);
        }

        // ---- any thread

        private long now() {
            return Recorder.this.platform.clock().nanoTime();
        }

        private void event(Supplier<RecordedEvent> event) {
            RecordingWriter current = this.writer;
            if (current != null) {
                current.event(event);
            }
        }

        private void save() {
            RecordingWriter current = this.writer;
            if (current != null) {
                current.save();
            }
        }

        @Override
        public void unresponsive(SessionUnresponsiveException problem, boolean stuck) {
            long now = now();
            event(() -> RecordedEvent.of(now, stuck ? "stuck" : "stalled", problem));
            save();
        }

        @Override
        public void end(@Nullable SessionException failure, @Nullable RestartStatus restart) {
            RecordingWriter current = this.writer;
            if (current == null) {
                return;
            }
            try {
                long now = now();
                if (failure == null) {
                    event(() -> new RecordedEvent(now, "stopped", "", null));
                } else {
                    event(() -> RecordedEvent.of(now, "failed", failure));
                    save();
                }
                if (restart != null) {
                    event(() -> new RecordedEvent(now, "restarting", describe(restart), null));
                }
            } finally {
                current.finish();
            }
        }

        @Override
        public void awaitEnd(Duration timeout) {
            RecordingWriter current = this.writer;
            if (current == null) {
                return;
            }
            try {
                Recorder.this.platform.clock().await(current.ended(), timeout.toNanos());
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String describe(RestartStatus restart) {
        Duration delay = restart.startsIn();
        return "attempt %d of %d in %d ms"
                .formatted(
                        restart.attempts(),
                        restart.maxAttempts(),
                        delay == null ? 0 : delay.toMillis());
    }

    /** Notes what the robot receives. */
    private final class NotingRobot<O, A> extends RobotDecorator<O, A> {

        NotingRobot(Robot<O, A> robot) {
            super(robot);
        }

        @Override
        public void act(A action) throws Exception {
            Recorder.this.sent = action;
            super.act(action);
        }
    }
}
