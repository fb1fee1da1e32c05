package dev.rfx.session.onnx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fits the terms and outputs of a policy to a model: finds the width of each, and compares names,
 * types and shapes. What does not fit is collected in one table.
 */
final class Fit {

    private static final String FLOAT = "FLOAT";

    /** An input with the width of each of its terms. */
    record FittedInput(String name, Input input, int[] widths) {}

    /** An output with its joints, and with the place of its values in the last action. */
    record FittedOutput(Output output, List<String> joints, int from) {}

    private final Settings settings;
    private final ModelInfo info;
    private final FitTable table = new FitTable();

    private final Joints joints;
    private final List<List<String>> jointsOfOutputs;

    private final List<FittedInput> inputs = new ArrayList<>();
    private final List<FittedOutput> outputs = new ArrayList<>();
    private final Map<String, long[]> inputShapes = new LinkedHashMap<>();
    private final Map<String, long[]> actionShapes = new LinkedHashMap<>();
    private final Map<String, long[]> recurrentShapes = new LinkedHashMap<>();
    private final Map<String, Command> commands;
    private int actionSize;

    /**
     * Fits settings to a model.
     *
     * @throws ModelException if they do not fit; the message has a table of both sides
     * @throws IllegalArgumentException if the settings do not fit each other
     */
    Fit(Settings settings, ModelInfo info) {
        this.settings = settings;
        this.info = info;
        this.commands = new LinkedHashMap<>(settings.commands());
        Map<String, List<Integer>> outputs = outputsByName();
        this.joints = settings.jointsOf(settings.named() ? 0 : sizeOfFirst(outputs));
        this.jointsOfOutputs = this.joints.ofOutputs(settings.outputs(), settings.held());
        addUnknownRecurrentOutputs();
        fitOutputs(outputs); // first, because a term may be the last action
        fitInputs(inputsByName());
        String misfit = this.table.misfit();
        if (misfit != null) {
            throw ModelException.misfit(settings.file(), misfit);
        }
    }

    // ---- outputs

    private Map<String, List<Integer>> outputsByName() {
        Map<String, List<Integer>> byName = new LinkedHashMap<>();
        List<Output> outputs = this.settings.outputs();
        for (int i = 0; i < outputs.size(); i++) {
            String name = nameOf(outputs.get(i).name(), actionOutputs());
            byName.computeIfAbsent(name, any -> new ArrayList<>()).add(i);
        }
        return byName;
    }

    /** Before all else: such an output would be one of several for the joints. */
    private void addUnknownRecurrentOutputs() {
        for (String name : this.settings.recurrent().values()) {
            if (this.info.outputs().stream().noneMatch(port -> port.name().equals(name))) {
                addUnknown("output", name);
            }
        }
    }

    private List<ModelInfo.Port> actionOutputs() {
        return this.info.outputs().stream()
                .filter(port -> !this.settings.recurrent().containsValue(port.name()))
                .toList();
    }

    private List<ModelInfo.Port> termInputs() {
        return this.info.inputs().stream()
                .filter(port -> !this.settings.recurrent().containsKey(port.name()))
                .toList();
    }

    /** {@return the configured name, or that of the only candidate; empty if there are several} */
    private static String nameOf(@Nullable String configured, List<ModelInfo.Port> candidates) {
        if (configured != null) {
            return configured;
        }
        return candidates.size() == 1 ? candidates.get(0).name() : "";
    }

    private int sizeOfFirst(Map<String, List<Integer>> outputs) {
        String name = outputs.keySet().iterator().next();
        return this.info.outputs().stream()
                .filter(port -> port.name().equals(name))
                .mapToInt(port -> (int) Shapes.smallestSize(port.shape()))
                .findFirst()
                .orElse(0);
    }

    private void fitOutputs(Map<String, List<Integer>> configured) {
        for (ModelInfo.Port port : this.info.outputs()) {
            List<Integer> groups = configured.remove(port.name());
            if (groups != null) {
                fitOutput(port, groups);
            } else if (!this.settings.recurrent().containsValue(port.name())) {
                this.table.port("output", port, ", not used");
            }
        }
        configured.keySet().forEach(name -> addUnknown("output", name));
    }

    private void fitOutput(ModelInfo.Port port, List<Integer> groups) {
        this.table.port("output", port, "");
        int sum = 0;
        for (int group : groups) {
            Output output = this.settings.outputs().get(group);
            List<String> names = this.jointsOfOutputs.get(group);
            this.table.part(output + " by joint", 1, names.size());
            this.outputs.add(new FittedOutput(output, names, this.actionSize + sum));
            sum += names.size();
        }
        this.actionShapes.put(port.name(), shapeOf(port, sum));
        this.actionSize += sum;
    }

    // ---- inputs

    private Map<String, Input> inputsByName() {
        Map<String, Input> byName = new LinkedHashMap<>();
        for (Input input : this.settings.inputs()) {
            String name = nameOf(input.name(), termInputs());
            if (byName.put(name, input) != null) {
                throw new IllegalArgumentException(
                        "Two inputs have "
                                + (name.isEmpty() ? "no name" : "the name '" + name + "'"));
            }
        }
        return byName;
    }

