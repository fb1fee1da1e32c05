package dev.rfx.session.autoconfigure;

import static java.util.regex.Pattern.MULTILINE;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The metadata of the properties, which IDEs read. */
class MetadataTests {

    private static final List<String> WITHOUT_DEFAULT =
            List.of(
                    "rfx.session.duration",
                    "rfx.session.engage.enabled",
                    "rfx.session.engage.max-speed",
                    "rfx.session.engage.timeout",
                    "rfx.session.health.max-overrun-ratio",
                    "rfx.session.health.max-p99-jitter",
                    "rfx.session.limits.max",
                    "rfx.session.limits.max-speed",
                    "rfx.session.limits.min",
                    "rfx.session.max-observation-age",
                    "rfx.session.onnx.commands",
                    "rfx.session.onnx.config",
                    "rfx.session.onnx.default-pose",
                    "rfx.session.onnx.hold",
                    "rfx.session.onnx.inputs",
                    "rfx.session.onnx.joints",
                    "rfx.session.onnx.model",
                    "rfx.session.onnx.normalizer",
                    "rfx.session.onnx.output.clip",
                    "rfx.session.onnx.output.denormalize.high",
                    "rfx.session.onnx.output.denormalize.low",
                    "rfx.session.onnx.output.denormalize.mean",
                    "rfx.session.onnx.output.denormalize.std",
                    "rfx.session.onnx.output.joints",
                    "rfx.session.onnx.output.name",
                    "rfx.session.onnx.output.offset",
                    "rfx.session.onnx.output.scale",
                    "rfx.session.onnx.outputs",
                    "rfx.session.onnx.recurrent",
                    "rfx.session.onnx.tensors",
                    "rfx.session.page.allowed-hosts",
                    "rfx.session.policy",
                    "rfx.session.record.last",
                    "rfx.session.robot",
                    "rfx.session.sessions",
                    "rfx.session.so101.calibration",
                    "rfx.session.so101.max-speed",
                    "rfx.session.so101.port",
                    "rfx.session.so101.sensors",
                    "rfx.session.so101.start-pose",
                    "rfx.session.so101.start-speed",
                    "rfx.session.spin-window",
                    "rfx.session.thread.cpu-latency",
                    "rfx.session.thread.cpus",
                    "rfx.session.thread.slice",
                    "rfx.session.watchdog.timeout");

    private static List<Map<String, Object>> read(String path) throws Exception {
        try (InputStream json =
                SessionProperties.class.getResourceAsStream(
                        "/META-INF/spring-configuration-metadata.json")) {
            return JsonPath.read(json, path);
        }
    }

