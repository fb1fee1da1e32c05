package dev.rfx.session.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.Tensor;
import dev.rfx.session.actuate.IterationDescriptor;
import dev.rfx.session.actuate.SessionDescriptor;
import dev.rfx.session.actuate.SessionEndpoint;
import dev.rfx.session.actuate.SessionHealthIndicator;
import dev.rfx.session.actuate.SessionHealthThresholds;
import dev.rfx.session.autoconfigure.ConfiguredSessionsAutoConfiguration;
import dev.rfx.session.autoconfigure.SessionAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.test.annotation.DirtiesContext;

/** README and docs match the code. */
@DirtiesContext // its session would log among the output that other tests capture
@SpringBootTest(
        properties = {
            "rfx.session.warmup=0",
            "rfx.session.record.enabled=true",
            "rfx.session.record.directory=target/recordings",
            "spring.main.web-application-type=none"
        })
class ReadmeTests {

    private static final Path ROOT = Path.of("..");
    private static final Path README = ROOT.resolve("README.md");
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Path CONFIGURATION = DOCS.resolve("configuration.md");
    private static final Path OBSERVABILITY = DOCS.resolve("observability.md");

    /** Number of snippets in Java, without the one that is compiled elsewhere. */
    /** Its keys are names. */
    private static final String SESSIONS = "rfx.session.sessions";

    private static final int SNIPPETS = 21;

    private static final Path ARCHITECTURE = DOCS.resolve("architecture.md");

    private static final String NO_DEFAULT = "–";
    private static final int MAX_LINES = 250;
    private static final int MAX_WORDS = 2000;

