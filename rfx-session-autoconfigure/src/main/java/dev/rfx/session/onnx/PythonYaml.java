package dev.rfx.session.onnx;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads YAML that Python has written. Its tags name types of Python: they are read as the plain
 * list, map or text below them, and no code runs. Only this class needs SnakeYAML.
 */
final class PythonYaml extends SafeConstructor {

    private static final String PYTHON_TAGS = "tag:yaml.org,2002:python/";
    private static final String SLICE = ":builtins.slice";

    /** A list that occurs for each of many joints is written once. */
    private static final int MAX_ALIASES = 100;

    /** Python's {@code slice(a, b, c)}, which is not the list of its indexes. */
    static final class Slice {}

    private PythonYaml(LoaderOptions options) {
        super(options);
        this.yamlMultiConstructors.put(
                PYTHON_TAGS,
                new AbstractConstruct() {

                    @Override
                    public @Nullable Object construct(Node node) {
                        return withoutTag(node);
                    }
                });
    }

    /** {@code slice(None)} means all, as null does. */
    private @Nullable Object withoutTag(Node node) {
        if (node instanceof SequenceNode sequence) {
            List<?> list = constructSequence(sequence);
            if (!node.getTag().getValue().endsWith(SLICE)) {
                return list;
            }
            return list.stream().allMatch(Objects::isNull) ? null : new Slice();
        }
        return node instanceof MappingNode mapping
                ? constructMapping(mapping)
                : constructScalar((ScalarNode) node);
    }

    /**
     * {@return the content of a YAML document: maps, lists, texts, numbers, truth values, null}
     *
     * @throws RuntimeException if the text is no YAML, or has a tag that is not Python's
     */
    static @Nullable Object load(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setTagInspector(tag -> tag.getValue().startsWith(PYTHON_TAGS));
        return new Yaml(new PythonYaml(options)).load(text);
    }
}