    private void fitInputs(Map<String, Input> configured) {
        for (ModelInfo.Port port : this.info.inputs()) {
            Input input = configured.remove(port.name());
            String output = this.settings.recurrent().get(port.name());
            if (input != null) {
                fitInput(port, input);
                if (output != null) {
                    this.table.misfit(
                            "input '%s' has terms and is recurrent: remove one"
                                    .formatted(port.name()));
                }
            } else if (output != null) {
                fitRecurrent(port, output);
            } else {
                this.table.port("input", port, "");
                this.table.misfit(
                        "input '%s' of the model has no terms and is not recurrent"
                                .formatted(port.name()));
            }
        }
        configured.keySet().forEach(name -> addUnknown("input", name));
        for (String name : this.settings.recurrent().keySet()) {
            if (!this.inputShapes.containsKey(name)) {
                addUnknown("input", name);
            }
        }
    }

    private void fitInput(ModelInfo.Port port, Input input) {
        this.table.port("input", port, "");
        List<Term> terms = input.terms();
        int[] widths = terms.stream().mapToInt(this::widthOf).toArray();
        fillOpenTerm(port, input, widths);
        int sum = 0;
        for (int i = 0; i < widths.length; i++) {
            int frames = input.framesOf(terms.get(i));
            this.table.part(terms.get(i).toString(), frames, widths[i]);
            if (widths[i] == 0) {
                this.table.misfit("the size of '" + terms.get(i) + "' is not known: set it");
            } else if (terms.get(i).source() instanceof Term.CommandValues command) {
                Command.add(command.name(), widths[i], this.commands);
            }
            sum += frames * widths[i];
        }
        this.inputShapes.put(port.name(), shapeOf(port, sum));
        this.inputs.add(new FittedInput(port.name(), input, widths));
    }

    /**
     * {@return the number of values of a term in one frame, or 0 if it is what the others leave}
     */
    private int widthOf(Term term) {
        Term.Source source = term.source();
        if (source instanceof Term.TensorValues values) {
            return values.byJoint() ? this.joints.of(values).size() : values.size();
        }
        if (source instanceof Term.CommandValues command) {
            Command known = this.commands.get(command.name());
            return command.size() == 0 && known != null ? known.size() : command.size();
        }
        if (source instanceof Term.Phase phase) {
            return 2 * phase.offsets().size();
        }
        if (source instanceof Term.Constant constant) {
            return constant.values().size();
        }
        return this.actionSize;
    }

    private void fillOpenTerm(ModelInfo.Port port, Input input, int[] widths) {
        int open = -1;
        int sum = 0;
        for (int i = 0; i < widths.length; i++) {
            sum += input.framesOf(input.terms().get(i)) * widths[i];
            if (widths[i] == 0) {
                if (open >= 0) {
                    return; // several
                }
                open = i;
            }
        }
        if (open >= 0 && !Shapes.isOpen(port.shape())) {
            int frames = input.framesOf(input.terms().get(open));
            int left = (int) Shapes.smallestSize(port.shape()) - sum;
            widths[open] = left > 0 && left % frames == 0 ? left / frames : 0;
        }
    }

    private void fitRecurrent(ModelInfo.Port input, String outputName) {
        this.table.port("input", input, ", recurrent from '" + outputName + "'");
        long size = Shapes.smallestSize(input.shape());
        this.inputShapes.put(input.name(), shapeOf(input, size));
        this.info.outputs().stream()
                .filter(output -> output.name().equals(outputName))
                .findFirst()
                .ifPresent(
                        output -> {
                            this.table.port("output", output, ", recurrent");
                            this.recurrentShapes.put(outputName, shapeOf(output, size));
                        });
    }

    // ---- both

    /**
     * {@return the shape of a number of values; if they do not fit, any, and a line of the table}
     */
    private long[] shapeOf(ModelInfo.Port port, long size) {
        if (!port.type().equals(FLOAT)) {
            this.table.misfit(
                    "'%s' has values of type %s, but only %s is supported"
                            .formatted(port.name(), port.type(), FLOAT));
        }
        long[] shape = Shapes.resolve(port.shape(), size);
        if (shape == null) {
            this.table.misfit(
                    "'%s' has %d values in the configuration, but %s%d in the model"
                            .formatted(
                                    port.name(),
                                    size,
                                    Shapes.isOpen(port.shape()) ? "a multiple of " : "",
                                    Shapes.smallestSize(port.shape())));
            return new long[0];
        }
        return shape;
    }

    private void addUnknown(String kind, String name) {
        if (name.isEmpty()) {
            this.table.misfit("the model has several " + kind + "s: each needs its name");
        } else {
            this.table.misfit("the model has no " + kind + " '" + name + "'");
        }
    }

    // ---- the result

    /** {@return the joints of model and robot} */
    Joints joints() {
        return this.joints;
    }

    /** {@return the inputs that have terms} */
    List<FittedInput> inputs() {
        return this.inputs;
    }

    /** {@return the outputs, with their place in the last action} */
    List<FittedOutput> outputs() {
        return this.outputs;
    }

    /** {@return the commands of all terms} */
    Map<String, Command> commands() {
        return this.commands;
    }

    /** {@return the shape of each input} */
    Map<String, long[]> inputShapes() {
        return this.inputShapes;
    }

    /** {@return the shape of each output for joints, in their order in the last action} */
    Map<String, long[]> actionShapes() {
        return this.actionShapes;
    }

    /** {@return the shape of each output that is used} */
    Map<String, long[]> outputShapes() {
        Map<String, long[]> all = new LinkedHashMap<>(this.actionShapes);
        all.putAll(this.recurrentShapes);
        return all;
    }

    /** {@return the number of values of the last action} */
    int actionSize() {
        return this.actionSize;
    }
}
