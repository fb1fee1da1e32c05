package dev.rfx.session.sample;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Tensor;
import dev.rfx.session.sample.Recording.Command;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the commands of a recording, then stops the session and logs how well the arm followed.
 *
 * <p>Each call sends the latest command that is due by time. So a replay takes as long as its
 * recording at any rate of the session. At a higher rate a command is sent more than once, and at a
 * lower rate some commands are left out.
 */
final class ReplayPolicy implements Policy<Observation, Tensor> {

    private static final Logger logger = LoggerFactory.getLogger(ReplayPolicy.class);
    private static final int NOT_STARTED = -1;

    private final Recording recording;
    private final List<Command> commands;
    private final LongSupplier nanoTime;
    private final Runnable stopSession;
    private final TrackingError trackingError;

    /** The index of the command that was sent last. */
    private int sent = NOT_STARTED;

    private long startNanos;

    /**
     * Creates a policy at the beginning of its recording.
     *
     * @param recording the recording
     * @param nanoTime the clock, as {@link System#nanoTime()}
     * @param stopSession called at the end of the recording, on the control thread
     */
    ReplayPolicy(Recording recording, LongSupplier nanoTime, Runnable stopSession) {
        this.recording = recording;
        this.commands = recording.commands();
        this.nanoTime = nanoTime;
        this.stopSession = stopSession;
        this.trackingError = new TrackingError(this.commands.get(0).positions().size());
    }

    @Override
    public Tensor selectAction(Observation observation) {
        long now = this.nanoTime.getAsLong();
        if (this.sent == NOT_STARTED) {
            this.startNanos = now;
        } else {
            this.trackingError.add(
                    this.commands.get(this.sent).positions(), observation.get(Observation.STATE));
        }
        long elapsedNanos = now - this.startNanos;
        int last = this.commands.size() - 1;
        if (this.sent == last && elapsedNanos > this.commands.get(last).offsetNanos()) {
            end();
        }
        while (this.sent < last && this.commands.get(this.sent + 1).offsetNanos() <= elapsedNanos) {
            this.sent++;
        }
        return this.commands.get(this.sent).positions();
    }

    /** Requests the stop. The session does not send the action that this call still returns. */
    private void end() {
        this.stopSession.run();
        logger.info("{} is over. Tracking error: {}", this.recording.file(), this.trackingError);
    }

    @Override
    public void reset() {
        this.sent = NOT_STARTED;
        this.trackingError.clear();
    }
}
