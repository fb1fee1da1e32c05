package dev.rfx.session.onnx;

import dev.rfx.session.Observation;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Fills an input of a model with the values of its terms, and with those of the decisions before.
 * Confined to the control thread; allocates nothing.
 */
final class InputWriter {

    private final FloatBuffer buffer;
    private final float[] values;
    private final History[] terms;

    InputWriter(FloatBuffer buffer, List<TermWriter> writers, Input input) {
        this.buffer = buffer;
        this.values = new float[buffer.capacity()];
        this.terms = new History[writers.size()];
        boolean timeMajor = input.layout() == Input.Layout.TIME_MAJOR;
        int frame = writers.stream().mapToInt(TermWriter::width).sum();
        int at = 0;
        for (int i = 0; i < this.terms.length; i++) {
            TermWriter writer = writers.get(i);
            int frames = input.framesOf(input.terms().get(i));
            int width = writer.width();
            this.terms[i] = new History(writer, frames, at, timeMajor ? frame : width);
            at += timeMajor ? width : frames * width;
        }
    }

    /**
     * Fills the input.
     *
     * @param decision the number of the decision in this run, from 0
     */
    void write(Observation observation, long decision) {
        for (History term : this.terms) {
            term.push(observation, decision, this.values);
        }
        this.buffer.put(0, this.values);
    }
}
