package dev.rfx.session.onnx;

import dev.rfx.session.onnx.PolicyDescription.DescribedAction;
import dev.rfx.session.onnx.PolicyDescription.DescribedCommand;
import dev.rfx.session.onnx.PolicyDescription.DescribedInput;
import dev.rfx.session.onnx.PolicyDescription.DescribedTerm;
import dev.rfx.session.onnx.PolicyDescription.Kind;
import dev.rfx.session.onnx.PolicyDescription.Scaling;
import dev.rfx.session.onnx.PolicyDescription.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code deploy.yaml} that Unitree's training writes with a policy. All lists are in the
 * order of the policy's joints, except stiffness and damping, which are not read. The file names no
 * joints: {@code joint_ids_map} has the robot's index of each.
 *
 * <p>The meaning is that of Unitree's controller. A term is clipped, then scaled, unless {@code
 * scale_first} is true. {@code use_gym_history} puts whole frames one after the other. Both are
 * flags of the controller: in any group they are valid for all.
 */
final class DeployYaml {

    /** More than any policy has. Each frame takes memory. */
    static final int MAX_HISTORY = 10_000;

    private static final int MAX_JOINTS = 1_000;

    private static final String JOINT_IDS_MAP = "joint_ids_map";
    private static final String DEFAULT_JOINT_POS = "default_joint_pos";
    private static final String STEP_DT = "step_dt";
    private static final String OBSERVATIONS = "observations";
    private static final String ACTIONS = "actions";
    private static final String COMMANDS = "commands";
    private static final String USE_GYM_HISTORY = "use_gym_history";
    private static final String SCALE_FIRST = "scale_first";
    private static final String JOINT_IDS = "joint_ids";
    private static final String SCALE = "scale";
    private static final String CLIP = "clip";
    private static final String HISTORY_LENGTH = "history_length";
    private static final String PARAMS = "params";

    /** The members by which a term is known: a group of terms has none of them. */
    private static final List<String> TERM_KEYS = List.of(PARAMS, SCALE, CLIP, HISTORY_LENGTH);

    /** The input of a model whose terms are in no group. */
    private static final String ONLY_INPUT = "obs";

    /** In the order of the command's values. */
    private static final List<String> RANGES = List.of("lin_vel_x", "lin_vel_y", "ang_vel_z");

    private static final Map<String, Kind> KINDS =
            Map.of("JointPositionAction", Kind.POSITION, "JointVelocityAction", Kind.VELOCITY);

    private static final Map<String, Source> SOURCES =
            Map.of(
                    "joint_pos_rel", Source.RELATIVE_POSITION,
                    "joint_vel_rel", Source.VELOCITY,
                    "last_action", Source.LAST_ACTION,
                    "velocity_commands", Source.COMMAND,
                    "gait_phase", Source.PHASE);

    private final Map<String, Object> root;
    private final Problems problems = new Problems();

    private DeployYaml(Map<String, Object> root) {
        this.root = root;
    }

    /**
     * {@return what a file says}
     *
     * @throws ModelFileException if the file is unreadable or no YAML
     */
    static PolicyDescription read(Path file) {
        String text = TextFile.read(file);
        Object document;
        try {
            document = PythonYaml.load(text);
        } catch (NoClassDefFoundError ex) {
            throw ModelFileException.unsupported(
                    file,
                    "SnakeYAML is not on the class path",
                    "Add the dependency org.yaml:snakeyaml.");
        } catch (RuntimeException ex) { // SnakeYAML throws others than its own for damaged values
            throw ModelFileException.damaged(file, "it is no YAML: " + ex.getMessage());
        }
        if (document instanceof Map<?, ?> map) {
            return new DeployYaml(members(map)).description(file.toString());
        }
        throw ModelFileException.damaged(file, "it is no map of options");
    }

    private PolicyDescription description(String source) {
        List<Integer> motors = this.problems.part(this::motors);
        int joints = motors == null ? -1 : motors.size();
        List<Float> defaultPose = this.problems.part(() -> defaultPose(joints));
        List<DescribedAction> actions = this.problems.part(() -> actions(joints));
        return new PolicyDescription(
                source,
                null,
                motors,
                defaultPose,
                this.problems.part(() -> inputs(joints)),
                actions,
                commands(),
                this.problems.part(this::period),
                this.problems.list());
    }

