package dev.rfx.session.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/** ONNX Runtime without anything around it, to compare with. */
public final class BareModel implements AutoCloseable {

    private static final Set<String> NO_OTHERS = Collections.emptySet();

    private final OrtSession session;
    private final OnnxTensor input;
    private final OnnxTensor output;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;

    /** Loads a model with one input and one output, each a batch of one. */
    public BareModel(Path file, int inputSize, int outputSize) throws OrtException {
        OrtEnvironment runtime = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            this.session = runtime.createSession(file.toString(), options);
        }
        this.input = OnnxTensor.createTensor(runtime, buffer(inputSize), new long[] {1, inputSize});
        this.output =
                OnnxTensor.createTensor(runtime, buffer(outputSize), new long[] {1, outputSize});
        this.inputs = Collections.singletonMap(name(this.session.getInputNames()), this.input);
        this.outputs = Collections.singletonMap(name(this.session.getOutputNames()), this.output);
    }

    private static String name(Set<String> names) {
        return names.iterator().next();
    }

    private static FloatBuffer buffer(int size) {
        return ByteBuffer.allocateDirect(Float.BYTES * size)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** Computes the output, with memory that was made once. */
    public void run() throws OrtException {
        this.session.run(this.inputs, NO_OTHERS, this.outputs, null);
    }

    @Override
    public void close() throws OrtException {
        this.input.close();
        this.output.close();
        this.session.close();
    }
}