    /** README, all of docs, and the documents for contributors. */
    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(List.of(README));
        for (Path directory : List.of(DOCS, ROOT.resolve(".github"))) {
            try (Stream<Path> files = Files.list(directory)) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .sorted()
                        .forEach(documents::add);
            }
        }
        return documents;
    }

    /** The snippets of all documents. */
    private static List<String> snippets(String language) throws IOException {
        List<String> snippets = new ArrayList<>();
        for (Path document : documents()) {
            snippets.addAll(snippets(document, language));
        }
        assertThat(snippets).isNotEmpty();
        return snippets;
    }

    private static List<String> snippets(Path document, String language) throws IOException {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(document))
                .results()
                .map(snippet -> snippet.group(1))
                .toList();
    }

    @Test
    void readmeIsShort() throws Exception {
        String readme = Files.readString(README);

        assertThat(readme.lines().count()).isLessThanOrEqualTo(MAX_LINES);
        assertThat(readme.strip().split("\\s+")).hasSizeLessThanOrEqualTo(MAX_WORDS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "who(so)?ever",
                "(no|some)body",
                "told|tells",
                "beside",
                "anew",
                "so long as"
            })
    void noDocumentUsesTheWord(String word) throws Exception {
        Pattern pattern = Pattern.compile("\\b(" + word + ")\\b", Pattern.CASE_INSENSITIVE);
        for (Path document : documents()) {
            assertThat(Files.readAllLines(document))
                    .as("%s", document)
                    .noneMatch(line -> pattern.matcher(line).find());
        }
    }

    @Test
    void linksLeadSomewhere() throws Exception {
        for (Path document : documents()) {
            Matcher link =
                    Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)")
                            .matcher(Files.readString(document));
            while (link.find()) {
                Path target =
                        link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1));
                assertThat(target).as("%s in %s", link.group(), document).exists();
                if (link.group(2) != null) {
                    assertThat(anchors(target))
                            .as("%s in %s", link.group(), document)
                            .contains(link.group(2));
                }
            }
        }
    }

    /** The names that GitHub gives to the headings of a document. */
    private static List<String> anchors(Path document) throws IOException {
        return Pattern.compile("^#+ (.*)$", Pattern.MULTILINE)
                .matcher(Files.readString(document))
                .results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                .toList();
    }

    @Test
    void javaCompiles(@TempDir Path output) throws Exception {
        List<JavaFileObject> sources = new ArrayList<>();
        for (String snippet : snippets("java")) {
            // The one for Spring Security is compiled, and tried, in the tests of the starter.
            if (!snippet.contains("org.springframework.security")) {
                sources.add(source("Snippet" + sources.size(), snippet));
            }
        }
        assertThat(sources).hasSize(SNIPPETS);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        List<String> options =
                List.of("-cp", System.getProperty("java.class.path"), "-d", output.toString());

        boolean compiled = compiler.getTask(errors, null, null, options, null, sources).call();

        assertThat(compiled).as("%s", errors).isTrue();
    }

    private static JavaFileObject source(String name, String snippet) {
        String code =
                snippet.contains("import ")
                        ? snippet
                        : """
                          import dev.rfx.session.*;
                          import dev.rfx.session.recording.*;
                          import dev.rfx.session.robot.*;
                          import dev.rfx.session.so101.*;
                          import dev.rfx.session.test.*;
                          import java.io.IOException;
                          import java.nio.file.Path;
                          import java.time.Duration;

                          class %s {
                              void run(Robot<Observation, Tensor> robot, Policy<Observation, Tensor> policy)
                                      throws Exception {
                                  %s
                              }
                          }
                          """
                                .formatted(name, snippet);
        return new SimpleJavaFileObject(
                URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        };
    }

    @Test
    void yamlHasOnlyPropertiesThatExist() throws Exception {
        List<String> snippets =
                snippets("yaml").stream().filter(text -> text.startsWith("rfx:")).toList();
        assertThat(snippets).hasSizeGreaterThan(1);
        for (String snippet : snippets) {
            // An application refuses any other property. An empty name has comments only.
            MapPropertySource source = new MapPropertySource("snippet", Map.copyOf(yaml(snippet)));
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    ConfiguredSessionsAutoConfiguration.class,
                                    SessionAutoConfiguration.class))
                    .withBean(Policy.class, () -> observation -> Tensor.zeros(6))
                    .withInitializer(
                            context ->
                                    context.getEnvironment().getPropertySources().addFirst(source))
                    .run(context -> assertThat(context).as(snippet).hasNotFailed());
        }
    }

    @Test
    void readmeHasEveryDefaultAndAnExampleForEveryOtherProperty() throws Exception {
        List<String> snippets = snippets(README, "yaml");
        assertThat(snippets).hasSize(1);
        Map<String, String> defaults = properties();
        defaults.values().removeIf(NO_DEFAULT::equals);

        assertThat(yaml(snippets.get(0))).isEqualTo(defaults);
        String withExamples = snippets.get(0).replaceAll("(?m)^( +)# ([a-z0-9-]+:)", "$1$2");
        assertThat(yaml(withExamples).keySet())
                .isEqualTo(
                        properties().entrySet().stream()
                                .filter(property -> !isOfAModel(property))
                                .filter(property -> !property.getKey().equals(SESSIONS))
                                .map(Map.Entry::getKey)
                                .collect(Collectors.toSet()));
    }

    /** What a model needs, beyond its location, is its own. */
    private static boolean isOfAModel(Map.Entry<String, String> property) {
        return property.getKey().startsWith("rfx.session.onnx.")
                && !property.getKey().equals("rfx.session.onnx.model")
                && property.getValue().equals(NO_DEFAULT);
    }

    /** Without the names that have no value of their own. */
    private static Map<String, String> yaml(String snippet) throws IOException {
        PropertySource<?> source =
                new YamlPropertySourceLoader()
                        .load("snippet", new ByteArrayResource(snippet.getBytes(UTF_8)))
                        .get(0);
        Map<String, String> values = new TreeMap<>();
        for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
            String value = String.valueOf(source.getProperty(name));
            if (!value.isEmpty()) {
                values.put(name, value);
            }
        }
        return values;
    }

    @Test
    void tableHasEveryPropertyWithItsDefault() throws Exception {
        Map<String, String> table = new TreeMap<>();
        Matcher row =
                Pattern.compile("\\| `(rfx\\.session\\.[^`]+)` \\| (?:`([^`]+)`|–) \\| \\S")
                        .matcher(Files.readString(CONFIGURATION));
        while (row.find()) {
            table.put(row.group(1), row.group(2) == null ? NO_DEFAULT : row.group(2));
        }

        assertThat(table).isEqualTo(properties());
    }

    /** Name and default of each property, from the metadata that IDEs read. */
    static Map<String, String> properties() throws Exception {
        Map<String, String> properties = new TreeMap<>();
        try (InputStream metadata =
                Session.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            List<Map<String, Object>> all = JsonPath.read(metadata, "$.properties");
            for (Map<String, Object> property : all) {
                String name = (String) property.get("name");
                if (name.startsWith("rfx.session.")) {
                    Object standard = property.get("defaultValue");
                    String value = standard == null ? NO_DEFAULT : standard.toString();
                    properties.put(
                            name,
                            value.endsWith(".0") ? value.substring(0, value.length() - 2) : value);
                }
            }
        }
        return properties;
    }

    @Test
    void jsonHasTheFieldsOfTheEndpoint(@Autowired SessionEndpoint endpoint) throws Exception {
        Map<String, Object> json = JsonPath.read(snippets(OBSERVABILITY, "json").get(0), "$");
        SessionDescriptor session = endpoint.session("rfxSession");

        assertThat(json.keySet()).containsExactlyElementsOf(componentsOf(SessionDescriptor.class));
        assertThat(keysOf(json.get("stats"))).isEqualTo(session.stats().keySet());
        assertThat(keysOf(json.get("totals")))
                .containsExactlyElementsOf(componentsOf(session.totals().getClass()));
        assertThat(keysOf(json.get("recording")))
                .containsExactlyElementsOf(componentsOf(session.recording().getClass()));
        assertThat(keysOf(((List<?>) json.get("recent")).get(0)))
                .containsExactlyElementsOf(componentsOf(IterationDescriptor.class));
    }

    private static Set<String> keysOf(Object json) {
        return ((Map<?, ?>) json)
                .keySet().stream()
                        .map(String.class::cast)
                        .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static List<String> componentsOf(Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
    }

    @Test
    void everyHealthDetailIsNamed(@Autowired Session session) throws Exception {
        Set<String> details =
                new SessionHealthIndicator(session, new SessionHealthThresholds(null, null))
                        .health()
                        .getDetails()
                        .keySet();

        assertThat(details).hasSizeGreaterThan(5);
        String section = section("## Health");
        assertThat(details).allSatisfy(name -> assertThat(section).contains("`" + name + "`"));
    }

    /** The names in code style that begin with a capital letter, without their package. */
    @Test
    void typesOfTheArchitectureExist() throws Exception {
        Set<String> known = new TreeSet<>(Set.of("AtomicInteger"));
        try (Stream<Path> files = Files.walk(ROOT)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .forEach(name -> known.add(name.substring(0, name.indexOf('.'))));
        }
        Set<String> named =
                Pattern.compile("`(?:[a-z0-9]+/)*([A-Z][A-Za-z0-9]+)(?:\\.[a-z][A-Za-z()]*)?`")
                        .matcher(Files.readString(ARCHITECTURE))
                        .results()
                        .map(name -> name.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(named).hasSizeGreaterThan(20).isSubsetOf(known);
    }

    @Test
    void everyMeterIsInTheTable(@Autowired MeterRegistry registry) throws Exception {
        TreeSet<String> meters = new TreeSet<>();
        registry.getMeters().forEach(meter -> meters.add(meter.getId().getName()));
        meters.removeIf(name -> !name.startsWith("rfx.session."));
        TreeSet<String> table = new TreeSet<>();
        Matcher row =
                Pattern.compile("^\\| (`rfx\\.session\\.[^|]+) \\| ", Pattern.MULTILINE)
                        .matcher(section("## Metrics"));
        while (row.find()) {
            String previous = "";
            for (String cell : row.group(1).replace("`", "").split(", ")) {
                previous =
                        cell.startsWith(".")
                                ? previous.substring(0, previous.lastIndexOf('.')) + cell
                                : cell;
                table.add(previous);
            }
        }

        assertThat(table).isNotEmpty().isEqualTo(meters);
    }

    @Test
    void everyAlertIsInTheTableWithItsSeverity() throws Exception {
        List<String> alerts = new ArrayList<>();
        Matcher rule =
                Pattern.compile("- alert: (\\w+).*?severity: (\\w+)", Pattern.DOTALL)
                        .matcher(Files.readString(Prometheus.RULES));
        while (rule.find()) {
            alerts.add(rule.group(1) + " " + rule.group(2));
        }
        List<String> table = new ArrayList<>();
        Matcher row =
                Pattern.compile("\\| `(RfxSession\\w+)` \\| (\\w+) \\| \\S")
                        .matcher(Files.readString(OBSERVABILITY));
        while (row.find()) {
            table.add(row.group(1) + " " + row.group(2));
        }

        assertThat(table).isNotEmpty().isEqualTo(alerts);
    }

    private static String section(String heading) throws Exception {
        String document = Files.readString(OBSERVABILITY);
        int begin = document.indexOf(heading + "\n");
        return document.substring(begin, document.indexOf("\n## ", begin));
    }
}
