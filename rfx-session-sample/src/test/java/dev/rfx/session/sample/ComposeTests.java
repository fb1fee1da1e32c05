package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The files of docs/compose.yaml fit together: what no engine of containers has tried here. */
class ComposeTests {

    private static final Path COMPOSE = Path.of("..", "docs", "compose.yaml");
    private static final String PROVISIONING = "/etc/grafana/provisioning/";

    private Object compose;

    /** The files in the containers, as their path there and their path here. */
    private final Map<String, Path> mounted = new HashMap<>();

    @BeforeEach
    void readCompose() throws IOException {
        this.compose = yaml(COMPOSE);
        List<String> volumes = JsonPath.read(this.compose, "$.services[*].volumes[*]");
        for (String volume : volumes) {
            String[] parts = volume.split(":");
            if (parts[0].startsWith("./")) {
                assertThat(parts).as(volume).hasSize(3).endsWith("ro");
                this.mounted.put(parts[1], COMPOSE.resolveSibling(parts[0]).normalize());
            } else {
                assertThat(JsonPath.<Map<String, Object>>read(this.compose, "$.volumes"))
                        .as(volume)
                        .containsKey(parts[0]);
            }
        }
    }

    private static Object yaml(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return new Yaml().load(reader);
        }
    }

    /** Returns a file in a container as the file here. */
    private Path here(String inContainer) {
        String mount =
                this.mounted.keySet().stream()
                        .filter(path -> (inContainer + "/").startsWith(path + "/"))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(inContainer + " is not mounted"));
        Path file =
                this.mounted
                        .get(mount)
                        .resolve(inContainer.substring(mount.length()).replaceFirst("^/", ""));
        assertThat(file).exists();
        return file;
    }

    private Object provisioned(String file) throws IOException {
        return yaml(here(PROVISIONING + file));
    }

    @Test
    void imagesHaveAVersion() {
        List<String> images = JsonPath.read(this.compose, "$.services[*].image");

        assertThat(images)
                .hasSize(2)
                .allMatch(image -> image.matches("[a-z]+/[a-z]+:v?\\d+\\.\\d+\\.\\d+"));
    }

    /** promtool checks that file, and the rules that it names, in AlertRulesTests. */
    @Test
    void prometheusFindsItsConfigurationAndItsRules() throws Exception {
        List<String> command = JsonPath.read(this.compose, "$.services.prometheus.command");
        String option = "--config.file=";
        String file =
                command.stream()
                        .filter(argument -> argument.startsWith(option))
                        .findFirst()
                        .orElseThrow()
                        .substring(option.length());

        assertThat(here(file)).isEqualTo(Prometheus.CONFIGURATION.normalize());
        List<String> rules = JsonPath.read(yaml(here(file)), "$.rule_files");
        assertThat(rules)
                .singleElement()
                .satisfies(
                        rule ->
                                assertThat(
                                                here(
                                                        file.substring(0, file.lastIndexOf('/') + 1)
                                                                + rule))
                                        .isEqualTo(Prometheus.RULES.normalize()));
        assertThat(command).contains("--web.listen-address=127.0.0.1:9090");
    }

    @Test
    void grafanaFindsTheDashboard() throws Exception {
        String directory =
                JsonPath.read(
                        provisioned("dashboards/rfx-session.yaml"), "$.providers[0].options.path");
        String home =
                JsonPath.read(
                        this.compose,
                        "$.services.grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH");

        assertThat(home).isEqualTo(directory + "/rfx-session.json");
        String dashboard = Files.readString(here(home));
        assertThat(JsonPath.<String>read(dashboard, "$.uid")).isEqualTo("rfx-session");
        // With an id, provisioning would overwrite another dashboard.
        assertThat(JsonPath.<Object>read(dashboard, "$.id")).isNull();
    }

    @Test
    void dataSourceIsThatOfTheDashboardAndScrapesAsOftenAsPrometheus() throws Exception {
        Object source =
                JsonPath.read(provisioned("datasources/prometheus.yaml"), "$.datasources[0]");
        String dashboard = Files.readString(here("/etc/grafana/dashboards/rfx-session.json"));
        List<String> types =
                JsonPath.read(dashboard, "$.templating.list[?(@.name == 'datasource')].query");
        List<String> used = JsonPath.read(dashboard, "$.panels[*].targets[*].datasource.type");

        assertThat(types).containsExactly(JsonPath.<String>read(source, "$.type"));
        assertThat(used).containsOnly(types.get(0));
        // The variable of the dashboard takes the default data source.
        assertThat(JsonPath.<Boolean>read(source, "$.isDefault")).isTrue();
        assertThat(JsonPath.<String>read(source, "$.url")).isEqualTo("http://localhost:9090");
        assertThat(JsonPath.<String>read(source, "$.jsonData.timeInterval"))
                .isEqualTo(
                        JsonPath.read(yaml(Prometheus.CONFIGURATION), "$.global.scrape_interval"));
    }
}