    @Test
    void everyPropertyHasADescriptionAndADefaultUnlessItHasNone() throws Exception {
        List<Map<String, Object>> properties =
                read("$.properties").stream()
                        .filter(p -> ((String) p.get("name")).startsWith("rfx.session."))
                        .toList();

        assertThat(properties)
                .extracting(property -> property.get("name"))
                .containsExactlyInAnyOrder(
                        "rfx.session.enabled",
                        "rfx.session.name",
                        "rfx.session.robot",
                        "rfx.session.policy",
                        "rfx.session.sessions",
                        "rfx.session.rate-hz",
                        "rfx.session.warmup",
                        "rfx.session.stop-timeout",
                        "rfx.session.max-timing-samples",
                        "rfx.session.spin-window",
                        "rfx.session.spin-budget",
                        "rfx.session.duration",
                        "rfx.session.auto-startup",
                        "rfx.session.phase",
                        "rfx.session.log-interval",
                        "rfx.session.thread.scheduling",
                        "rfx.session.thread.priority",
                        "rfx.session.thread.slice",
                        "rfx.session.thread.cpu-latency",
                        "rfx.session.thread.cpus",
                        "rfx.session.thread.lock-memory",
                        "rfx.session.thread.required",
                        "rfx.session.watchdog.timeout",
                        "rfx.session.watchdog.action",
                        "rfx.session.limits.min",
                        "rfx.session.limits.max",
                        "rfx.session.limits.max-speed",
                        "rfx.session.limits.on-violation",
                        "rfx.session.engage.enabled",
                        "rfx.session.engage.duration",
                        "rfx.session.engage.max-speed",
                        "rfx.session.engage.timeout",
                        "rfx.session.max-observation-age",
                        "rfx.session.max-stale-iterations",
                        "rfx.session.restart.max-attempts",
                        "rfx.session.restart.initial-delay",
                        "rfx.session.restart.multiplier",
                        "rfx.session.restart.max-delay",
                        "rfx.session.restart.window",
                        "rfx.session.record.enabled",
                        "rfx.session.record.directory",
                        "rfx.session.record.file-name",
                        "rfx.session.record.last",
                        "rfx.session.record.ring-size",
                        "rfx.session.record.max-file-size",
                        "rfx.session.record.max-file-age",
                        "rfx.session.record.max-disk",
                        "rfx.session.record.when-full",
                        "rfx.session.start-failure",
                        "rfx.session.onnx.between",
                        "rfx.session.onnx.commands",
                        "rfx.session.onnx.config",
                        "rfx.session.onnx.default-pose",
                        "rfx.session.onnx.every",
                        "rfx.session.onnx.hold",
                        "rfx.session.onnx.inputs",
                        "rfx.session.onnx.joints",
                        "rfx.session.onnx.model",
                        "rfx.session.onnx.normalizer",
                        "rfx.session.onnx.output.clip",
                        "rfx.session.onnx.output.denormalize.high",
                        "rfx.session.onnx.output.denormalize.low",
                        "rfx.session.onnx.output.denormalize.mean",
                        "rfx.session.onnx.output.denormalize.std",
                        "rfx.session.onnx.output.joints",
                        "rfx.session.onnx.output.kind",
                        "rfx.session.onnx.output.name",
                        "rfx.session.onnx.output.offset",
                        "rfx.session.onnx.output.scale",
                        "rfx.session.onnx.outputs",
                        "rfx.session.onnx.recurrent",
                        "rfx.session.onnx.tensors",
                        "rfx.session.page.enabled",
                        "rfx.session.page.path",
                        "rfx.session.page.max-viewers",
                        "rfx.session.page.commands",
                        "rfx.session.page.allowed-hosts",
                        "rfx.session.health.max-overrun-ratio",
                        "rfx.session.health.max-p99-jitter",
                        "rfx.session.metrics.histogram",
                        "rfx.session.so101.port",
                        "rfx.session.so101.baud-rate",
                        "rfx.session.so101.calibration",
                        "rfx.session.so101.write-calibration",
                        "rfx.session.so101.units",
                        "rfx.session.so101.read-timeout",
                        "rfx.session.so101.max-consecutive-errors",
                        "rfx.session.so101.max-speed",
                        "rfx.session.so101.stop-mode",
                        "rfx.session.so101.start-pose",
                        "rfx.session.so101.start-speed",
                        "rfx.session.so101.sensors");
        for (Map<String, Object> property : properties) {
            assertThat((String) property.get("description")).as("%s", property).isNotBlank();
            assertThat(property.containsKey("defaultValue"))
                    .as("%s", property)
                    .isNotEqualTo(WITHOUT_DEFAULT.contains(property.get("name")));
        }
    }

    /** The check of names would refuse all properties of a record that it does not know. */
    @Test
    void namesThatAreNotRefusedAreThoseOfTheMetadata() throws Exception {
        assertThat(new PropertyNames().all())
                .extracting(Object::toString)
                .containsExactlyInAnyOrderElementsOf(
                        read("$.properties").stream()
                                .map(property -> (String) property.get("name"))
                                .filter(name -> name.startsWith("rfx.session."))
                                .toList());
    }

    /** Metadata does not have them. */
    @Test
    void everyPropertyOfAnInputAndItsTermsIsInTheReference() throws Exception {
        String reference = Files.readString(Path.of("..", "docs", "configuration.md"));
        Pattern row =
                Pattern.compile("^\\| `((?!rfx)[a-z.-]+)` \\| (?:`[^`]+`|–) \\| \\S", MULTILINE);

        assertThat(row.matcher(reference).results().map(match -> match.group(1)))
                .containsExactlyInAnyOrderElementsOf(
                        new PropertyNames()
                                .ofElements().stream()
                                        .map(Object::toString)
                                        .filter(name -> name.contains(".inputs["))
                                        .map(name -> name.replaceFirst(".*]\\.", ""))
                                        .toList());
    }

    @Test
    void everyHintIsForAProperty() throws Exception {
        List<Map<String, Object>> properties = read("$.properties");

        assertThat(read("$.hints"))
                .isNotEmpty()
                .allMatch(
                        hint ->
                                properties.stream()
                                        .anyMatch(p -> p.get("name").equals(hint.get("name"))));
    }
}
