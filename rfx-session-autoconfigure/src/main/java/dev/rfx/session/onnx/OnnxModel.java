package dev.rfx.session.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loaded model with the memory of its inputs and outputs. All that is native is here.
 *
 * <p>One thread at a time runs it, on that thread alone: ONNX Runtime has no threads of its own
 * here. Any thread may close it. Closing during a run would crash the JVM: the run then goes on,
 * and its own thread closes the model if the run ever returns.
 */
final class OnnxModel {

    private static final Logger logger = LoggerFactory.getLogger(OnnxModel.class);

    /** State: no run is in progress. */
    private static final int IDLE = 0;

    /** State: a run is in progress. */
    private static final int RUNNING = 1;

    /** State: no further run begins, and the last one in progress closes the model. */
    private static final int CLOSED = 2;

    private static final Set<String> NO_OTHERS = Collections.emptySet();

    private final Path file;
    private final ModelInfo info;
    private final OrtSession session;
    private final AtomicInteger state = new AtomicInteger(IDLE);

    // The maps of ONNX Runtime, made once.
    private Map<String, OnnxTensor> inputs = Map.of();
    private Map<String, OnnxTensor> outputs = Map.of();
    private final Map<String, FloatBuffer> buffers = new LinkedHashMap<>();

    private Termination termination;
    private Interruption interruption;

    private OnnxModel(Path file, String sha256, OrtSession session) throws OrtException {
        this.file = file;
        this.session = session;
        this.termination = new Termination();
        this.interruption = new Interruption(this.termination::terminate);
        this.info =
                new ModelInfo(
                        file.toString(),
                        sha256,
                        this.session.getMetadata().getProducerName(),
                        ports(this.session.getInputInfo().values()),
                        ports(this.session.getOutputInfo().values()),
                        this.session.getMetadata().getCustomMetadata());
    }

    private static List<ModelInfo.Port> ports(Collection<NodeInfo> nodes) {
        return nodes.stream().map(OnnxModel::port).toList();
    }

    private static ModelInfo.Port port(NodeInfo node) {
        if (node.getInfo() instanceof TensorInfo tensor) {
            return new ModelInfo.Port(
                    node.getName(),
                    tensor.type.name(),
                    Arrays.stream(tensor.getShape()).boxed().toList());
        }
        return new ModelInfo.Port(node.getName(), node.getInfo().toString(), List.of());
    }

    /**
     * Loads a model. Nothing is run.
     *
     * @throws ModelException if the file cannot be read, or changes meanwhile, or ONNX Runtime
     *     refuses it
     */
    static OnnxModel load(Path file) throws Exception {
        String sha256 = sha256(file);
        try {
            OrtSession session = LoadGate.OF_THE_JVM.pass(() -> createSession(file));
            boolean ready = false;
            try {
                if (!sha256(file).equals(sha256)) {
                    throw ModelException.changed(file);
                }
                OnnxModel model = new OnnxModel(file, sha256, session);
                ready = true;
                return model;
            } finally {
                if (!ready) {
                    session.close();
                }
            }
        } catch (OrtException ex) {
            throw ModelException.refused(file, ex);
        } catch (IllegalStateException ex) {
            throw ModelException.jvmEnds(file);
        }
    }