    private List<Integer> motors() {
        Object value = required(this.root, JOINT_IDS_MAP);
        if (value instanceof List<?> list && list.isEmpty()) {
            this.problems.add("%s is empty", JOINT_IDS_MAP);
        }
        return indexes(JOINT_IDS_MAP, value, -1);
    }

    private List<Float> defaultPose(int joints) {
        return each(DEFAULT_JOINT_POS, required(this.root, DEFAULT_JOINT_POS), joints);
    }

    private double period() {
        return seconds(STEP_DT, required(this.root, STEP_DT));
    }

    private double seconds(String key, @Nullable Object value) {
        double seconds = value instanceof Number number ? number.doubleValue() : 0;
        if (value != null && !(seconds > 0 && seconds < Double.POSITIVE_INFINITY)) {
            this.problems.add("%s is %s, which is no time", key, shown(value));
        }
        return seconds;
    }

    private Map<String, DescribedCommand> commands() {
        Map<String, DescribedCommand> commands = new LinkedHashMap<>();
        map(COMMANDS, this.root.get(COMMANDS))
                .forEach(
                        (name, value) -> commands.put(name, command(COMMANDS + "." + name, value)));
        return commands;
    }

    /** Ranges that are incomplete limit nothing. */
    private DescribedCommand command(String key, @Nullable Object value) {
        Map<String, Object> ranges = map(key + ".ranges", map(key, value).get("ranges"));
        List<Float> low = new ArrayList<>();
        List<Float> high = new ArrayList<>();
        for (String name : RANGES) {
            Object range = ranges.get(name);
            if (range == null) {
                return new DescribedCommand(null, null);
            }
            float[] pair = pair(key + ".ranges." + name, range);
            low.add(pair[0]);
            high.add(pair[1]);
        }
        return new DescribedCommand(List.copyOf(low), List.copyOf(high));
    }

    private List<DescribedAction> actions(int joints) {
        List<DescribedAction> actions = new ArrayList<>();
        Object value = required(this.root, ACTIONS);
        if (value instanceof Map<?, ?> map && map.isEmpty()) {
            this.problems.add("%s is empty", ACTIONS);
        }
        map(ACTIONS, value)
                .forEach(
                        (name, action) -> {
                            String key = ACTIONS + "." + name;
                            Kind kind = KINDS.get(name);
                            if (kind == null) {
                                this.problems.add(
                                        "%s is none of %s",
                                        key, KINDS.keySet().stream().sorted().toList());
                            } else {
                                actions.add(action(key, kind, map(key, action), joints));
                            }
                        });
        return List.copyOf(actions);
    }

    private DescribedAction action(String key, Kind kind, Map<String, Object> action, int joints) {
        List<Integer> indexes = jointIndexes(key, action, joints);
        int count = indexes == null ? joints : indexes.size();
        Object offset = action.get("offset");
        List<Float> low = new ArrayList<>();
        List<Float> high = new ArrayList<>();
        clips(key + "." + CLIP, action.get(CLIP), count, low, high);
        return new DescribedAction(
                kind,
                indexes,
                oneOrEach(key + "." + SCALE, required(key + ".", action, SCALE), count),
                offset == null ? null : oneOrEach(key + ".offset", offset, count),
                low.isEmpty() ? null : List.copyOf(low),
                high.isEmpty() ? null : List.copyOf(high));
    }

    /** Reads a list with a pair for each joint, or one pair for all of them. */
    private void clips(
            String key, @Nullable Object value, int count, List<Float> low, List<Float> high) {
        if (value == null) {
            return;
        }
        List<?> list = list(key, value);
        boolean one = !list.isEmpty() && list.get(0) instanceof Number;
        List<?> pairs = one ? List.of(list) : list;
        if (!one && count >= 0 && pairs.size() != count) {
            this.problems.add("%s has %d pairs for %d joints", key, pairs.size(), count);
        }
        for (Object pair : pairs) {
            float[] limits = pair(key, pair);
            low.add(limits[0]);
            high.add(limits[1]);
        }
    }

    private @Nullable List<Integer> jointIndexes(
            String key, Map<String, Object> owner, int joints) {
        Object ids = owner.get(JOINT_IDS);
        return ids == null ? null : indexes(key + "." + JOINT_IDS, ids, joints);
    }

