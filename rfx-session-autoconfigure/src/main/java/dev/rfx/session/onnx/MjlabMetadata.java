package dev.rfx.session.onnx;

import dev.rfx.session.onnx.PolicyDescription.DescribedAction;
import dev.rfx.session.onnx.PolicyDescription.DescribedCommand;
import dev.rfx.session.onnx.PolicyDescription.DescribedInput;
import dev.rfx.session.onnx.PolicyDescription.DescribedTerm;
import dev.rfx.session.onnx.PolicyDescription.Kind;
import dev.rfx.session.onnx.PolicyDescription.Scaling;
import dev.rfx.session.onnx.PolicyDescription.Source;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the metadata that mjlab writes into a model. All values are texts. A list has commas. Its
 * numbers, its truth values too, have three decimals: {@code history 3} is {@code 3.000}, and
 * {@code 0.43766} is {@code 0.438}. A list within a list has semicolons, or is as Python prints it:
 * {@code -inf;inf,-1.000;1.000} or {@code [-inf, inf],[-1.0, 1.0]}. A single number has all of its
 * digits.
 */
final class MjlabMetadata {

    private static final String JOINT_NAMES = "joint_names";
    private static final String DEFAULT_JOINT_POS = "default_joint_pos";
    private static final String JOINT_STIFFNESS = "joint_stiffness";
    private static final String ACTION_SCALE = "action_scale";
    private static final String ACTION_OFFSET = "action_offset";
    private static final String ACTION_SPACE = "action_space";
    private static final String COMMAND_NAMES = "command_names";
    private static final String OBSERVATION_NAMES = "observation_names";
    private static final String TERMS_SCALE = "observation_terms_scale";
    private static final String TERMS_CLIP = "observation_terms_clip";
    private static final String TERMS_HISTORY = "observation_terms_history_length";
    private static final String TERMS_FLATTEN = "observation_terms_flatten_history_dim";

    /** The lists with an element for each term of the observation. */
    private static final List<String> PER_TERM =
            List.of(OBSERVATION_NAMES, TERMS_SCALE, TERMS_CLIP, TERMS_HISTORY, TERMS_FLATTEN);

    /** What marks metadata as that of mjlab. */
    private static final List<String> MARKS =
            List.of(JOINT_NAMES, DEFAULT_JOINT_POS, ACTION_SCALE, OBSERVATION_NAMES);

    /** The joints of the action, as mjlab and its users name them. Upstream has no such key. */
    private static final List<String> ACTION_JOINTS = List.of("action_joint_names", "action_names");

    /** What the terms of mjlab's tasks and of IsaacLab's functions are called. */
    private static final Map<String, Source> SOURCES =
            Map.of(
                    "joint_pos", Source.RELATIVE_POSITION,
                    "joint_pos_rel", Source.RELATIVE_POSITION,
                    "joint_vel", Source.VELOCITY,
                    "joint_vel_rel", Source.VELOCITY,
                    "actions", Source.LAST_ACTION,
                    "last_action", Source.LAST_ACTION,
                    "command", Source.COMMAND,
                    "velocity_commands", Source.COMMAND,
                    "generated_commands", Source.COMMAND);

    private static final Pattern NUMBER =
            Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");

    private final Map<String, String> metadata;
    private final Problems problems = new Problems();

    private MjlabMetadata(Map<String, String> metadata) {
        this.metadata = metadata;
    }

    /**
     * {@return what the metadata says, or null if it is not that of mjlab}
     *
     * @param source names the metadata in messages
     * @param metadata the custom metadata of a model
     */
    static @Nullable PolicyDescription read(String source, Map<String, String> metadata) {
        return MARKS.stream().anyMatch(metadata::containsKey)
                ? new MjlabMetadata(metadata).description(source)
                : null;
    }