    private static OrtSession createSession(Path file) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            // By its path, so that the model may have its weights in further files.
            return Environment.ORT.createSession(file.toString(), options);
        }
    }

    private static String sha256(Path file) {
        try (InputStream content =
                new DigestInputStream(
                        Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            content.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of()
                    .formatHex(((DigestInputStream) content).getMessageDigest().digest());
        } catch (IOException ex) {
            throw ModelException.unreadable(file, ex);
        } catch (NoSuchAlgorithmException ex) {
            throw new AssertionError(ex); // every JDK has it
        }
    }

    /** {@return the path of the model} */
    Path file() {
        return this.file;
    }

    /** {@return what the model says about itself} */
    ModelInfo info() {
        return this.info;
    }

    /**
     * Makes the memory of inputs and outputs. Other outputs are not computed. Called once, before
     * the first run.
     *
     * @param inputs the shape of each input
     * @param outputs the shape of each output
     */
    void bind(Map<String, long[]> inputs, Map<String, long[]> outputs) {
        try {
            this.inputs = tensors(inputs);
            this.outputs = tensors(outputs);
        } catch (OrtException ex) {
            throw ModelException.runFailed(this.file, ex);
        }
    }

    private Map<String, OnnxTensor> tensors(Map<String, long[]> shapes) throws OrtException {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
            int bytes = Math.toIntExact(Float.BYTES * Shapes.size(entry.getValue()));
            // ONNX Runtime copies any other buffer without a word.
            FloatBuffer buffer =
                    ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
            this.buffers.put(entry.getKey(), buffer);
            tensors.put(
                    entry.getKey(),
                    OnnxTensor.createTensor(Environment.ORT, buffer, entry.getValue()));
        }
        if (tensors.size() == 1) {
            Map.Entry<String, OnnxTensor> only = tensors.entrySet().iterator().next();
            return Collections.singletonMap(only.getKey(), only.getValue()); // iterates for less
        }
        return tensors;
    }

    /**
     * {@return the memory of an input or output}
     *
     * @param name a name that was bound
     */
    FloatBuffer buffer(String name) {
        return Objects.requireNonNull(this.buffers.get(name), name);
    }

    /**
     * Computes the outputs from the inputs. An interrupt of the calling thread ends the run before
     * its next operator.
     *
     * @throws InterruptedException if the thread was interrupted
     * @throws ModelException if the model fails
     * @throws IllegalStateException if the model is closed, or another thread runs it
     */
    void run() throws InterruptedException {
        if (!this.state.compareAndSet(IDLE, RUNNING)) {
            throw new IllegalStateException(
                    "Model %s is %s"
                            .formatted(
                                    this.file,
                                    this.state.get() == CLOSED
                                            ? "closed"
                                            : "in use by another thread"));
        }
        try {
            if (!this.interruption.isOpen()) { // an interrupt has used it
                this.termination.close();
                this.termination = new Termination();
                this.interruption = new Interruption(this.termination::terminate);
            }
            runInterruptibly();
        } catch (OrtException ex) {
            throw ModelException.runFailed(this.file, ex);
        } finally {
            if (!this.state.compareAndSet(RUNNING, IDLE)) {
                release();
            }
        }
    }

    private void runInterruptibly() throws OrtException, InterruptedException {
        boolean completed = false;
        this.interruption.enter();
        try {
            // The result owns nothing and needs no close: every output is ours.
            this.session.run(this.inputs, NO_OTHERS, this.outputs, this.termination.options);
            completed = true;
        } finally {
            this.interruption.leave(completed); // its exception replaces that of the run
        }
    }

    /** {@return whether a run is in progress} */
    boolean isRunning() {
        return this.state.get() == RUNNING;
    }

    /** Closes the model. If a run is in progress, it is left alone, and a warning logged. */
    void close() {
        int before = this.state.getAndSet(CLOSED);
        if (before == IDLE) {
            release();
        } else if (before == RUNNING) {
            logger.warn(
                    "Model {} is not closed: a run is in progress. It is closed if the run returns",
                    this.file);
        }
    }

    /** Called once, when no run is in progress and none can begin. */
    private void release() {
        try {
            this.termination.close();
            this.inputs.values().forEach(OnnxTensor::close);
            this.outputs.values().forEach(OnnxTensor::close);
            this.session.close();
        } catch (OrtException ex) {
            logger.warn("Model {} is not closed", this.file, ex);
        }
    }

    /**
     * The way out of a run. A thread that interrupts may come late, after the run. Its termination
     * is then another one than that of the next run, or closed.
     */
    private static final class Termination {

        private final OrtSession.RunOptions options = new OrtSession.RunOptions();
        private boolean closed; // guarded by this

        Termination() throws OrtException {}

        synchronized void terminate() {
            try {
                if (!this.closed) {
                    this.options.setTerminate(true);
                }
            } catch (OrtException ex) {
                logger.warn("A run of a model cannot be ended", ex);
            }
        }

        synchronized void close() {
            this.closed = true;
            this.options.close();
        }
    }

    /** ONNX Runtime itself, loaded with the first model, for as long as the JVM lives. */
    private static final class Environment {

        static final OrtEnvironment ORT = OrtEnvironment.getEnvironment();

        static {
            keep();
        }

        private Environment() {}

        /**
         * Takes a second reference to the native environment, which is counted. The shutdown hook
         * of ONNX Runtime then frees nothing. Hooks run in any order, so that it would otherwise
         * free what a run in progress uses, and crash the JVM before the robot has stopped.
         */
        private static void keep() {
            try {
                Field api =
                        Class.forName("ai.onnxruntime.OnnxRuntime")
                                .getDeclaredField("ortApiHandle");
                Method create =
                        OrtEnvironment.class.getDeclaredMethod(
                                "createHandle", long.class, int.class, String.class);
                api.setAccessible(true);
                create.setAccessible(true);
                create.invoke(
                        null,
                        api.getLong(null),
                        OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue(),
                        "rfx-session");
            } catch (ReflectiveOperationException | RuntimeException ex) {
                logger.warn(
                        "ONNX Runtime cannot be kept until the JVM has ended: a signal during a run"
                                + " may crash the JVM, after which no robot is stopped. Use the"
                                + " version of ONNX Runtime that rfx-session was built with",
                        ex);
            }
        }
    }
}