    private List<DescribedInput> inputs(int joints) {
        Object value = required(this.root, OBSERVATIONS);
        Map<String, Object> observations = map(OBSERVATIONS, value);
        if (!(value instanceof Map<?, ?>)) {
            return List.of();
        }
        Map<String, Map<String, Object>> groups = new LinkedHashMap<>();
        if (isGrouped(observations)) {
            observations.forEach(
                    (name, group) -> {
                        if (!isFlag(name)) {
                            groups.put(name, map(OBSERVATIONS + "." + name, group));
                        }
                    });
        } else {
            groups.put(ONLY_INPUT, observations);
        }
        List<Map<String, Object>> owners = new ArrayList<>(groups.values());
        owners.add(observations);
        boolean timeMajor = flag(USE_GYM_HISTORY, owners);
        boolean scaleFirst = flag(SCALE_FIRST, owners);
        List<DescribedInput> inputs = new ArrayList<>();
        groups.forEach(
                (name, group) -> {
                    String key = group == observations ? OBSERVATIONS : OBSERVATIONS + "." + name;
                    inputs.add(
                            new DescribedInput(
                                    name,
                                    timeMajor,
                                    terms(key, group, timeMajor, scaleFirst, joints)));
                });
        return List.copyOf(inputs);
    }

    private static boolean isFlag(String name) {
        return name.equals(USE_GYM_HISTORY) || name.equals(SCALE_FIRST);
    }

    private static boolean isGrouped(Map<String, Object> observations) {
        return observations.values().stream()
                .filter(Map.class::isInstance)
                .findFirst()
                .map(first -> members((Map<?, ?>) first))
                .map(first -> TERM_KEYS.stream().noneMatch(first::containsKey) && !first.isEmpty())
                .orElse(false);
    }

    /** The controller has one flag for all groups. */
    private boolean flag(String name, List<Map<String, Object>> owners) {
        Boolean flag = null;
        for (Map<String, Object> owner : owners) {
            Object value = owner.get(name);
            if (value == null) {
                continue;
            }
            if (!(value instanceof Boolean set) || flag != null && !flag.equals(set)) {
                this.problems.add(
                        "%s.%s is %s: it must be one truth value for all groups",
                        OBSERVATIONS, name, shown(value));
                return false;
            }
            flag = set;
        }
        return flag != null && flag;
    }

    private List<DescribedTerm> terms(
            String key,
            Map<String, Object> group,
            boolean timeMajor,
            boolean scaleFirst,
            int joints) {
        List<DescribedTerm> terms = new ArrayList<>();
        group.forEach(
                (name, value) -> {
                    if (!isFlag(name)) {
                        String termKey = key + "." + name;
                        terms.add(term(termKey, name, map(termKey, value), scaleFirst, joints));
                    }
                });
        if (terms.isEmpty()) {
            this.problems.add("%s has no term", key);
        }
        if (timeMajor && terms.stream().map(DescribedTerm::history).distinct().count() > 1) {
            this.problems.add(
                    "%s: with %s all terms must have one %s", key, USE_GYM_HISTORY, HISTORY_LENGTH);
        }
        return terms;
    }

    private DescribedTerm term(
            String key, String name, Map<String, Object> term, boolean scaleFirst, int joints) {
        Source source = SOURCES.getOrDefault(name, Source.TENSOR);
        Map<String, Object> params = map(key + "." + PARAMS, term.get(PARAMS));
        List<Integer> indexes = null;
        int size = PolicyDescription.SIZES.getOrDefault(name, -1);
        if (source == Source.RELATIVE_POSITION || source == Source.VELOCITY) {
            String assetKey = key + "." + PARAMS + ".asset_cfg";
            indexes = jointIndexes(assetKey, map(assetKey, params.get("asset_cfg")), joints);
            size = indexes == null ? joints : indexes.size();
        }
        Object scaleValue = term.get(SCALE);
        List<Float> scale =
                scaleValue == null ? List.of(1f) : oneOrEach(key + "." + SCALE, scaleValue, size);
        if (size < 0 && scaleValue instanceof List<?>) {
            size = scale.size();
        }
        Object clip = term.get(CLIP);
        float[] limits =
                clip == null
                        ? new float[] {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}
                        : pair(key + "." + CLIP, clip);
        return new DescribedTerm(
                name,
                source,
                size < 0 ? null : size,
                indexes,
                source == Source.COMMAND
                        ? String.valueOf(params.getOrDefault("command_name", "base_velocity"))
                        : null,
                source == Source.PHASE ? phasePeriod(key, params) : null,
                scaleFirst
                        ? Scaling.thenClip(scale, limits[0], limits[1])
                        : Scaling.afterClip(scale, limits[0], limits[1]),
                history(key + "." + HISTORY_LENGTH, term.get(HISTORY_LENGTH)));
    }

