package dev.rfx.session.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.rfx.session.Session;
import dev.rfx.session.SessionState;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/**
 * The sample with the push of docs/fleet.md and the configuration of docs/kubernetes.yaml: a
 * collector decodes what it receives, and the probe finds out what it should.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class FleetApplicationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final BlockingQueue<ExportMetricsServiceRequest> pushes = new LinkedBlockingQueue<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean answers = true;
    private HttpServer collector;

    @BeforeEach
    void startCollector() throws IOException {
        this.collector =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.collector.createContext("/v1/metrics", this::receive);
        this.collector.start();
    }

    @AfterEach
    void stopCollector() {
        this.released.countDown();
        this.collector.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (this.answers) {
                this.pushes.add(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()));
                exchange.sendResponseHeaders(200, -1);
            } else {
                this.released.await();
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Both configurations, except for the arm, and for the place of the collector and the step. */
    private ConfigurableApplicationContext sample(Path directory) throws IOException {
        String configuration = KubernetesManifestTests.configuration();
        Files.writeString(
                directory.resolve("application.yaml"),
                configuration.substring(0, configuration.indexOf("rfx:")));
        int port = this.collector.getAddress().getPort();
        return new SpringApplicationBuilder(SampleApplication.class)
                .initializers(
                        context ->
                                context.getEnvironment()
                                        .getPropertySources()
                                        .addLast(documentedConfiguration()))
                .run(
                        "--spring.config.additional-location=file:" + directory + "/",
                        "--server.port=0",
                        "--rfx.session.warmup=0",
                        "--management.otlp.metrics.export.enabled=true",
                        "--management.otlp.metrics.export.url=http://127.0.0.1:%d/v1/metrics"
                                .formatted(port),
                        "--management.otlp.metrics.export.step=200ms",
                        "--management.otlp.metrics.export.read-timeout=200ms");
    }

    private static PropertySource<?> documentedConfiguration() {
        try {
            String document = Files.readString(Path.of("..", "docs", "fleet.md"));
            int begin = document.indexOf("```yaml\n", document.indexOf("\n## Push")) + 8;
            String yaml = document.substring(begin, document.indexOf("```", begin));
            return new YamlPropertySourceLoader()
                    .load("docs/fleet.md", new ByteArrayResource(yaml.getBytes(UTF_8)))
                    .get(0);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Test
    void metersArriveAndACollectorThatIsAwayDisturbsNothingAndTheProbeAsksTheSession(
            CapturedOutput output, @TempDir Path directory) throws Exception {
        try (ConfigurableApplicationContext sample = sample(directory)) {
            Session session = sample.getBean(Session.class);
            assertMetersArrive();

            this.answers = false;
            assertUndisturbed(session, output, "timed out");

            stopCollector();
            assertUndisturbed(session, output, "ConnectException");

            String port = sample.getEnvironment().getRequiredProperty("local.server.port");
            assertThat(status(port, KubernetesManifestTests.readiness())).isEqualTo(200);
            session.stop();
            assertThat(status(port, KubernetesManifestTests.readiness())).isEqualTo(503);
            assertThat(status(port, "/actuator/health/liveness")).isEqualTo(200);
        }
    }

    private static int status(String port, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private void assertMetersArrive() throws Exception {
        Map<String, Metric> metrics = Map.of();
        while (!metrics.containsKey("rfx.session.iterations")
                || value(metrics, "rfx.session.iterations").getAsDouble() == 0) {
            ExportMetricsServiceRequest push = this.pushes.take();
            assertThat(push.getResourceMetricsList()).hasSize(1);
            ResourceMetrics resource = push.getResourceMetrics(0);
            assertThat(attributes(resource.getResource().getAttributesList()))
                    .containsEntry("service.name", "rfx-session-sample")
                    .containsEntry("service.instance.id", "arm-1");
            metrics = metrics(resource);
        }
        // That push may have read the state before the first iteration. The next one has not.
        metrics = metrics(this.pushes.take().getResourceMetrics(0));

        assertThat(metrics.get("rfx.session.iterations").hasSum()).isTrue();
        assertThat(value(metrics, "rfx.session.state").getAsDouble()).isEqualTo(2);
        assertThat(value(metrics, "rfx.session.period.target").getAsDouble()).isEqualTo(0.02);
        assertThat(metrics.get("rfx.session.period.target").getUnit()).isEqualTo("seconds");
        assertThat(metrics.get("rfx.session.states").getGauge().getDataPointsList())
                .filteredOn(point -> point.getAsDouble() == 1)
                .extracting(point -> attributes(point.getAttributesList()))
                .containsExactly(
                        Map.of("robot", "arm-1", "session", "rfxSession", "state", "running"));
        assertThat(metrics.get("rfx.session.period").getHistogram().getDataPointsList())
                .singleElement()
                .satisfies(
                        point -> {
                            assertThat(attributes(point.getAttributesList()))
                                    .isEqualTo(Map.of("robot", "arm-1", "session", "rfxSession"));
                            assertThat(point.getExplicitBoundsList()).contains(0.02002);
                        });
    }

    /** Waits for a push that fails, then for ten iterations. */
    private static void assertUndisturbed(Session session, CapturedOutput output, String problem) {
        await().atMost(PATIENCE)
                .until(
                        () ->
                                output.getOut().contains("Failed to publish metrics")
                                        && output.getOut().contains(problem));
        long before = session.totals().iterations();
        await().atMost(PATIENCE).until(() -> session.totals().iterations() > before + 10);
        assertThat(session.state()).isEqualTo(SessionState.RUNNING);
        assertThat(session.totals().stalls()).isZero();
        assertThat(session.totals().failures()).isZero();
    }

    private static NumberDataPoint value(Map<String, Metric> metrics, String name) {
        Metric metric = metrics.get(name);
        List<NumberDataPoint> points =
                metric.hasSum()
                        ? metric.getSum().getDataPointsList()
                        : metric.getGauge().getDataPointsList();
        assertThat(points).as(name).hasSize(1);
        assertThat(attributes(points.get(0).getAttributesList()))
                .as(name)
                .isEqualTo(Map.of("robot", "arm-1", "session", "rfxSession"));
        return points.get(0);
    }

    private static Map<String, String> attributes(List<KeyValue> attributes) {
        return attributes.stream()
                .collect(
                        Collectors.toMap(
                                KeyValue::getKey, value -> value.getValue().getStringValue()));
    }

    private static Map<String, Metric> metrics(ResourceMetrics resource) {
        return resource.getScopeMetricsList().stream()
                .flatMap(scope -> scope.getMetricsList().stream())
                .collect(Collectors.toMap(Metric::getName, Function.identity()));
    }
}
