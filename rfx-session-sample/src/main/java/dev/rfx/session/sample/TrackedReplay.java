package dev.rfx.session.sample;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.Tensor;
import dev.rfx.session.event.SessionStoppedEvent;
import dev.rfx.session.recording.Replay;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;

/**
 * Sends the commands of a recording, and logs how well the arm followed when the session has
 * stopped. The run ends with the recording.
 */
final class TrackedReplay extends PolicyDecorator<Observation, Tensor> {

    private static final Logger logger = LoggerFactory.getLogger(TrackedReplay.class);
    private static final String MCAP = ".mcap";

    private final Path file;
    private final TrackingError trackingError;
    private @Nullable Tensor sent;

    /**
     * Creates a policy at the beginning of its recording.
     *
     * @param file the name of the recording in the log
     * @param commands the commands of the recording
     * @param joints the number of joints
     */
    TrackedReplay(Path file, Policy<Object, Tensor> commands, int joints) {
        super(commands);
        this.file = file;
        this.trackingError = new TrackingError(joints);
    }

    /**
     * Reads a recording: of a recorder, if its name ends with {@code .mcap}, else a CSV file.
     *
     * @throws RecordingException if it cannot be replayed
     */
    static TrackedReplay of(Path file, int joints) {
        return new TrackedReplay(file, commands(file, joints), joints);
    }

    private static Policy<Object, Tensor> commands(Path file, int joints) {
        if (!file.toString().endsWith(MCAP)) {
            return Replay.policyOf(new CsvReader(file, joints).read());
        }
        try {
            return Replay.of(file).asPolicy();
        } catch (NoSuchFileException ex) {
            throw new RecordingException(file, "the file does not exist", ex);
        } catch (IOException ex) {
            throw new RecordingException(file, String.valueOf(ex.getMessage()), ex);
        }
    }

    @Override
    public Tensor selectAction(Observation observation) throws Exception {
        if (this.sent != null) {
            this.trackingError.add(this.sent, observation.get(Observation.STATE));
        }
        this.sent = super.selectAction(observation);
        return this.sent;
    }

    @Override
    public void reset() {
        super.reset();
        this.sent = null;
        this.trackingError.clear();
    }

    /** Not at the end of the recording: the robot is stopped before anything is logged. */
    @EventListener
    void logTrackingError(SessionStoppedEvent event) {
        logger.info("{} is over. Tracking error: {}", this.file, this.trackingError);
    }
}