    private PolicyDescription description(String source) {
        List<String> joints = this.problems.part(this::joints);
        List<Float> defaultPose = this.problems.part(() -> defaultPose(joints));
        List<String> commandNames = texts(COMMAND_NAMES);
        Map<String, DescribedCommand> commands = new LinkedHashMap<>();
        commandNames.forEach(name -> commands.put(name, new DescribedCommand(null, null)));
        return new PolicyDescription(
                source,
                joints,
                null,
                defaultPose,
                this.problems.part(() -> inputs(joints, commandNames)),
                this.problems.part(() -> actions(joints)),
                commands,
                null,
                this.problems.list());
    }

    private List<String> joints() {
        if (isMissing(JOINT_NAMES)) {
            return List.of();
        }
        List<String> joints = texts(JOINT_NAMES);
        if (joints.contains("") || new HashSet<>(joints).size() < joints.size()) {
            this.problems.add("%s has an empty name, or a name twice: %s", JOINT_NAMES, joints);
        }
        return joints;
    }

    private List<Float> defaultPose(@Nullable List<String> joints) {
        if (isMissing(DEFAULT_JOINT_POS)) {
            return List.of();
        }
        List<Float> pose = numbers(DEFAULT_JOINT_POS);
        if (joints != null && pose.size() != joints.size()) {
            this.problems.add(
                    "%s has %d values for %d joints",
                    DEFAULT_JOINT_POS, pose.size(), joints.size());
        }
        return pose;
    }

    private List<DescribedAction> actions(@Nullable List<String> joints) {
        if (isMissing(ACTION_SCALE)) {
            return List.of();
        }
        List<Float> scale = numbers(ACTION_SCALE);
        List<Float> offset =
                this.metadata.containsKey(ACTION_OFFSET) ? numbers(ACTION_OFFSET) : null;
        String space = this.metadata.getOrDefault(ACTION_SPACE, "joint_pos");
        if (!space.startsWith("joint_pos")) {
            this.problems.add("%s is %s: only joint positions are read", ACTION_SPACE, space);
        }
        List<Integer> indexes = joints == null ? null : actionJoints(joints, scale.size());
        Integer count = joints == null ? null : indexes == null ? joints.size() : indexes.size();
        requireOneOrAll(ACTION_SCALE, scale, count);
        if (offset != null) {
            requireOneOrAll(ACTION_OFFSET, offset, count);
        }
        return List.of(new DescribedAction(Kind.POSITION, indexes, scale, offset, null, null));
    }

    /** {@return the indexes of the joints of the action, or null for all} */
    private @Nullable List<Integer> actionJoints(List<String> joints, int scales) {
        for (String key : ACTION_JOINTS) {
            if (this.metadata.containsKey(key)) {
                List<Integer> indexes = texts(key).stream().map(joints::indexOf).toList();
                if (indexes.contains(-1) || new HashSet<>(indexes).size() < indexes.size()) {
                    this.problems.add(
                            "%s has a name twice, or one that is not in %s: %s",
                            key, JOINT_NAMES, texts(key));
                }
                return indexes;
            }
        }
        int actuated = joints.size();
        if (scales > 1) {
            actuated = scales;
        } else if (this.metadata.containsKey(JOINT_STIFFNESS)) {
            actuated = numbers(JOINT_STIFFNESS).size();
        }
        if (actuated != joints.size()) {
            this.problems.add(
                    "%s has %d joints, but the action %d, and no %s names them",
                    JOINT_NAMES, joints.size(), actuated, ACTION_JOINTS.get(0));
        }
        return null;
    }

