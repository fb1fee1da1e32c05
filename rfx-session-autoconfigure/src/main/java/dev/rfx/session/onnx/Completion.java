package dev.rfx.session.onnx;

import dev.rfx.session.Observation;
import dev.rfx.session.onnx.PolicyDescription.DescribedAction;
import dev.rfx.session.onnx.PolicyDescription.DescribedCommand;
import dev.rfx.session.onnx.PolicyDescription.DescribedInput;
import dev.rfx.session.onnx.PolicyDescription.DescribedTerm;
import dev.rfx.session.onnx.PolicyDescription.Scaling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Completes the settings of a policy with what comes with its model. A part that is set wins over
 * the {@code deploy.yaml} of the settings, or over the metadata in the model if there is no such
 * file. What no side says is named in one message.
 */
final class Completion {

    /** Two periods that differ by less are the same: a file has few digits. */
    private static final double PERIOD_TOLERANCE = 1e-3;

    private final Settings settings;
    private final ModelInfo info;
    private final @Nullable PolicyDescription description;
    private final List<String> missing = new ArrayList<>();

    private Completion(Settings settings, ModelInfo info) {
        this.settings = settings;
        this.info = info;
        this.description =
                settings.config() == null
                        ? MjlabMetadata.read("the metadata of " + settings.file(), info.metadata())
                        : DeployYaml.read(settings.config());
    }

    /**
     * {@return the complete settings}
     *
     * @throws ModelException if a part is missing
     * @throws ModelFileException if the {@code deploy.yaml} cannot be read
     * @throws IllegalArgumentException if the settings do not fit what comes with the model
     */
    static Settings of(Settings settings, ModelInfo info) {
        Settings complete = new Completion(settings, info).complete();
        complete.requireWhatTermsNeed();
        requireUsed(complete.normalizer(), complete.inputs());
        return complete;
    }

    private Settings complete() {
        requireKnownTerms();
        List<String> robotJoints = robotJoints();
        List<String> joints = joints(robotJoints);
        List<Float> defaultPose = defaultPose();
        List<Input> inputs = inputs(joints, robotJoints.size());
        List<Output> outputs = outputs(joints);
        double rateHz = rateHz();
        if (!this.missing.isEmpty()) {
            throw ModelException.incomplete(
                    this.settings.file(),
                    this.missing,
                    this.description == null ? null : this.description.source(),
                    this.description == null ? List.of() : this.description.problems());
        }
        return new Settings(
                this.settings.file(),
                this.settings.config(),
                this.settings.tensors(),
                this.settings.normalizer(),
                robotJoints,
                joints,
                defaultPose,
                inputs,
                this.settings.recurrent(),
                this.settings.commands(),
                outputs,
                this.settings.held(),
                rateHz,
                this.settings.every(),
                this.settings.between());
    }

