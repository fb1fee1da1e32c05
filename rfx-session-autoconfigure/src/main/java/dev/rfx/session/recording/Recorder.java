package dev.rfx.session.recording;

import dev.rfx.session.RecordingStatus;
import dev.rfx.session.RestartStatus;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionPlatform;
import dev.rfx.session.SessionRecorder;
import dev.rfx.session.SessionUnresponsiveException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records the runs of one session. Each run has a ring, a writer thread and files of its own, so
 * that a disk that hangs in one run does not reach the next.
 */
final class Recorder implements SessionRecorder {

    private final RecordingOptions options;
    private final String session;
    private final double rateHz;
    private final String sessionOptions;
    private final SessionPlatform platform;
    private final Codecs codecs;
    private volatile @Nullable Run run;

    /** The status while there is no run. */
    private volatile RecordingStatus noRun =
            new RecordingStatus(RecordingStatus.State.IDLE, null, 0, 0, 0, null);

    // Confined to the control thread.
    private @Nullable Object sent;
    private int runs;

    /** What belongs to one run, and the status before it, whose counts the run continues. */
    private record Run(IterationCapture capture, RecordingWriter writer, RecordingStatus before) {}

    Recorder(
            RecordingOptions options,
            String session,
            double rateHz,
            String sessionOptions,
            SessionPlatform platform) {
        this.options = options;
        this.session = session;
        this.rateHz = rateHz;
        this.sessionOptions = sessionOptions;
        this.platform = platform;
        this.codecs = new Codecs(options.codecs());
    }

    @Override
    public Robot<?, ?> around(Robot<?, ?> robot) {
        return new NotingRobot<>(robot);
    }

    // ---- the control thread

    @Override
    public void begin() {
        RecordingStatus before = status();
        try {
            RunClock clock = RunClock.now(this.platform);
            LayoutTable layouts = new LayoutTable();
            FrameRing ring = new FrameRing(powerOfTwo(this.options.ringBytes()));
            IterationCapture capture = new IterationCapture(ring, this.codecs, layouts);
            String name = this.session;
            RecordingFiles files =
                    new RecordingFiles(this.options, name, metadata(clock), layouts, clock);
            RecordingWriter writer =
                    new RecordingWriter(
                            this.options,
                            name,
                            this.platform.clock(),
                            ring,
                            capture,
                            layouts,
                            files);
            writer.event(new RecordedEvent(clock.begin(), "started", "", null));
            Thread thread = this.platform.newThread(writer, "rfx-session-" + name + "-recorder");
            thread.setDaemon(true);
            thread.start();
            this.run = new Run(capture, writer, before);
        } catch (RuntimeException | OutOfMemoryError ex) {
            this.noRun =
                    new RecordingStatus(
                            RecordingStatus.State.FAILED,
                            null,
                            before.iterations(),
                            before.dropped(),
                            before.bytes(),
                            ex.toString());
            this.run = null;
        }
    }

    private static int powerOfTwo(int bytes) {
        return Integer.highestOneBit(bytes - 1) << 1;
    }

    private Map<String, String> metadata(RunClock clock) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("session", this.session);
        metadata.put("start", clock.beginAsInstant().toString());
        metadata.put("run", Integer.toString(++this.runs));
        metadata.put("rate_hz", Double.toString(this.rateHz));
        metadata.put("options", this.sessionOptions);
        metadata.put("java", System.getProperty("java.version"));
        metadata.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return metadata;
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
            Object observation,
            Object action) {
        Run current = this.run;
        Object received = this.sent;
        this.sent = null;
        if (current != null) {
            current.capture.iteration(
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
    public void incompleteIteration(long number, long start, @Nullable Object observation) {
        Run current = this.run;
        if (current != null) {
            current.capture.iteration(
                    number,
                    start,
                    start,
                    start,
                    start,
                    start,
                    IterationFrame.INCOMPLETE,
                    observation,
                    null,
                    null);
        }
    }

    // ---- any thread

    @Override
    public void end(@Nullable SessionException failure) {
        Run current = this.run;
        if (current == null) {
            return;
        }
        try {
            long now = this.platform.clock().nanoTime();
            if (failure == null) {
                current.writer.event(new RecordedEvent(now, "stopped", "", null));
            } else {
                current.writer.event(RecordedEvent.of(now, "failed", failure));
                current.writer.save();
            }
        } finally {
            current.writer.finish();
        }
    }

    @Override
    public void awaitEnd(Duration timeout) {
        Run current = this.run;
        if (current == null) {
            return;
        }
        try {
            this.platform.clock().await(current.writer.ended(), timeout.toNanos());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void save() {
        Run current = this.run;
        if (current != null) {
            current.writer.save();
        }
    }

    @Override
    public RecordingStatus status() {
        Run current = this.run;
        return current == null ? this.noRun : current.writer.status(current.before);
    }

    // ---- the events thread

    @Override
    public void unresponsive(SessionUnresponsiveException problem, boolean stuck) {
        Run current = this.run;
        if (current != null) {
            String type = stuck ? "stuck" : "stalled";
            current.writer.event(RecordedEvent.of(this.platform.clock().nanoTime(), type, problem));
            current.writer.save();
        }
    }

    @Override
    public void restarting(RestartStatus restart) {
        Run current = this.run;
        if (current != null) {
            current.writer.event(
                    new RecordedEvent(
                            this.platform.clock().nanoTime(),
                            "restarting",
                            restart.toString(),
                            null));
        }
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
