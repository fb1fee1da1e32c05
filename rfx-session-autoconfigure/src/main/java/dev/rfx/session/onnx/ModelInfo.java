package dev.rfx.session.onnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a model says about itself.
 *
 * @param file the path of the model
 * @param sha256 the SHA-256 of the file, in hexadecimal digits; without further files that have the
 *     weights
 * @param producer the program that has written the model; may be empty
 * @param inputs the inputs, in the order of the model
 * @param outputs the outputs, in the order of the model
 * @param metadata the properties that the exporter has added
 * @since 0.1
 */
public record ModelInfo(
        String file,
        String sha256,
        String producer,
        List<Port> inputs,
        List<Port> outputs,
        Map<String, String> metadata) {

    /** Copies the lists and the map. */
    public ModelInfo {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        metadata = Map.copyOf(metadata);
    }

    /** {@return what the policy of this model says about itself} */
    Map<String, String> details() {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("model", this.file);
        details.put("sha256", this.sha256);
        if (!this.producer.isEmpty()) {
            details.put("producer", this.producer);
        }
        details.put("inputs", describe(this.inputs));
        details.put("outputs", describe(this.outputs));
        return details;
    }

    private static String describe(List<Port> ports) {
        return ports.stream()
                .map(port -> port.name() + " " + port.describe())
                .collect(Collectors.joining("; "));
    }

    /**
     * An input or output of a model.
     *
     * @param name its name
     * @param type the type of its values, such as {@code FLOAT}, or of the whole, such as {@code
     *     SEQUENCE}
     * @param shape the length of each dimension; -1 where the model leaves it open
     * @since 0.1
     */
    public record Port(String name, String type, List<Long> shape) {

        /** Copies the shape. */
        public Port {
            shape = List.copyOf(shape);
        }

        /** {@return the type and the shape, such as {@code FLOAT [1, 48]}} */
        String describe() {
            return this.type
                    + this.shape.stream()
                            .map(length -> length < 0 ? "?" : Long.toString(length))
                            .collect(Collectors.joining(", ", " [", "]"));
        }
    }
}