    /** A part that is missing from the description as well. */
    private <T> @Nullable List<T> described(String part, @Nullable List<T> described) {
        if (described == null) {
            this.missing.add(part);
        }
        return described;
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    // ---- joints

    /** A file that counts the joints is enough for a robot that does not name them. */
    private List<String> robotJoints() {
        if (this.settings.named()
                || this.description == null
                || this.description.motors() == null) {
            return this.settings.robotJoints();
        }
        return IntStream.range(0, this.description.motors().size())
                .mapToObj(Integer::toString)
                .toList();
    }

    private List<String> joints(List<String> robotJoints) {
        if (this.description == null) {
            return this.settings.joints();
        }
        if (!this.settings.joints().isEmpty()) {
            requireOrder(this.description);
            return this.settings.joints();
        }
        if (!isDescriptionNeeded() && robotJoints.isEmpty()) {
            return this.settings.joints();
        }
        this.settings.requireRobotJoints(orEmpty(this.description.joints()));
        return orEmpty(described("joints", this.description.jointNames(robotJoints)));
    }

    /** The names of the user replace those of the model one by one, so that their order counts. */
    private void requireOrder(PolicyDescription description) {
        List<String> own = this.settings.joints();
        List<String> described = description.joints();
        if (described != null
                && !own.equals(described)
                && new HashSet<>(own).equals(new HashSet<>(described))) {
            throw new IllegalArgumentException(
                    "The joints are %s, but %s has another order: %s"
                            .formatted(own, description.source(), described));
        }
    }

    private List<Float> defaultPose() {
        boolean own = !this.settings.defaultPose().isEmpty();
        if (own || this.description == null) {
            return this.settings.defaultPose();
        }
        List<Float> pose = this.description.defaultPose();
        return orEmpty(isDescriptionNeeded() ? described("default pose", pose) : pose);
    }

    /** Inputs and outputs of the user may still refer to joints and pose of the description. */
    private boolean isDescriptionNeeded() {
        return this.settings.inputs().isEmpty() || this.settings.outputs().isEmpty();
    }

    // ---- inputs

    private List<Input> inputs(List<String> joints, int robotSize) {
        if (!this.settings.inputs().isEmpty()) {
            return this.settings.inputs();
        }
        if (this.description == null) {
            return normalizedInputs();
        }
        List<DescribedInput> described = orEmpty(described("inputs", this.description.inputs()));
        if (!this.missing.isEmpty()) {
            return List.of();
        }
        return described.stream()
                .map(input -> input(input, described.size(), joints, robotSize))
                .toList();
    }

    /** LeRobot's models have an input for each feature, with the feature's name. */
    private List<Input> normalizedInputs() {
        Set<String> features =
                this.settings.normalizer() == null ? Set.of() : this.settings.normalizer().inputs();
        if (features.isEmpty()) {
            this.missing.add("inputs");
        }
        return features.stream()
                .map(feature -> named(Input.of(termOf(feature)), feature, features.size()))
                .toList();
    }

    private static Term termOf(String feature) {
        return Term.of(
                feature.startsWith(Normalizer.OBSERVATION)
                        ? feature.substring(Normalizer.OBSERVATION.length())
                        : feature);
    }

    /** The only input needs no name, so that a file may call it otherwise than the model. */
    private static Input named(Input input, @Nullable String name, int inputs) {
        return name == null || inputs == 1 ? input : input.named(name);
    }

    private Input input(DescribedInput input, int inputs, List<String> joints, int robotSize) {
        Term[] terms =
                input.terms().stream()
                        .map(term -> term(term, joints, robotSize))
                        .toArray(Term[]::new);
        Input complete = named(Input.of(terms), input.name(), inputs);
        return input.timeMajor()
                ? complete.history(input.terms().get(0).history(), Input.Layout.TIME_MAJOR)
                : complete;
    }

    private Term term(DescribedTerm term, List<String> joints, int robotSize) {
        String tensor = this.settings.tensors().get(term.name());
        Term complete =
                switch (term.source()) {
                    case TENSOR ->
                            sized(Term.of(Objects.requireNonNullElse(tensor, term.name())), term);
                    case RELATIVE_POSITION ->
                            byJoint(stateOr(tensor, 0), term, joints).minusDefaultPose();
                    case VELOCITY -> byJoint(stateOr(tensor, robotSize), term, joints);
                    case LAST_ACTION -> Term.lastAction();
                    case COMMAND -> command(term);
                    case PHASE -> phase(term);
                };
        return scaled(complete, scalingOf(term)).history(term.history());
    }

    private static Term sized(Term complete, DescribedTerm term) {
        return term.size() == null ? complete : complete.size(term.size());
    }

    /**
     * Positions come first in {@code state}, velocities follow. A tensor of its own has no more.
     */
    private static Term stateOr(@Nullable String tensor, int from) {
        return tensor == null ? Term.of(Observation.STATE).from(from) : Term.of(tensor);
    }

    private static Term byJoint(Term complete, DescribedTerm term, List<String> joints) {
        return term.joints() == null
                ? complete.perJoint()
                : complete.joints(term.joints().stream().map(joints::get).toList());
    }

    private static Term command(DescribedTerm term) {
        String name = Objects.requireNonNull(term.command());
        return term.size() == null ? Term.command(name) : Term.command(name, term.size());
    }

    private static Term phase(DescribedTerm term) {
        double seconds = Objects.requireNonNull(term.period());
        return Term.phase(Duration.ofNanos(Math.round(seconds * 1e9)), Term.PhaseOrder.SIN_COS)
                .advancedBeforeFirstUse();
    }

    /** A command stays within what the model was trained with. */
    private Scaling scalingOf(DescribedTerm term) {
        DescribedCommand command =
                term.command() == null || this.description == null
                        ? null
                        : this.description.commands().get(term.command());
        return command == null || command.low() == null || command.high() == null
                ? term.scaling()
                : term.scaling().within(command.low(), command.high());
    }

    private static Term scaled(Term complete, Scaling scaling) {
        Term scaled = complete.scale(array(scaling.scale()));
        return scaling.low() == null || scaling.high() == null
                ? scaled
                : scaled.clip(array(scaling.low()), array(scaling.high()));
    }

    private static float[] array(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    // ---- outputs

    private List<Output> outputs(List<String> joints) {
        if (!this.settings.outputs().isEmpty() || this.description == null) {
            return this.settings.outputsOrDefault();
        }
        List<DescribedAction> actions = orEmpty(described("outputs", this.description.actions()));
        if (!this.missing.isEmpty()) {
            return List.of();
        }
        return actions.stream().map(action -> output(action, actions.size(), joints)).toList();
    }

    private static Output output(DescribedAction action, int actions, List<String> joints) {
        boolean positions = action.kind() == PolicyDescription.Kind.POSITION;
        Output output =
                Output.of(positions ? Output.Kind.POSITION : Output.Kind.VELOCITY)
                        .scale(array(action.scale()));
        if (action.offset() != null) {
            output = output.offset(array(action.offset()));
        } else if (positions) {
            output = output.offsetDefaultPose();
        }
        if (action.low() != null && action.high() != null) {
            output = output.clip(array(action.low()), array(action.high()));
        }
        if (action.joints() != null) {
            return output.joints(action.joints().stream().map(joints::get).toList());
        }
        return actions == 1 ? output : output.joints(joints);
    }

    // ---- the rate

    private double rateHz() {
        Double period = this.description == null ? null : this.description.period();
        if (period == null) {
            if (this.settings.config() != null && Double.isNaN(this.settings.rateHz())) {
                this.missing.add("rate");
            }
            return this.settings.rateHz();
        }
        double described = this.settings.every() / period;
        double own = this.settings.rateHz();
        if (Double.isNaN(own)) {
            return described;
        }
        if (Math.abs(own - described) > PERIOD_TOLERANCE * described) {
            throw new IllegalArgumentException(
                    "The policy decides each %s s, by %s, but a session at %s Hz with every %d lets it decide each %s s: set the rate to %s Hz, or change every"
                            .formatted(
                                    period,
                                    Objects.requireNonNull(this.description).source(),
                                    own,
                                    this.settings.every(),
                                    this.settings.every() / own,
                                    described));
        }
        return own;
    }

    // ---- settings that would have no effect

    private void requireKnownTerms() {
        Set<String> terms = new HashSet<>();
        if (this.settings.inputs().isEmpty() && this.description != null) {
            for (DescribedInput input : orEmpty(this.description.inputs())) {
                input.terms().forEach(term -> terms.add(term.name()));
            }
            if (this.description.inputs() == null) {
                return; // the inputs are missing, which is said
            }
        }
        for (String name : this.settings.tensors().keySet()) {
            if (!terms.contains(name)) {
                throw new IllegalArgumentException(
                        "A tensor is set for the term '%s', but what comes with the model has only the terms %s"
                                .formatted(name, terms.stream().sorted().toList()));
            }
        }
    }

    private static void requireUsed(@Nullable Normalizer normalizer, List<Input> inputs) {
        if (normalizer == null) {
            return;
        }
        Set<String> tensors = new HashSet<>();
        for (Input input : inputs) {
            for (Term term : input.terms()) {
                if (term.source() instanceof Term.TensorValues values) {
                    tensors.add(values.tensor());
                }
            }
        }
        normalizer.requireUsed(tensors);
    }
}
