package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionDescriptor;
import dev.rfx.session.actuate.SessionEndpoint;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/** The README matches the code. */
@SpringBootTest(properties = {"rfx.session.warmup=0", "spring.main.web-application-type=none"})
class ReadmeTests {

    private static final Path README = Path.of("..", "README.md");

    private static List<String> snippets(String language) throws Exception {
        List<String> snippets = new ArrayList<>();
        Matcher matcher =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(README));
        while (matcher.find()) {
            snippets.add(matcher.group(1));
        }
        assertThat(snippets).isNotEmpty();
        return snippets;
    }

    @Test
    void javaCompiles(@TempDir Path output) throws Exception {
        List<JavaFileObject> sources = new ArrayList<>();
        for (String snippet : snippets("java")) {
            // The snippet for Spring Security is compiled and tested in the starter.
            if (!snippet.contains("org.springframework.security")) {
                sources.add(source("Snippet" + sources.size(), snippet));
            }
        }
        assertThat(sources).hasSize(8);
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
                          import dev.rfx.session.robot.*;
                          import dev.rfx.session.so101.*;
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
        for (String snippet : snippets("yaml")) {
            List<PropertySource<?>> sources =
                    new YamlPropertySourceLoader()
                            .load("README", new ByteArrayResource(snippet.getBytes()));
            String[] names = ((EnumerablePropertySource<?>) sources.get(0)).getPropertyNames();
            assertThat(names).isNotEmpty();
            assertThat(Arrays.stream(names).filter(name -> name.startsWith("rfx.")))
                    .isNotEmpty()
                    .isSubsetOf(properties().keySet());
        }
    }

    @Test
    void tableHasEveryPropertyWithItsDefault() throws Exception {
        Map<String, String> table = new TreeMap<>();
        Matcher row =
                Pattern.compile("\\| `(rfx\\.session\\.[^`]+)` \\| (?:`([^`]+)`|–) \\| \\S")
                        .matcher(Files.readString(README));
        while (row.find()) {
            table.put(row.group(1), String.valueOf(row.group(2)));
        }

        assertThat(table).isEqualTo(properties());
    }

    /** Returns name and default of each property, from the metadata. */
    private static Map<String, String> properties() throws Exception {
        Map<String, String> properties = new TreeMap<>();
        try (InputStream metadata =
                Session.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            List<Map<String, Object>> all = JsonPath.read(metadata, "$.properties");
            for (Map<String, Object> property : all) {
                String name = (String) property.get("name");
                if (name.startsWith("rfx.session.")) {
                    String value = String.valueOf(property.get("defaultValue"));
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
        Map<String, Object> json = JsonPath.read(snippets("json").get(0), "$");
        SessionDescriptor session = endpoint.session("rfxSession");

        assertThat(json.keySet())
                .containsExactlyElementsOf(
                        Arrays.stream(SessionDescriptor.class.getRecordComponents())
                                .map(component -> component.getName())
                                .toList());
        assertThat(((Map<?, ?>) json.get("stats")).keySet()).isEqualTo(session.stats().keySet());
    }

    @Test
    void everyMeterIsInTheTable(@Autowired MeterRegistry registry) throws Exception {
        TreeSet<String> meters = new TreeSet<>();
        registry.getMeters().forEach(meter -> meters.add(meter.getId().getName()));
        meters.removeIf(name -> !name.startsWith("rfx.session."));
        TreeSet<String> table = new TreeSet<>();
        Matcher row =
                Pattern.compile("^\\| (`rfx\\.session\\.[^|]+) \\| ", Pattern.MULTILINE)
                        .matcher(metricsSection());
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
                        .matcher(Files.readString(README));
        while (row.find()) {
            table.add(row.group(1) + " " + row.group(2));
        }

        assertThat(table).isNotEmpty().isEqualTo(alerts);
    }

    private static String metricsSection() throws Exception {
        String readme = Files.readString(README);
        return readme.substring(readme.indexOf("**Metrics**"), readme.indexOf("**Events**"));
    }
}
