package dev.rfx.session.recording;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.util.Map;

/** What the control thread does for a recording, with 12 + 6 numbers. */
public final class CaptureCosts {

    private final FrameRing ring = new FrameRing(1 << 22);
    private final RecordingCounts counts = new RecordingCounts();
    private final IterationCapture capture =
            new IterationCapture(this.ring, new Codecs(Map.of()), new LayoutTable(), this.counts);
    private final Observation observation =
            Observation.of(Observation.STATE, Tensor.zeros(12)).stamp(1);
    private final Tensor action = Tensor.zeros(6);

    public CaptureCosts() {}

    /** Copies an iteration into the ring, and takes it out. */
    public void capture(long number) {
        this.capture.iteration(
                number, 1, 1, 1, 1, 1, 0, this.observation, this.action, this.action);
        this.ring.release(this.ring.buffer().getInt(this.ring.nextIndex()));
    }
}
