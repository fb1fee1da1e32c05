package dev.rfx.session.onnx;

import dev.rfx.session.support.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the processors that LeRobot 0.4 and newer saves with a policy. Each of the two files lists
 * the steps from the robot's observation to the model, or from the model to the robot's action.
 */
final class LeRobotProcessors {

    private static final String PREPROCESSOR = "policy_preprocessor.json";
    private static final String POSTPROCESSOR = "policy_postprocessor.json";
    private static final String NORMALIZER = "normalizer_processor";
    private static final String UNNORMALIZER = "unnormalizer_processor";

    /** The steps that leave the values as they are. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("rename_observations_processor", "to_batch_processor", "device_processor");

    /** The steps that may be switched off, and else change the meaning of the actions. */
    private static final Set<String> RELATIVE =
            Set.of("relative_actions_processor", "absolute_actions_processor");

    /** A file of the directory, on any operating system. */
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

    private static final String ACTION = Normalizer.ACTION;
    private static final String VISUAL = "VISUAL";
    private static final String IDENTITY = "IDENTITY";

    private static final String OWN_CODE =
            "Apply the processors in your own Policy around the OnnxPolicy.";

    private final Path directory;
    private final Path file;

    private LeRobotProcessors(Path directory, String file) {
        this.directory = directory;
        this.file = directory.resolve(file);
    }

    static Normalizer read(Path directory) {
        if (Files.isDirectory(directory)
                && !Files.exists(directory.resolve(PREPROCESSOR))
                && !Files.exists(directory.resolve(POSTPROCESSOR))) {
            throw ModelFileException.unsupported(
                    directory,
                    "it has neither %s nor %s".formatted(PREPROCESSOR, POSTPROCESSOR),
                    "Check the path. A policy that LeRobot before 0.4 saved has its statistics in"
                            + " model.safetensors: migrate it with LeRobot's"
                            + " migrate_policy_normalization.py.");
        }
        Map<String, Normalization> inputs =
                new LeRobotProcessors(directory, PREPROCESSOR).normalizations(NORMALIZER);
        inputs.remove(ACTION);
        Normalization action =
                new LeRobotProcessors(directory, POSTPROCESSOR)
                        .normalizations(UNNORMALIZER)
                        .get(ACTION);
        return Normalizer.of(inputs, action == null ? Map.of() : Map.of(ACTION, action));
    }

    /** {@return the normalization of each feature, from the only step that has some} */
    private Map<String, Normalization> normalizations(String wanted) {
        Map<String, Object> processor;
        try {
            processor = JsonObject.parse(TextFile.read(this.file));
        } catch (IllegalArgumentException ex) {
            throw damaged(String.valueOf(ex.getMessage()));
        }
        Map<String, Normalization> result = null;
        for (Object element : list(processor, "steps")) {
            Map<String, Object> step = object("a step", element);
            String name = name(step);
            if (name.equals(wanted)) {
                if (result != null) {
                    throw unsupported("it has two steps " + wanted);
                }
                result = normalizations(step);
            } else if (!WITHOUT_EFFECT.contains(name)) {
                requireSwitchedOff(name, step);
            }
        }
        return result == null ? new LinkedHashMap<>() : result;
    }

    /** A step that is no part of LeRobot has the name of a class instead. */
    private String name(Map<String, Object> step) {
        Object name = step.getOrDefault("registry_name", step.get("class"));
        if (name instanceof String text) {
            return text;
        }
        throw damaged("a step has no registry_name");
    }

    private void requireSwitchedOff(String name, Map<String, Object> step) {
        if (!RELATIVE.contains(name)) {
            throw unsupported("its step %s is not supported".formatted(name));
        }
        Object enabled = config(step).get("enabled");
        if (!"false".equals(enabled)) {
            throw unsupported(
                    "its step %s has enabled %s: the actions are relative to the state"
                            .formatted(name, enabled));
        }
    }

    private Map<String, Normalization> normalizations(Map<String, Object> step) {
        Map<String, Object> config = config(step);
        Map<String, Object> modes = objectOrEmpty(config, "norm_map");
        Map<String, Object> features = objectOrEmpty(config, "features");
        float epsilon = epsilon(config);
        Map<String, Map<String, float[]>> statistics = statistics(step);
        Map<String, Normalization> result = new LinkedHashMap<>();
        features.forEach(
                (feature, value) -> {
                    Map<String, Object> description = object(feature, value);
                    String type = String.valueOf(description.get("type"));
                    if (!type.equals(VISUAL)) {
                        int size = size(feature, list(description, "shape"));
                        Normalization normalization =
                                isNormalized(feature, config)
                                        ? normalization(
                                                feature,
                                                mode(modes, type),
                                                statistics.get(feature),
                                                epsilon)
                                        : null;
                        result.put(feature, requireSize(feature, normalization, size));
                    }
                });
        // LeRobot normalizes the action even if it is no feature of the step.
        if (!features.containsKey(ACTION)) {
            Normalization action =
                    normalization(ACTION, mode(modes, "ACTION"), statistics.get(ACTION), epsilon);
            if (action != null) {
                result.put(ACTION, action);
            }
        }
        return result;
    }

    private boolean isNormalized(String feature, Map<String, Object> config) {
        return feature.equals(ACTION)
                || !hasValue(config, "normalize_observation_keys")
                || list(config, "normalize_observation_keys").contains(feature);
    }

    private static String mode(Map<String, Object> modes, String type) {
        return String.valueOf(modes.getOrDefault(type, IDENTITY));
    }

