package dev.rfx.session.onnx;

import dev.rfx.session.Observation;

/**
 * The last frames of a term within the values of an input, the oldest first. The first frame of a
 * run fills all. Confined to the control thread; allocates nothing.
 */
final class History {

    private final TermWriter writer;
    private final int frames;
    private final int oldest;
    private final int stride;

    /**
     * Creates a history.
     *
     * @param frames the number of frames
     * @param oldest the position of the oldest frame in the input
     * @param stride the distance from one frame to the next
     */
    History(TermWriter writer, int frames, int oldest, int stride) {
        this.writer = writer;
        this.frames = frames;
        this.oldest = oldest;
        this.stride = stride;
    }

    /**
     * Drops the oldest frame and adds one.
     *
     * @param decision the number of the decision in this run; 0 fills all frames
     */
    void push(Observation observation, long decision, float[] values) {
        int newest = this.oldest + (this.frames - 1) * this.stride;
        for (int at = this.oldest; decision > 0 && at < newest; at += this.stride) {
            System.arraycopy(values, at + this.stride, values, at, this.writer.width());
        }
        this.writer.write(observation, decision, values, newest);
        for (int at = this.oldest; decision == 0 && at < newest; at += this.stride) {
            System.arraycopy(values, newest, values, at, this.writer.width());
        }
    }
}