    private double phasePeriod(String key, Map<String, Object> params) {
        String paramsKey = key + "." + PARAMS + ".";
        return seconds(paramsKey + "period", required(paramsKey, params, "period"));
    }

    private int history(String key, @Nullable Object value) {
        if (value == null) {
            return 1;
        }
        if (value instanceof Integer frames && frames >= 0 && frames <= MAX_HISTORY) {
            return Math.max(1, frames);
        }
        this.problems.add("%s is %s, which is no number of frames", key, shown(value));
        return 1;
    }

    private @Nullable Object required(Map<String, Object> owner, String name) {
        return required("", owner, name);
    }

    private @Nullable Object required(String prefix, Map<String, Object> owner, String name) {
        Object value = owner.get(name);
        if (value == null) {
            this.problems.add("%s%s is missing", prefix, name);
        }
        return value;
    }

    /** {@return one number for all, or one for each of {@code count}, if that is not negative} */
    private List<Float> oneOrEach(String key, @Nullable Object value, int count) {
        return value instanceof Number ? List.of(number(key, value)) : each(key, value, count);
    }

    private List<Float> each(String key, @Nullable Object value, int count) {
        List<Float> numbers = new ArrayList<>();
        for (Object element : list(key, value)) {
            float number = number(key, element);
            if (Float.isInfinite(number)) {
                this.problems.add("%s has a number that is infinite", key);
            }
            numbers.add(number);
        }
        if (value instanceof List<?> && count >= 0 && numbers.size() != count) {
            this.problems.add("%s has %d values, not %d", key, numbers.size(), count);
        } else if (value instanceof List<?> list && list.isEmpty()) {
            this.problems.add("%s is empty", key);
        }
        return List.copyOf(numbers);
    }

    private float[] pair(String key, @Nullable Object value) {
        List<?> list = list(key, value);
        if (list.size() == 2) {
            float low = number(key, list.get(0));
            float high = number(key, list.get(1));
            if (low <= high) {
                return new float[] {low, high};
            }
        }
        this.problems.add("%s is no pair of a low and a high limit", key);
        return new float[2];
    }

    private float number(String key, @Nullable Object value) {
        if (value instanceof Number number && !Double.isNaN(number.doubleValue())) {
            return number.floatValue();
        }
        this.problems.add("%s has %s, which is no number", key, shown(value));
        return 0;
    }

    /** {@return different indexes from 0, each less than {@code count} if that is not negative} */
    private List<Integer> indexes(String key, @Nullable Object value, int count) {
        List<Integer> indexes = new ArrayList<>();
        for (Object element : list(key, value)) {
            if (!(element instanceof Integer index)
                    || index < 0
                    || index >= (count < 0 ? MAX_JOINTS : count)) {
                this.problems.add("%s has %s, which is no joint's index", key, shown(element));
                return List.of();
            }
            indexes.add(index);
        }
        if (new HashSet<>(indexes).size() < indexes.size()) {
            this.problems.add("%s has an index twice", key);
        }
        return List.copyOf(indexes);
    }

    /** Null is reported where it is missing. */
    private List<?> list(String key, @Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        if (value != null) {
            this.problems.add("%s is %s, which is no list", key, shown(value));
        }
        return List.of();
    }

    private Map<String, Object> map(String key, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return members(map);
        }
        if (value != null) {
            this.problems.add("%s is %s, which is no map", key, shown(value));
        }
        return Map.of();
    }

    private static Map<String, Object> members(Map<?, ?> map) {
        Map<String, Object> members = new LinkedHashMap<>();
        map.forEach((key, value) -> members.put(String.valueOf(key), value));
        return Collections.unmodifiableMap(members);
    }

    /** A list or a map may contain itself. */
    private static String shown(@Nullable Object value) {
        if (value instanceof List<?>) {
            return "a list";
        }
        if (value instanceof Map<?, ?>) {
            return "a map";
        }
        String text = value instanceof PythonYaml.Slice ? "a slice" : String.valueOf(value);
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }
}
