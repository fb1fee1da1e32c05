package dev.rfx.session.autoconfigure;

import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.testkit.ScriptedRobot;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;

/** Health, endpoint and metrics of configured sessions over HTTP. */
class ConfiguredSessionsActuatorTests {

    private static final int SERIES = 101;
    private static final int SERIES_WITHOUT_BUCKETS = 34;

    private ConfigurableApplicationContext context;

    @AfterEach
    void close() {
        this.context.close();
    }

    private void run(String... properties) {
        this.context =
                new SpringApplicationBuilder(Application.class)
                        .properties(
                                "server.port=0",
                                "server.address=127.0.0.1",
                                "rfx.session.warmup=0",
                                "management.endpoints.web.exposure.include=*",
                                "management.endpoint.health.show-details=always")
                        .properties(properties)
                        .run();
    }

    private String get(String path) throws Exception {
        URI uri =
                URI.create(
                        "http://127.0.0.1:"
                                + this.context.getEnvironment().getProperty("local.server.port")
                                + "/actuator"
                                + path);
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri).GET().build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static long seriesOf(String session, String prometheus) {
        return prometheus
                .lines()
                .filter(line -> line.startsWith("rfx_session_"))
                .filter(line -> line.contains("session=\"" + session + "\""))
                .count();
    }

    @Test
    void eachSessionHasItsOwnHealthWithItsThresholds() throws Exception {
        run(
                "rfx.session.health.max-p99-jitter=1h",
                "rfx.session.sessions.left.rate-hz=20",
                "rfx.session.sessions.right.health.max-p99-jitter=1ns");
        awaitIterations(this.context.getBean("leftSession", Session.class), 3);
        awaitIterations(this.context.getBean("rightSession", Session.class), 3);

        String health = get("/health/rfxSession");

        assertThat((String) JsonPath.read(health, "$.components.leftSession.status"))
                .isEqualTo("UP");
        assertThat((String) JsonPath.read(health, "$.components.rightSession.status"))
                .isEqualTo("DOWN");
    }

    @Test
    void endpointHasEachSession() throws Exception {
        run(
                "rfx.session.sessions.left.rate-hz=20",
                "rfx.session.sessions.right.name=arm",
                "rfx.session.sessions.right.auto-startup=false");

        Map<String, Map<String, Object>> sessions = JsonPath.read(get("/rfxsession"), "$.sessions");

        assertThat(sessions).containsOnlyKeys("leftSession", "rightSession");
        assertThat(sessions.get("leftSession")).containsEntry("name", "left");
        assertThat(sessions.get("rightSession"))
                .containsEntry("name", "arm")
                .containsEntry("state", "NEW");
    }

    @Test
    void metricsHaveAFixedNumberOfSeriesPerSession() throws Exception {
        run("rfx.session.sessions.left.rate-hz=20", "rfx.session.sessions.right.rate-hz=20");

        String prometheus = get("/prometheus");

        assertThat(seriesOf("leftSession", prometheus)).isEqualTo(SERIES);
        assertThat(prometheus)
                .contains("rfx_session_states{session=\"rightSession\",state=\"running\"} 1.0\n")
                .contains("rfx_session_states{session=\"rightSession\",state=\"failed\"} 0.0\n");
    }

    @Test
    void metricsHaveFewerSeriesWithoutBuckets() throws Exception {
        run("rfx.session.sessions.left.rate-hz=20", "rfx.session.metrics.histogram=false");

        assertThat(seriesOf("leftSession", get("/prometheus"))).isEqualTo(SERIES_WITHOUT_BUCKETS);
    }

    @Test
    void sixtyFourSessionsHaveSixtyFourTimesTheSeries() throws Exception {
        int sessions = 64;
        String[] properties =
                IntStream.range(0, sessions)
                        .mapToObj(i -> "rfx.session.sessions.arm%d.auto-startup=false".formatted(i))
                        .toArray(String[]::new);
        run(properties);

        String prometheus = get("/prometheus");

        assertThat(prometheus.lines().filter(line -> line.startsWith("rfx_session_")))
                .hasSize(sessions * SERIES);
    }

    /** Each session has its own of both. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        @Scope("prototype")
        ScriptedRobot robot() {
            return new ScriptedRobot();
        }

        @Bean
        @Scope("prototype")
        Policy<String, String> policy() {
            return observation -> "action";
        }
    }
}