    private Normalization requireSize(
            String feature, @Nullable Normalization normalization, int size) {
        if (normalization == null) {
            return Normalization.identity(size);
        }
        if (normalization.size() != size) {
            throw damaged(
                    "%s has %d values, but statistics for %d"
                            .formatted(feature, size, normalization.size()));
        }
        return normalization;
    }

    /** {@return the normalization, or null if there is none} */
    private @Nullable Normalization normalization(
            String feature, String mode, @Nullable Map<String, float[]> statistics, float epsilon) {
        if (mode.equals(IDENTITY) || statistics == null) {
            return null;
        }
        try {
            return switch (mode) {
                case "MEAN_STD" ->
                        Normalization.meanStd(
                                values(feature, mode, statistics, "mean"),
                                values(feature, mode, statistics, "std"),
                                epsilon);
                case "MIN_MAX" -> range(feature, mode, statistics, "min", "max", epsilon);
                case "QUANTILES" -> range(feature, mode, statistics, "q01", "q99", epsilon);
                case "QUANTILE10" -> range(feature, mode, statistics, "q10", "q90", epsilon);
                default ->
                        throw unsupported(
                                "%s has the mode %s, which is not supported"
                                        .formatted(feature, mode));
            };
        } catch (IllegalArgumentException ex) {
            throw damaged("%s: %s".formatted(feature, ex.getMessage()));
        }
    }

    private Normalization range(
            String feature,
            String mode,
            Map<String, float[]> statistics,
            String low,
            String high,
            float epsilon) {
        return Normalization.range(
                values(feature, mode, statistics, low),
                values(feature, mode, statistics, high),
                epsilon);
    }

    private float[] values(
            String feature, String mode, Map<String, float[]> statistics, String name) {
        float[] values = statistics.get(name);
        if (values == null) {
            throw unsupported(
                    "%s has the mode %s, but its statistics have no %s, only %s"
                            .formatted(
                                    feature,
                                    mode,
                                    name,
                                    statistics.keySet().stream().sorted().toList()),
                    "Compute the statistics of the data set with LeRobot, and save the policy again.");
        }
        return values;
    }

    /** The number of the step is part of the file's name and shifts: only the JSON has the name. */
    private Map<String, Map<String, float[]>> statistics(Map<String, Object> step) {
        Map<String, Map<String, float[]>> result = new HashMap<>();
        if (!hasValue(step, "state_file")) {
            return result;
        }
        Path stateFile = stateFile(step.get("state_file").toString());
        try (Safetensors tensors = Safetensors.open(stateFile)) {
            Set<String> used = new HashSet<>(Set.of("mean", "std", "min", "max"));
            used.addAll(Set.of("q01", "q99", "q10", "q90"));
            for (String name : tensors.names()) {
                int dot = name.lastIndexOf('.');
                if (dot > 0 && used.contains(name.substring(dot + 1))) {
                    result.computeIfAbsent(name.substring(0, dot), feature -> new HashMap<>())
                            .put(name.substring(dot + 1), tensors.read(name));
                }
            }
            return result;
        } catch (IOException ex) {
            throw ModelFileException.unreadable(stateFile, ex);
        }
    }

    private Path stateFile(String name) {
        if (!FILE_NAME.matcher(name).matches()) {
            throw damaged("state_file is '%s', not a file of this directory".formatted(name));
        }
        return this.directory.resolve(name);
    }

    private float epsilon(Map<String, Object> config) {
        if (!hasValue(config, "eps")) {
            return Normalization.DEFAULT_EPSILON;
        }
        String text = config.get("eps").toString();
        try {
            float epsilon = Float.parseFloat(text);
            if (epsilon >= 0 && Float.isFinite(epsilon)) {
                return epsilon;
            }
        } catch (NumberFormatException ex) {
            // refused below
        }
        throw damaged("eps is " + text);
    }

    private int size(String feature, List<?> shape) {
        try {
            int size = 1;
            for (Object text : shape) {
                int length = Integer.parseInt(text.toString());
                size = length > 0 ? Math.multiplyExact(size, length) : 0;
            }
            if (size > 0 && size <= Safetensors.MAX_VALUES) {
                return size;
            }
        } catch (NumberFormatException | ArithmeticException ex) {
            // refused below
        }
        throw damaged("%s has the shape %s".formatted(feature, shape));
    }

    private Map<String, Object> config(Map<String, Object> step) {
        return objectOrEmpty(step, "config");
    }

    private static boolean hasValue(Map<String, Object> object, String name) {
        return object.containsKey(name) && !"null".equals(object.get(name));
    }

    private Map<String, Object> objectOrEmpty(Map<String, Object> object, String name) {
        return hasValue(object, name) ? object(name, object.get(name)) : Map.of();
    }

    @SuppressWarnings("unchecked") // JsonObject has maps of texts only
    private Map<String, Object> object(String name, @Nullable Object value) {
        if (value instanceof Map<?, ?> object) {
            return (Map<String, Object>) object;
        }
        throw damaged(name + " is no object");
    }

    private List<?> list(Map<String, Object> object, String name) {
        if (object.get(name) instanceof List<?> list) {
            return list;
        }
        throw damaged(name + " is no list");
    }

    private ModelFileException damaged(String problem) {
        return ModelFileException.damaged(this.file, problem);
    }

    private ModelFileException unsupported(String problem) {
        return unsupported(problem, OWN_CODE);
    }

    private ModelFileException unsupported(String problem, String action) {
        return ModelFileException.unsupported(this.file, problem, action);
    }
}
