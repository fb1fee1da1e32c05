package dev.rfx.session.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.annotations.SerializedName;
import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.yaml.snakeyaml.Yaml;

/** The manifests of docs/kubernetes.yaml: their schema, and what they say about the robot. */
class KubernetesManifestTests {

    private static final Path MANIFESTS = Path.of("..", "docs", "kubernetes.yaml");
    private static final String MODELS = "io.kubernetes.client.openapi.models.";

    private static List<Map<String, Object>> manifests() throws IOException {
        try (Reader reader = Files.newBufferedReader(MANIFESTS)) {
            List<Map<String, Object>> manifests = new ArrayList<>();
            for (Object manifest : new Yaml().loadAll(reader)) {
                manifests.add(JsonPath.read(manifest, "$"));
            }
            return manifests;
        }
    }

    private static Map<String, Object> manifest(String kind) throws IOException {
        return manifests().stream()
                .filter(manifest -> manifest.get("kind").equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static <T> T deployment(String path) throws IOException {
        return JsonPath.read(manifest("Deployment"), path);
    }

    @Test
    void everyFieldIsInTheSchemaOfKubernetes() throws Exception {
        for (Map<String, Object> manifest : manifests()) {
            String kind = (String) manifest.get("kind");
            assertThat(manifest)
                    .containsEntry("apiVersion", kind.equals("Deployment") ? "apps/v1" : "v1");
            check(kind, manifest, Class.forName(MODELS + "V1" + kind));
        }
        assertThat(manifests()).hasSize(3);
    }

    @Test
    void checkOfTheSchemaFindsUnknownMissingAndWrongFields() throws Exception {
        Class<?> pod = Class.forName(MODELS + "V1PodSpec");

        assertThatThrownBy(
                        () ->
                                check(
                                        "spec",
                                        Map.of("containers", List.of(), "nodeSelektor", Map.of()),
                                        pod))
                .hasMessageContaining("nodeSelektor");
        assertThatThrownBy(() -> check("spec", Map.of("hostNetwork", true), pod))
                .hasMessageContaining("containers");
        assertThatThrownBy(
                        () -> check("spec", Map.of("containers", List.of(Map.of("name", 1))), pod))
                .hasMessageContaining("spec.containers[0].name");
    }

    /** Compares a value with the model of Kubernetes, which is generated from its schema. */
    private static void check(String path, Object value, Type type) throws Exception {
        if (type instanceof ParameterizedType generic) {
            Type element =
                    generic.getActualTypeArguments()[generic.getRawType() == Map.class ? 1 : 0];
            if (generic.getRawType() == Map.class) {
                assertThat(value).as(path).isInstanceOf(Map.class);
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                    check(path + "." + entry.getKey(), entry.getValue(), element);
                }
            } else {
                assertThat(value).as(path).isInstanceOf(List.class);
                List<?> values = (List<?>) value;
                for (int i = 0; i < values.size(); i++) {
                    check(path + "[" + i + "]", values.get(i), element);
                }
            }
            return;
        }
        Class<?> model = (Class<?>) type;
        if (model.getName().startsWith(MODELS)) {
            checkFields(path, value, model);
        } else if (Number.class.isAssignableFrom(model)) {
            assertThat(value).as(path).isInstanceOf(Integer.class);
        } else if (model == String.class || model == Boolean.class) {
            assertThat(value).as(path).isInstanceOf(model);
        } else {
            // Quantity, IntOrString
            assertThat(value).as(path).isInstanceOfAny(String.class, Integer.class);
        }
    }

    private static void checkFields(String path, Object value, Class<?> model) throws Exception {
        assertThat(value).as(path).isInstanceOf(Map.class);
        Map<?, ?> values = (Map<?, ?>) value;
        Set<?> known = (Set<?>) model.getField("openapiFields").get(null);
        Set<?> required = (Set<?>) model.getField("openapiRequiredFields").get(null);
        assertThat(without(values.keySet(), known)).as("unknown in " + path).isEmpty();
        assertThat(without(required, values.keySet())).as("missing in " + path).isEmpty();
        for (Field field : model.getDeclaredFields()) {
            SerializedName name = field.getAnnotation(SerializedName.class);
            if (name != null && values.containsKey(name.value())) {
                check(path + "." + name.value(), values.get(name.value()), field.getGenericType());
            }
        }
    }

    private static Set<Object> without(Set<?> all, Set<?> some) {
        Set<Object> rest = new HashSet<>(all);
        rest.removeAll(some);
        return rest;
    }

    /** Returns the path of the probe. */
    static String readiness() throws IOException {
        List<String> paths = deployment("$..readinessProbe.httpGet.path");
        assertThat(paths).hasSize(1);
        return paths.get(0);
    }

    @Test
    void labelsVolumesAndPortsFitTogether() throws Exception {
        Map<String, String> selector = deployment("$.spec.selector.matchLabels");
        assertThat(selector)
                .isEqualTo(JsonPath.read(manifest("Service"), "$.spec.selector"))
                .isNotEmpty();
        assertThat(
                        JsonPath.<Map<String, String>>read(
                                manifest("Deployment"), "$.spec.template.metadata.labels"))
                .containsAllEntriesOf(selector);
        List<String> mounts = deployment("$..volumeMounts[*].name");
        List<String> volumes = deployment("$..volumes[*].name");
        assertThat(mounts).containsExactlyInAnyOrderElementsOf(volumes);
        assertThat(volumes).isNotEmpty();
        List<String> configurations =
                deployment("$..volumes[?(@.name == 'configuration')].configMap.name");
        assertThat(configurations)
                .containsExactly(JsonPath.<String>read(manifest("ConfigMap"), "$.metadata.name"));
        List<String> ports = deployment("$..ports[*].name");
        assertThat(ports)
                .containsExactly(
                        JsonPath.<String>read(manifest("Service"), "$.spec.ports[0].targetPort"));
        List<String> probed = deployment("$..readinessProbe.httpGet.port");
        assertThat(probed).isEqualTo(ports);
        assertThat(JsonPath.<Boolean>read(manifest("Service"), "$.spec.publishNotReadyAddresses"))
                .isTrue();
    }

    @Test
    void neverTwoPodsDriveTheRobotAndNoProbeRestartsOne() throws Exception {
        assertThat(KubernetesManifestTests.<Integer>deployment("$.spec.replicas")).isOne();
        assertThat(KubernetesManifestTests.<String>deployment("$.spec.strategy.type"))
                .isEqualTo("Recreate");
        assertThat(Files.readString(MANIFESTS)).doesNotContain("livenessProbe:", "startupProbe:");
        List<Map<String, Object>> tolerations = deployment("$.spec.template.spec.tolerations");
        assertThat(tolerations)
                .hasSize(2)
                .allSatisfy(
                        toleration ->
                                assertThat(toleration)
                                        .containsEntry("effect", "NoExecute")
                                        .doesNotContainKey("tolerationSeconds"));
    }

    @Test
    void containerHasWholeProcessorsAndIsGuaranteed() throws Exception {
        List<Map<String, Object>> limits = deployment("$..containers[*].resources.limits");
        List<Map<String, Object>> requests = deployment("$..containers[*].resources.requests");

        assertThat(limits).hasSize(1).isEqualTo(requests);
        assertThat(limits.get(0)).containsKey("memory");
        assertThat((String) limits.get(0).get("cpu")).matches("[1-9]");
    }

    @Test
    void sigkillComesAfterTheLongestEnd() throws Exception {
        List<Integer> seconds = deployment("$..terminationGracePeriodSeconds");

        assertThat(seconds).containsExactly((int) GracePeriod.ofDefaults().toSeconds());
    }

    /** Returns the properties of the application. */
    static String configuration() throws IOException {
        return JsonPath.read(manifest("ConfigMap"), "$.data['application.yaml']");
    }

    @Test
    void propertiesOfTheSessionExist() throws Exception {
        PropertySource<?> source =
                new YamlPropertySourceLoader()
                        .load("ConfigMap", new ByteArrayResource(configuration().getBytes(UTF_8)))
                        .get(0);

        assertThat(((EnumerablePropertySource<?>) source).getPropertyNames())
                .filteredOn(name -> name.startsWith("rfx."))
                .hasSize(2)
                .isSubsetOf(ReadmeTests.properties().keySet());
    }
}
