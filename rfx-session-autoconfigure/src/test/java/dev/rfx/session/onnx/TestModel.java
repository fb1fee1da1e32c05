package dev.rfx.session.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Writes small ONNX models, so that tests need no Python. */
public final class TestModel {

    static final int FLOAT = 1;
    static final int INT64 = 7;

    private static final int SLOW_SIZE = 512;

    static final Map<String, long[]> SLOW_INPUTS = Map.of("obs", new long[] {SLOW_SIZE, SLOW_SIZE});

    static final Map<String, long[]> SLOW_OUTPUTS =
            Map.of("actions", new long[] {SLOW_SIZE, SLOW_SIZE});

    private static final int IR_VERSION = 8;
    private static final int OPERATOR_SET = 13;

    // The numbers of the fields are those of onnx.proto.
    private final ProtobufMessage graph = new ProtobufMessage();
    private final ProtobufMessage model =
            new ProtobufMessage().number(1, IR_VERSION).text(2, "rfx-session tests");

    public TestModel() {
        this.graph.text(2, "test");
    }

    /** Its actions are its observations. */
    public static TestModel identity(int size) {
        return new TestModel()
                .input("obs", 1, size)
                .output("actions", 1, size)
                .node("Identity", "obs", "actions");
    }

    /** Its actions are sums of its observations, each times a random weight. */
    public static TestModel linear(int inputs, int outputs) {
        Random random = new Random(1);
        float[] weights = new float[inputs * outputs];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian();
        }
        return new TestModel()
                .input("obs", 1, inputs)
                .output("actions", 1, outputs)
                .constant("w", new long[] {inputs, outputs}, weights)
                .node("MatMul", "obs,w", "actions");
    }

    /** Its hidden state is the sum of all observations, and so is its action. */
    public static TestModel recurrent(int size) {
        return new TestModel()
                .input("obs", 1, size)
                .input("h_in", 1, size)
                .output("actions", 1, size)
                .output("h_out", 1, size)
                .node("Add", "obs,h_in", "h_out")
                .node("Identity", "h_out", "actions");
    }

    /** Computes for about a second, in many operators. */
    static TestModel slow() {
        int size = SLOW_SIZE;
        float[] weights = new float[size * size];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (i % 7 - 3) * 0.01f;
        }
        TestModel model =
                new TestModel()
                        .input("obs", size, size)
                        .output("actions", size, size)
                        .constant("w", new long[] {size, size}, weights);
        String last = "obs";
        for (int i = 0; i < 100; i++) {
            model.node("MatMul", last + ",w", "product" + i).node("Tanh", "product" + i, "x" + i);
            last = "x" + i;
        }
        return model.node("Identity", last, "actions");
    }

    public TestModel input(String name, long... shape) {
        return input(FLOAT, name, shape);
    }

    /** Computes for a tenth of a second in 32 operators. All of its actions are the same. */
    public static TestModel slow(int inputs, int outputs) {
        long[] square = {SLOW_SIZE, SLOW_SIZE};
        TestModel model =
                new TestModel()
                        .input("obs", 1, inputs)
                        .output("actions", 1, outputs)
                        .constant("in", new long[] {inputs, 1}, new float[inputs])
                        .constant("w", square, new float[SLOW_SIZE * SLOW_SIZE])
                        .constant(
                                "out",
                                new long[] {SLOW_SIZE, outputs},
                                new float[SLOW_SIZE * outputs])
                        .constant("row", new long[] {1, SLOW_SIZE}, new float[SLOW_SIZE])
                        .node("MatMul", "obs,in", "number")
                        .node("Add", "number,w", "x0");
        for (int i = 0; i < 30; i++) {
            model.node("MatMul", "x%d,w".formatted(i), "x" + (i + 1));
        }
        return model.node("MatMul", "row,x30", "y").node("MatMul", "y,out", "actions");
    }

    TestModel input(int type, String name, long... shape) {
        this.graph.message(11, port(name, type, shape));
        return this;
    }

    public TestModel output(String name, long... shape) {
        return output(FLOAT, name, shape);
    }

    TestModel output(int type, String name, long... shape) {
        this.graph.message(12, port(name, type, shape));
        return this;
    }

    private static ProtobufMessage port(String name, int type, long... shape) {
        ProtobufMessage dimensions = new ProtobufMessage();
        for (long length : shape) {
            dimensions.message(
                    1,
                    length < 0
                            ? new ProtobufMessage().text(2, "open" + -length)
                            : new ProtobufMessage().number(1, length));
        }
        ProtobufMessage tensor = new ProtobufMessage().number(1, type).message(2, dimensions);
        return new ProtobufMessage()
                .text(1, name)
                .message(2, new ProtobufMessage().message(1, tensor));
    }

    /** A constant; the values in row-major order. */
    public TestModel constant(String name, long[] shape, float... values) {
        this.graph.message(5, initializer(name, FLOAT, shape).floats(9, values));
        return this;
    }

    private static ProtobufMessage initializer(String name, int type, long... shape) {
        ProtobufMessage tensor = new ProtobufMessage();
        for (long length : shape) {
            tensor.number(1, length);
        }
        return tensor.number(2, type).text(8, name);
    }

    /** A node. Inputs and outputs are names with commas between them. */
    public TestModel node(
            String operator, String inputs, String outputs, ProtobufMessage... attributes) {
        ProtobufMessage node = new ProtobufMessage();
        for (String input : inputs.split(",")) {
            node.text(1, input);
        }
        for (String output : outputs.split(",")) {
            node.text(2, output);
        }
        node.text(4, operator);
        for (ProtobufMessage attribute : attributes) {
            node.message(5, attribute);
        }
        this.graph.message(1, node);
        return this;
    }

    static ProtobufMessage attribute(String name, long value) {
        int typeIsInt = 2;
        return new ProtobufMessage().text(1, name).number(3, value).number(20, typeIsInt);
    }

    public TestModel metadata(String key, String value) {
        this.model.message(14, new ProtobufMessage().text(1, key).text(2, value));
        return this;
    }

    /** Writes the model to a file. Called once. */
    public Path write(Path file) throws IOException {
        ProtobufMessage operators = new ProtobufMessage().text(1, "").number(2, OPERATOR_SET);
        return Files.write(file, this.model.message(7, this.graph).message(8, operators).toBytes());
    }
}