    private List<DescribedInput> inputs(@Nullable List<String> joints, List<String> commands) {
        Map<String, List<List<String>>> lists = perTerm();
        if (lists.isEmpty()) {
            return List.of();
        }
        List<List<String>> scales = lists.get(TERMS_SCALE);
        List<List<String>> clips = lists.get(TERMS_CLIP);
        List<List<String>> histories = lists.get(TERMS_HISTORY);
        List<List<String>> flattens = lists.get(TERMS_FLATTEN);
        List<String> names =
                lists.get(OBSERVATION_NAMES).stream().map(name -> String.join(";", name)).toList();
        List<DescribedTerm> terms = new ArrayList<>();
        Set<Boolean> flattened = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            DescribedTerm term =
                    term(
                            names.get(i),
                            numbers(TERMS_SCALE, withoutNone(scales.get(i))),
                            numbersOrInfinities(TERMS_CLIP, withoutNone(clips.get(i))),
                            history(histories.get(i)),
                            joints,
                            commands);
            terms.add(term);
            boolean flat = flag(flattens.get(i));
            if (term.history() > 1 || !flat) {
                flattened.add(flat);
            }
        }
        boolean timeMajor = flattened.contains(false);
        boolean oneHistory = terms.stream().map(DescribedTerm::history).distinct().count() == 1;
        if (timeMajor && (flattened.contains(true) || !oneHistory)) {
            this.problems.add(
                    "%s and %s differ among the terms: they are no single input",
                    TERMS_FLATTEN, TERMS_HISTORY);
        }
        return List.of(new DescribedInput(null, timeMajor, terms));
    }

    private DescribedTerm term(
            String name,
            List<Float> scale,
            List<Float> clip,
            int history,
            @Nullable List<String> joints,
            List<String> commands) {
        Source source =
                commands.contains(name)
                        ? Source.COMMAND
                        : SOURCES.getOrDefault(name, Source.TENSOR);
        if (!clip.isEmpty() && (clip.size() != 2 || !(clip.get(0) <= clip.get(1)))) {
            this.problems.add("%s of %s is %s, not [low, high]", TERMS_CLIP, name, clip);
        }
        Integer size =
                scale.size() > 1
                        ? Integer.valueOf(scale.size())
                        : PolicyDescription.SIZES.get(name);
        if (joints != null
                && (source == Source.RELATIVE_POSITION || source == Source.VELOCITY)
                && Objects.requireNonNullElse(size, joints.size()) != joints.size()) {
            this.problems.add(
                    "%s of %s has %d values for %d joints", TERMS_SCALE, name, size, joints.size());
        }
        boolean limited = clip.size() == 2;
        return new DescribedTerm(
                name,
                source,
                size,
                null,
                source == Source.COMMAND ? command(name, commands) : null,
                null,
                Scaling.afterClip(
                        scale.isEmpty() ? List.of(1f) : scale,
                        limited ? clip.get(0) : Float.NEGATIVE_INFINITY,
                        limited ? clip.get(1) : Float.POSITIVE_INFINITY),
                history);
    }

    private String command(String term, List<String> commands) {
        if (commands.isEmpty() || commands.contains(term)) {
            return term;
        }
        if (commands.size() > 1) {
            this.problems.add(
                    "%s has %s, but the observation %s may be any of them",
                    COMMAND_NAMES, commands, term);
        }
        return commands.get(0);
    }

    private int history(List<String> element) {
        List<Float> numbers = numbers(TERMS_HISTORY, element);
        float frames = numbers.size() == 1 ? numbers.get(0) : -1;
        if (frames < 0 || frames > DeployYaml.MAX_HISTORY || frames != Math.rint(frames)) {
            this.problems.add("%s has %s, which is no number of frames", TERMS_HISTORY, element);
        }
        return Math.max(1, (int) frames);
    }

    private boolean flag(List<String> element) {
        return switch (String.join(";", element)) {
            case "True", "1", "1.0", "1.000" -> true;
            case "False", "0", "0.0", "0.000" -> false;
            default -> {
                this.problems.add("%s has %s, which is no truth value", TERMS_FLATTEN, element);
                yield false;
            }
        };
    }

    private boolean isMissing(String key) {
        if (this.metadata.containsKey(key)) {
            return false;
        }
        this.problems.add("%s is missing", key);
        return true;
    }

    private void requireOneOrAll(String key, List<Float> values, @Nullable Integer count) {
        if (values.size() != 1 && count != null && values.size() != count) {
            this.problems.add("%s has %d values for %d joints", key, values.size(), count);
        }
    }

    private static List<String> withoutNone(List<String> element) {
        return element.equals(List.of("None")) ? List.of() : element;
    }

    /** {@return the lists of {@link #PER_TERM}, or nothing if their lengths differ} */
    private Map<String, List<List<String>>> perTerm() {
        Map<String, List<List<String>>> lists = new LinkedHashMap<>();
        PER_TERM.stream()
                .filter(key -> !isMissing(key))
                .forEach(key -> lists.put(key, elements(key)));
        if (lists.size() < PER_TERM.size()) {
            return Map.of();
        }
        int terms = lists.get(OBSERVATION_NAMES).size();
        boolean valid = true;
        for (String key : PER_TERM) {
            List<List<String>> elements = lists.get(key);
            if (elements.isEmpty() || elements.contains(List.of())) {
                this.problems.add("%s is empty, or has an empty element", key);
                valid = false;
            } else if (elements.size() != terms) {
                this.problems.add(
                        "%s has %d elements for %d observations", key, elements.size(), terms);
                valid = false;
            }
        }
        return valid ? lists : Map.of();
    }

    private List<Float> numbers(String key) {
        List<Float> numbers = numbers(key, texts(key));
        if (numbers.isEmpty() && this.metadata.containsKey(key)) {
            this.problems.add("%s is empty", key);
        }
        return numbers;
    }

    private List<Float> numbers(String key, List<String> texts) {
        List<Float> numbers = numbersOrInfinities(key, texts);
        if (numbers.stream().anyMatch(number -> number.isInfinite())) {
            this.problems.add("%s has a number that is infinite: %s", key, texts);
        }
        return numbers;
    }

    private List<Float> numbersOrInfinities(String key, List<String> texts) {
        List<Float> numbers = new ArrayList<>();
        for (String text : texts) {
            if (NUMBER.matcher(text).matches()) {
                numbers.add(Float.parseFloat(text));
            } else if (text.equals("inf") || text.equals("-inf")) {
                numbers.add(text.equals("inf") ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY);
            } else {
                this.problems.add("%s has '%s', which is no number", key, shortened(text));
                return List.of();
            }
        }
        return List.copyOf(numbers);
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    private List<String> texts(String key) {
        return elements(key).stream().flatMap(List::stream).toList();
    }

    /** {@return the elements of a list: each is a list of its own, mostly with one text} */
    private List<List<String>> elements(String key) {
        String value = this.metadata.getOrDefault(key, "");
        List<List<String>> elements = new ArrayList<>();
        if (value.isBlank()) {
            return elements;
        }
        List<String> element = new ArrayList<>();
        int begin = 0;
        boolean inBrackets = false;
        boolean afterBrackets = false;
        for (int i = 0; i <= value.length(); i++) {
            char c = i < value.length() ? value.charAt(i) : ',';
            if (",;[]()".indexOf(c) < 0) {
                continue;
            }
            String text = value.substring(begin, i).trim();
            begin = i + 1;
            switch (c) {
                case '[', '(', ']', ')' -> {
                    boolean opening = c == '[' || c == '(';
                    if (opening == inBrackets || opening && !text.isEmpty()) {
                        this.problems.add("%s has a bracket at character %d", key, i);
                        return List.of();
                    }
                    inBrackets = opening;
                    afterBrackets = !opening;
                    if (!text.isEmpty()) {
                        element.add(text);
                    }
                }
                default -> {
                    if (!afterBrackets || !text.isEmpty()) {
                        element.add(text);
                    }
                    if (c == ',' && !inBrackets) {
                        elements.add(element);
                        element = new ArrayList<>();
                        afterBrackets = false;
                    }
                }
            }
        }
        if (inBrackets) {
            this.problems.add("%s has a bracket that is not closed", key);
        }
        return elements;
    }
}
