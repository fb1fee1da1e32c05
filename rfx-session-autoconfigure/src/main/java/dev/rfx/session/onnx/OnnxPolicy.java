package dev.rfx.session.onnx;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Tensor;
import dev.rfx.session.support.Checks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A trained policy in the ONNX format.
 *
 * <pre>{@code
 * OnnxPolicy policy =
 *         OnnxPolicy.builder(Path.of("go1_policy.onnx"))
 *                 .robotJoints(robot.joints())
 *                 .joints(List.of("FR_hip", "FR_thigh", …))
 *                 .defaultPose(0.1f, 0.9f, …)
 *                 .input(
 *                         Input.of(
 *                                 Term.of("gyro").size(3),
 *                                 Term.of("state").perJoint().minusDefaultPose(),
 *                                 Term.lastAction(),
 *                                 Term.command("velocity", 3)))
 *                 .output(Output.of(Output.Kind.POSITION).scale(0.5f).offsetDefaultPose())
 *                 .build();
 * }</pre>
 *
 * <p>{@link #prepare()} loads the model before the robot is reset, compares it with the terms and
 * outputs, and runs it a few times, because the first runs take milliseconds. Inference runs on the
 * control thread, without threads of its own. A call of ONNX Runtime allocates about 400 bytes; the
 * rest of a decision allocates nothing.
 *
 * <p>All that it counts are decisions, so that a recording replays bit by bit on the same machine,
 * if its {@linkplain Command commands} did not change.
 *
 * <p><b>Life cycle.</b> Close the policy after its session. A model that is still running then is
 * left alone, and a warning logged. An interrupt of the control thread, which a session sends to
 * end a call, ends a run of the model before its next operator.
 *
 * <p>Needs the library {@code com.microsoft.onnxruntime:onnxruntime}. Only the control thread uses
 * a policy, but for {@link #command}, {@link #model} and {@link #close}, which any thread may call.
 * A policy serves one session at a time.
 *
 * @since 0.1
 */
public final class OnnxPolicy implements Policy<Observation, Tensor>, AutoCloseable {

    /**
     * What the robot receives in the iterations between two decisions.
     *
     * @since 0.1
     */
    public enum Between {
        /** The targets of the last decision, again. */
        HOLD,
        /**
         * Targets on the way from those of the decision before to those of the last one, which the
         * iteration before the next decision reaches exactly. At the first decision the way begins
         * at the observed positions, and at the targets themselves if there are none.
         */
        INTERPOLATE
    }

    private final Settings settings;
    private final Object closing = new Object();
    private volatile @Nullable Network network; // written under closing
    private boolean closed; // guarded by closing

    private OnnxPolicy(Settings settings) {
        this.settings = settings;
    }

    /**
     * Returns a builder of a policy.
     *
     * @param model the path of the model
     * @return a builder
     */
    public static Builder builder(Path model) {
        return new Builder(model);
    }

    /**
     * Loads the model, unless an earlier run has loaded it: checks that it fits, and runs it.
     *
     * @throws ModelException if the model cannot be loaded, does not fit or fails; the message has
     *     a table of both sides
     * @throws ModelFileException if a file that comes with the model cannot be used
     * @throws IllegalStateException if the policy is closed
     * @throws InterruptedException if the thread is interrupted
     */
    @Override
    public void prepare() throws Exception {
        requireOpen();
        if (this.network == null) {
            Network loaded = load();
            synchronized (this.closing) {
                if (!this.closed && this.network == null) {
                    this.network = loaded;
                    return;
                }
            }
            loaded.close(); // closed meanwhile, or another thread was faster
            requireOpen();
        }
    }

    private Network load() throws Exception {
        try {
            return Network.load(this.settings);
        } catch (LinkageError ex) {
            throw ModelException.noRuntime(this.settings.file(), ex);
        }
    }

    private void requireOpen() {
        synchronized (this.closing) {
            if (this.closed) {
                throw new IllegalStateException(this + " is closed");
            }
        }
    }

    /**
     * {@return the path of the model, its SHA-256, its producer, and its inputs and outputs} Empty
     * before the model is loaded. See {@link #model()} for more.
     */
    @Override
    public Map<String, String> details() {
        ModelInfo info = model();
        return info == null ? Map.of() : info.details();
    }

    /** Forgets the history, the last action, the recurrent state and the phase. */
    @Override
    public void reset() {
        Network loaded = this.network;
        if (loaded != null) {
            loaded.reset();
        }
    }

    /**
     * Selects the action of an iteration: of a new decision, or between two decisions.
     *
     * @return the action, always the same object
     * @throws ModelException if the observation does not have what the terms need, has a value
     *     there that is not finite, or the model fails
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalStateException if the policy is not {@linkplain #prepare() prepared}, or
     *     closed
     */
    @Override
    public Tensor selectAction(Observation observation) throws InterruptedException {
        Network loaded = this.network;
        if (loaded == null) {
            throw new IllegalStateException(this + " is not prepared: call prepare() first");
        }
        return loaded.next(observation);
    }

    /**
     * {@return a command, to be set by any thread} A command that only a file or the metadata of
     * the model names is there after {@link #prepare()}, unless {@link Builder#command} sets it.
     *
     * @param name the name, as in the terms
     * @throws IllegalArgumentException if no term has this command
     */
    public Command command(String name) {
        Network loaded = this.network;
        Map<String, Command> commands =
                loaded == null ? this.settings.commands() : loaded.commands();
        Command command = commands.get(name);
        if (command == null) {
            throw new IllegalArgumentException(
                    "%s has no command '%s', only %s%s"
                            .formatted(
                                    this,
                                    name,
                                    commands.keySet(),
                                    loaded == null ? ": it is not prepared" : ""));
        }
        return command;
    }

    /** {@return what the model says about itself, or null before it is loaded} */
    public @Nullable ModelInfo model() {
        Network loaded = this.network;
        return loaded == null ? null : loaded.info();
    }

    /**
     * Closes the model. A run in progress is left alone. The policy cannot be used again. Does
     * nothing if it is closed.
     */
    @Override
    public void close() {
        synchronized (this.closing) {
            if (this.closed) {
                return;
            }
            this.closed = true;
        }
        Network loaded = this.network;
        if (loaded != null) {
            loaded.close();
        }
    }

    /** {@return the path of the model} */
    @Override
    public String toString() {
        return "Policy " + this.settings.file();
    }

    /**
     * Builds an {@link OnnxPolicy}. {@link #build} checks what it can without the model, which is
     * not read.
     *
     * @since 0.1
     */
    public static final class Builder {

        private final Path model;
        private @Nullable Path config;
        private final Map<String, String> tensors = new LinkedHashMap<>();
        private @Nullable Normalizer normalizer;
        private List<String> robotJoints = List.of();
        private List<String> joints = List.of();
        private List<Float> defaultPose = List.of();
        private final List<Input> inputs = new ArrayList<>();
        private final Map<String, String> recurrent = new LinkedHashMap<>();
        private final Map<String, float[]> initialCommands = new LinkedHashMap<>();
        private final List<Output> outputs = new ArrayList<>();
        private List<String> held = List.of();
        private double rateHz = Double.NaN;
        private int every = 1;
        private Between between = Between.HOLD;

        private Builder(Path model) {
            this.model = Objects.requireNonNull(model, "model");
        }

        /**
         * Sets the {@code deploy.yaml} that Unitree's training writes with a model. Joints, default
         * pose, inputs and outputs that this builder does not set are those of the file. Without a
         * file they are those that mjlab writes into the model. Velocities of joints follow the
         * positions in {@code state}; {@link #tensor} sets other tensors. Commands are limited to
         * their ranges in the file.
         *
         * @param deployYaml the path of the file, which is read with the model
         * @return this builder
         */
        public Builder config(Path deployYaml) {
            this.config = Objects.requireNonNull(deployYaml, "deployYaml");
            return this;
        }

        /**
         * Sets the tensor of a term that a file or the metadata of the model names. The default is
         * the tensor of that name, and {@code state} for positions and velocities of joints.
         *
         * @param term the name of the term, such as {@code base_ang_vel}
         * @param tensor the name of the tensor of the observation, such as {@code gyro}. For
         *     positions or velocities it has a value for each joint of the robot.
         * @return this builder
         */
        public Builder tensor(String term, String tensor) {
            this.tensors.put(
                    Objects.requireNonNull(term, "term"), Objects.requireNonNull(tensor, "tensor"));
            return this;
        }

        /**
         * Sets the normalizer of LeRobot's policies. Each term with a tensor that it knows is
         * normalized, and the output is mapped back with {@code action}; terms and outputs that
         * have a normalization of their own keep it. If this builder sets no input and nothing else
         * does, the model has an input for each feature.
         *
         * @param normalizer the normalizer
         * @return this builder
         */
        public Builder normalizer(Normalizer normalizer) {
            this.normalizer = Objects.requireNonNull(normalizer, "normalizer");
            return this;
        }

        /**
         * Sets the joints of the robot, in the order of its actions: {@link
         * dev.rfx.session.Robot#joints()}. Without names, model and robot have the same joints in
         * the same order.
         *
         * @param joints the names, each once, or empty
         * @return this builder
         */
        public Builder robotJoints(List<String> joints) {
            this.robotJoints = distinct(joints);
            return this;
        }

        /**
         * Sets the joints of the model, in the order in which it was trained. The default is the
         * robot's.
         *
         * @param joints names of joints of the robot, each once
         * @return this builder
         */
        public Builder joints(List<String> joints) {
            this.joints = distinct(joints);
            return this;
        }

        private static List<String> distinct(List<String> joints) {
            if (!joints.isEmpty()) {
                Term.requireDistinct(joints);
            }
            return List.copyOf(joints);
        }

        /**
         * Sets the default pose, the offset of terms and outputs.
         *
         * @param pose a value for each joint, in the order of {@link #joints}; finite
         * @return this builder
         */
        public Builder defaultPose(float... pose) {
            this.defaultPose = Affine.list("defaultPose", pose);
            return this;
        }

        /**
         * Adds an input of the model. Each input needs terms, or is recurrent.
         *
         * @param input the input
         * @return this builder
         */
        public Builder input(Input input) {
            this.inputs.add(Objects.requireNonNull(input, "input"));
            return this;
        }

        /**
         * Adds a recurrent pair: the output of a decision is the input of the next. The input of
         * the first decision is zero.
         *
         * @param input the name of the input, such as {@code h_in}
         * @param output the name of the output, such as {@code h_out}
         * @return this builder
         */
        public Builder recurrent(String input, String output) {
            this.recurrent.put(
                    Objects.requireNonNull(input, "input"),
                    Objects.requireNonNull(output, "output"));
            return this;
        }

        /**
         * Sets the initial values of a command. The default is zero.
         *
         * @param name the name, as in the terms
         * @param values the values, as many as in the terms; finite
         * @return this builder
         */
        public Builder command(String name, float... values) {
            this.initialCommands.put(name, new Command(name, values).get());
            return this;
        }

        /**
         * Adds an output of the model. The default is one of positions, for all joints of the
         * model, if nothing comes with the model that says more.
         *
         * @param output the output
         * @return this builder
         */
        public Builder output(Output output) {
            this.outputs.add(Objects.requireNonNull(output, "output"));
            return this;
        }

        /**
         * Sets the joints of the robot that the model does not move. They hold their position of
         * the first observation of a run.
         *
         * @param joints names of joints of the robot, each once
         * @return this builder
         */
        public Builder hold(List<String> joints) {
            this.held = distinct(joints);
            return this;
        }

        /**
         * Sets the rate of the session, which a phase needs.
         *
         * @param rateHz the rate in Hz, more than 0
         * @return this builder
         */
        public Builder rateHz(double rateHz) {
            Checks.require(
                    rateHz > 0 && rateHz < Double.POSITIVE_INFINITY,
                    "rateHz",
                    rateHz,
                    "finite and more than 0");
            this.rateHz = rateHz;
            return this;
        }

        /**
         * Lets the policy decide in each n-th iteration only. A model that was trained for 50 Hz
         * then runs in a session at 200 Hz with {@code every(4, …)}.
         *
         * @param every the number of iterations from one decision to the next, at least 1
         * @param between what the robot receives in between
         * @return this builder
         */
        public Builder every(int every, Between between) {
            Term.requirePositive("every", every);
            this.every = every;
            this.between = Objects.requireNonNull(between, "between");
            return this;
        }

        /**
         * Builds the policy. Nothing is read or loaded.
         *
         * @return the policy
         * @throws IllegalArgumentException if an option is missing, or options do not fit each
         *     other
         */
        public OnnxPolicy build() {
            Settings settings =
                    new Settings(
                            this.model,
                            this.config,
                            new LinkedHashMap<>(this.tensors),
                            this.normalizer,
                            this.robotJoints,
                            this.joints,
                            this.defaultPose,
                            List.copyOf(this.inputs),
                            new LinkedHashMap<>(this.recurrent),
                            commands(),
                            List.copyOf(this.outputs),
                            this.held,
                            this.rateHz,
                            this.every,
                            this.between);
            settings.requireRobotJoints(this.joints.isEmpty() ? this.held : this.joints);
            settings.requireWhatTermsNeed();
            if (settings.named()) {
                settings.jointsOf(0).ofOutputs(settings.outputsOrDefault(), settings.held());
            }
            return new OnnxPolicy(settings);
        }

        /** The commands whose size is known. Without inputs, the terms come with the model. */
        private Map<String, Command> commands() {
            Map<String, Command> commands = new LinkedHashMap<>();
            this.initialCommands.forEach(
                    (name, values) -> commands.put(name, new Command(name, values)));
            for (Input input : this.inputs) {
                for (Term term : input.terms()) {
                    if (term.source() instanceof Term.CommandValues values && values.size() > 0) {
                        Command.add(values.name(), values.size(), commands);
                    }
                }
            }
            return commands;
        }
    }
}
