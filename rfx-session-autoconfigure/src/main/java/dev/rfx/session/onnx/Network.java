package dev.rfx.session.onnx;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A loaded model between an observation and an action: fills the inputs, runs the model, keeps its
 * recurrent state, and maps its outputs. Confined to the control thread, but for {@link #close} and
 * {@link #info}. Its own code allocates nothing for a decision.
 */
final class Network {

    /** The first runs of a model take milliseconds. */
    private static final int WARM_UP_RUNS = 5;

    /** The part of the last action that is an output. */
    private record ActionPart(FloatBuffer output, int from, int size) {}

    /** An output that becomes an input of the next decision. */
    private record RecurrentPair(FloatBuffer input, FloatBuffer output) {

        void carry() {
            this.input.put(0, this.output, 0, this.output.capacity());
        }

        void clear() {
            for (int i = 0; i < this.input.capacity(); i++) {
                this.input.put(i, 0);
            }
        }
    }

    private final OnnxModel model;
    private final Map<String, Command> commandsByName;
    private final List<Command> commands;
    private final InputWriter[] inputs;
    private final ActionPart[] actionParts;
    private final RecurrentPair[] recurrentPairs;
    private final Targets targets;
    private final float[] lastAction;
    private final Tensor action;
    private final int every;

    private long decisions;

    /** The number of the iteration since the last decision. */
    private int step;

    private Network(Settings settings, OnnxModel model) {
        Fit fit = new Fit(settings, model.info());
        model.bind(fit.inputShapes(), fit.outputShapes());
        this.model = model;
        this.commandsByName = fit.commands();
        this.commands = List.copyOf(this.commandsByName.values());
        this.lastAction = new float[fit.actionSize()];
        this.inputs = inputs(settings, fit);
        this.actionParts = actionParts(fit);
        this.recurrentPairs = recurrentPairs(settings);
        this.targets = targets(settings, fit);
        this.action = Tensor.zeros(fit.joints().robotSize());
        this.every = settings.every();
    }

    private InputWriter[] inputs(Settings settings, Fit fit) {
        TermWriters writers = new TermWriters(settings, fit, this.lastAction);
        return fit.inputs().stream()
                .map(
                        input ->
                                new InputWriter(
                                        this.model.buffer(input.name()),
                                        writers.of(input),
                                        input.input()))
                .toArray(InputWriter[]::new);
    }

    private ActionPart[] actionParts(Fit fit) {
        List<ActionPart> parts = new ArrayList<>();
        int from = 0;
        for (String name : fit.actionShapes().keySet()) {
            FloatBuffer output = this.model.buffer(name);
            parts.add(new ActionPart(output, from, output.capacity()));
            from += output.capacity();
        }
        return parts.toArray(ActionPart[]::new);
    }

    private RecurrentPair[] recurrentPairs(Settings settings) {
        List<RecurrentPair> pairs = new ArrayList<>();
        for (Map.Entry<String, String> pair : settings.recurrent().entrySet()) {
            pairs.add(
                    new RecurrentPair(
                            this.model.buffer(pair.getKey()), this.model.buffer(pair.getValue())));
        }
        return pairs.toArray(RecurrentPair[]::new);
    }

    private static Targets targets(Settings settings, Fit fit) {
        Joints joints = fit.joints();
        Normalizer normalizer = settings.normalizer();
        Normalization action = normalizer == null ? null : normalizer.output(Normalizer.ACTION);
        if (action != null && action.size() != fit.actionSize()) {
            throw new IllegalArgumentException(
                    "The normalizer has %d values of '%s', but the outputs %d"
                            .formatted(action.size(), Normalizer.ACTION, fit.actionSize()));
        }
        List<Targets.Group> groups = new ArrayList<>();
        for (Fit.FittedOutput fitted : fit.outputs()) {
            String what = "the output '" + fitted.output() + "'";
            int size = fitted.joints().size();
            int[] indexes = IntStream.range(fitted.from(), fitted.from() + size).toArray();
            groups.add(
                    new Targets.Group(
                            fitted.output().kind(),
                            fitted.from(),
                            joints.indexesInRobot(what, fitted.joints()),
                            fitted.output()
                                    .affine()
                                    .compile(
                                            fitted.output().toString(),
                                            size,
                                            action == null ? null : action.select(what, indexes),
                                            () -> joints.defaultPose(what, fitted.joints()))));
        }
        return new Targets(
                joints.robotSize(),
                groups,
                fit.actionSize(),
                joints.indexesInRobot("hold", settings.held()),
                settings.every(),
                settings.between() == OnnxPolicy.Between.INTERPOLATE);
    }

    /**
     * Loads a model, fits it to the settings, and runs it.
     *
     * @throws ModelException if it cannot be loaded, does not fit, or fails; also if the settings
     *     do not fit what comes with it
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    static Network load(Settings settings) throws Exception {
        OnnxModel model = OnnxModel.load(settings.file());
        boolean ready = false;
        try {
            Network network = new Network(Completion.of(settings, model.info()), model);
            for (int i = 0; i < WARM_UP_RUNS; i++) {
                model.run();
            }
            ready = true;
            return network;
        } catch (IllegalArgumentException ex) {
            throw ModelException.contradicted(settings.file(), ex);
        } finally {
            if (!ready) {
                model.close();
            }
        }
    }

    /** {@return what the model says about itself} */
    ModelInfo info() {
        return this.model.info();
    }

    /** {@return the commands, which never change but for their values} */
    Map<String, Command> commands() {
        return this.commandsByName;
    }

    /** Forgets a run. */
    void reset() {
        this.decisions = 0;
        this.step = 0;
        Arrays.fill(this.lastAction, 0);
        for (RecurrentPair pair : this.recurrentPairs) {
            pair.clear();
        }
    }

    /** {@return the action of an iteration, always the same object} */
    Tensor next(Observation observation) throws InterruptedException {
        if (this.step == 0) {
            decide(observation);
        }
        this.targets.write(this.step, this.action);
        this.step = (this.step + 1) % this.every;
        return this.action;
    }

    private void decide(Observation observation) throws InterruptedException {
        for (int i = 0; i < this.commands.size(); i++) {
            this.commands.get(i).take();
        }
        for (InputWriter input : this.inputs) {
            input.write(observation, this.decisions);
        }
        this.model.run();
        for (ActionPart part : this.actionParts) {
            part.output.get(0, this.lastAction, part.from, part.size);
        }
        for (RecurrentPair pair : this.recurrentPairs) {
            pair.carry();
        }
        if (this.decisions == 0) {
            this.targets.begin(observation, this.lastAction);
        } else {
            this.targets.update(this.lastAction);
        }
        this.decisions++;
    }

    /** Closes the model; see {@link OnnxModel#close}. Any thread. */
    void close() {
        this.model.close();
    }
}
