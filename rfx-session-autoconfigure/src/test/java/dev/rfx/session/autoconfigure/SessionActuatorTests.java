package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Policy;
import dev.rfx.session.ScriptedRobot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** Health, endpoint and metrics as an operator meets them: over HTTP. */
class SessionActuatorTests {

    private final HttpClient http = HttpClient.newHttpClient();
    private ConfigurableApplicationContext context;

    @AfterEach
    void close() {
        this.context.close();
    }

    private void run(Class<?> application, String... properties) {
        this.context =
                new SpringApplicationBuilder(application)
                        .properties(
                                "server.port=0",
                                "server.address=127.0.0.1",
                                "rfx.session.warmup=0",
                                "rfx.session.stop-timeout=100ms",
                                "management.endpoints.web.exposure.include=*",
                                "management.endpoint.health.show-details=always")
                        .properties(properties)
                        .run();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        Environment environment = this.context.getEnvironment();
        return URI.create(
                "http://127.0.0.1:"
                        + environment.getProperty("local.server.port")
                        + "/actuator"
                        + path);
    }

    private Session session() {
        return this.context.getBean(Session.class);
    }

    private ScriptedRobot robot() {
        return this.context.getBean(ScriptedRobot.class);
    }

    private void awaitIterations(long iterations) {
        while (session().stepCount() < iterations) {
            assertThat(session().state().isActive()).isTrue();
            Thread.onSpinWait();
        }
    }

    @Test
    void healthOfARunningSessionIsUpWithItsFigures() throws Exception {
        run(Application.class);
        awaitIterations(3);

        HttpResponse<String> health = get("/health/rfxSession");

        assertThat(health.statusCode()).isEqualTo(200);
        Map<String, Object> details = JsonPath.read(health.body(), "$.details");
        assertThat((String) JsonPath.read(health.body(), "$.status")).isEqualTo("UP");
        assertThat(details)
                .containsOnlyKeys(
                        "state",
                        "stepCount",
                        "rateHz",
                        "actualRateHz",
                        "overruns",
                        "windowOverruns",
                        "windowOverrunRatio",
                        "p99JitterMillis",
                        "lastIterationAgeMillis")
                .containsEntry("state", "RUNNING")
                .containsEntry("rateHz", 50.0);
        assertThat((int) details.get("stepCount")).isGreaterThanOrEqualTo(3);
    }

    @Test
    void healthOfAFailedSessionIsDownWithTheCauseAndStopsTheReadinessButNotTheLiveness()
            throws Exception {
        run(
                Application.class,
                "management.endpoint.health.group.readiness.include=readinessState,rfxSession",
                "management.endpoint.health.probes.enabled=true");
        assertThat(get("/health/readiness").statusCode()).isEqualTo(200);
        robot().onAct(
                        () -> {
                            throw new IOException("unplugged");
                        });
        session().awaitStopped(Duration.ofMinutes(1));

        HttpResponse<String> health = get("/health/rfxSession");

        assertThat(health.statusCode()).isEqualTo(503);
        assertThat((String) JsonPath.read(health.body(), "$.status")).isEqualTo("DOWN");
        assertThat((String) JsonPath.read(health.body(), "$.details.state")).isEqualTo("FAILED");
        assertThat((String) JsonPath.read(health.body(), "$.details.failure.phase"))
                .isEqualTo("act");
        assertThat((String) JsonPath.read(health.body(), "$.details.failure.exception"))
                .isEqualTo("java.io.IOException: unplugged");
        assertThat((int) JsonPath.read(health.body(), "$.details.failure.iteration"))
                .isEqualTo((int) session().stepCount());
        assertThat(get("/health/readiness").statusCode()).isEqualTo(503);
        assertThat(get("/health/liveness").statusCode()).isEqualTo(200);
    }

    @Test
    void healthOfAStoppedSessionIsOutOfService() throws Exception {
        run(Application.class);
        session().stop();

        HttpResponse<String> health = get("/health/rfxSession");

        assertThat(health.statusCode()).isEqualTo(503);
        assertThat((String) JsonPath.read(health.body(), "$.status")).isEqualTo("OUT_OF_SERVICE");
    }

    @Test
    void healthOfAStalledSessionIsDownAndAnswersAtOnce() throws Exception {
        run(Application.class, "rfx.session.watchdog.action=report");
        CountDownLatch release = new CountDownLatch(1);
        robot().onAct(release::await);
        while (!session().snapshot().stalled()) {
            Thread.onSpinWait();
        }

        HttpResponse<String> health = get("/health/rfxSession");
        release.countDown();

        assertThat((String) JsonPath.read(health.body(), "$.status")).isEqualTo("DOWN");
        assertThat((String) JsonPath.read(health.body(), "$.details.reason"))
                .matches("stalled: no iteration was completed for \\d+ ms");
    }

    @Test
    void healthBeyondAThresholdIsDownWithTheReason() throws Exception {
        run(
                Application.class,
                "rfx.session.rate-hz=1000",
                "rfx.session.health.max-overrun-ratio=0.5");
        robot().onAct(
                        () -> {
                            long end = System.nanoTime() + 2_000_000;
                            while (System.nanoTime() < end) {
                                Thread.onSpinWait();
                            }
                        });
        session().stop();
        session().start();
        awaitIterations(5);

        HttpResponse<String> health = get("/health/rfxSession");

        assertThat((String) JsonPath.read(health.body(), "$.status")).isEqualTo("DOWN");
        assertThat((String) JsonPath.read(health.body(), "$.details.reason"))
                .isEqualTo("overrun ratio 1.0000 is more than 0.5");
    }

    @Test
    void healthBeyondTheJitterThresholdIsDownWithTheReason() throws Exception {
        run(Application.class, "rfx.session.health.max-p99-jitter=1ns");
        awaitIterations(5);

        assertThat((String) JsonPath.read(get("/health/rfxSession").body(), "$.details.reason"))
                .matches("p99 jitter \\d+\\.\\d{3} ms is more than 1\\.0E-6 ms");
    }

    @Test
    void eachOfSeveralSessionsHasItsHealthEndpointEntryAndMetrics() throws Exception {
        run(TwoArms.class);

        assertThat((String) JsonPath.read(get("/health/rfxSession/left").body(), "$.status"))
                .isEqualTo("UP");
        assertThat((String) JsonPath.read(get("/health/rfxSession/right").body(), "$.status"))
                .isEqualTo("UP");
        Map<String, Object> sessions = JsonPath.read(get("/rfxsession").body(), "$.sessions");
        assertThat(sessions).containsOnlyKeys("left", "right");
        List<String> tags =
                JsonPath.read(
                        get("/metrics/rfx.session.iterations").body(), "$.availableTags[0].values");
        assertThat(tags).containsExactlyInAnyOrder("left", "right");
    }

    @Test
    void endpointShowsASessionWithTheStatisticsUnderTheKeysOfRfx() throws Exception {
        run(Application.class, "rfx.session.name=arm");
        awaitIterations(3);

        HttpResponse<String> all = get("/rfxsession");
        HttpResponse<String> one = get("/rfxsession/rfxSession");

        assertThat((String) JsonPath.read(all.body(), "$.sessions.rfxSession.state"))
                .isEqualTo("RUNNING");
        Map<String, Object> body = JsonPath.read(one.body(), "$");
        assertThat(body)
                .containsEntry("name", "arm")
                .containsEntry("state", "RUNNING")
                .containsEntry("stalled", false)
                .containsEntry("failure", null);
        Map<String, Object> stats = JsonPath.read(one.body(), "$.stats");
        assertThat(stats.keySet()).containsExactlyElementsOf(session().stats().toMap().keySet());
        assertThat(get("/rfxsession/nobody").statusCode()).isEqualTo(404);
    }

    @Test
    void endpointRefusesCommandsByDefault() throws Exception {
        run(Application.class);

        assertThat(post("/rfxsession/rfxSession", "{\"command\":\"STOP\"}").statusCode())
                .isEqualTo(405);
        assertThat(session().isRunning()).isTrue();
    }

    @Test
    void endpointStopsAndStartsWhenTheOperatorHasOpenedIt() throws Exception {
        run(Application.class, "management.endpoint.rfxsession.access=unrestricted");

        HttpResponse<String> stopped = post("/rfxsession/rfxSession", "{\"command\":\"STOP\"}");
        assertThat(stopped.statusCode()).isEqualTo(200);
        assertThat((String) JsonPath.read(stopped.body(), "$.state")).isEqualTo("STOPPED");
        assertThat(robot().stops).hasValue(1);

        HttpResponse<String> started = post("/rfxsession/rfxSession", "{\"command\":\"START\"}");
        assertThat((String) JsonPath.read(started.body(), "$.state")).isEqualTo("RUNNING");
        assertThat(robot().resets).hasValue(2);
        assertThat(post("/rfxsession/nobody", "{\"command\":\"STOP\"}").statusCode())
                .isEqualTo(404);
        assertThat(post("/rfxsession/rfxSession", "{\"command\":\"DANCE\"}").statusCode())
                .isEqualTo(400);
        assertThat(post("/rfxsession/rfxSession", "{}").statusCode()).isEqualTo(400);
    }

    @Test
    void commandThatFailsAnswersWithTheFailure() throws Exception {
        run(
                Application.class,
                "management.endpoint.rfxsession.access=unrestricted",
                "rfx.session.auto-startup=false");
        robot().onReset(
                        () -> {
                            throw new IOException("no power");
                        });

        HttpResponse<String> started = post("/rfxsession/rfxSession", "{\"command\":\"START\"}");

        assertThat(started.statusCode()).isEqualTo(200);
        assertThat((String) JsonPath.read(started.body(), "$.state")).isEqualTo("FAILED");
        assertThat((String) JsonPath.read(started.body(), "$.failure.exception"))
                .isEqualTo("java.io.IOException: no power");
    }

    @Test
    void stopThatEndsStuckAnswersSo() throws Exception {
        run(Application.class, "management.endpoint.rfxsession.access=unrestricted");
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch hanging = new CountDownLatch(1);
        robot().onAct(
                        () -> {
                            hanging.countDown();
                            while (release.getCount() > 0) {
                                Thread.interrupted();
                                Thread.onSpinWait();
                            }
                        });
        hanging.await();

        HttpResponse<String> stopped = post("/rfxsession/rfxSession", "{\"command\":\"STOP\"}");

        assertThat((String) JsonPath.read(stopped.body(), "$.state")).isEqualTo("STUCK");
        assertThat((String) JsonPath.read(get("/health/rfxSession").body(), "$.status"))
                .isEqualTo("DOWN");
        release.countDown();
        session().awaitStopped(Duration.ofMinutes(1));
        assertThat(session().state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void prometheusReadsEveryMeter() throws Exception {
        run(Application.class);
        awaitIterations(3);

        String text = get("/prometheus").body();

        String tag = "\\{session=\"rfxSession\"\\} ";
        assertThat(text)
                .contains("# TYPE rfx_session_iterations_total counter")
                .contains("# TYPE rfx_session_phase_seconds summary")
                .containsPattern("rfx_session_iterations_total" + tag + "[1-9]")
                .containsPattern("rfx_session_overruns_total" + tag + "\\d")
                .containsPattern("rfx_session_period_target_seconds" + tag + "0\\.02\n")
                .containsPattern("rfx_session_period_avg_seconds" + tag + "0\\.0")
                .containsPattern("rfx_session_jitter_p50_seconds" + tag + "\\d")
                .containsPattern("rfx_session_jitter_p95_seconds" + tag + "\\d")
                .containsPattern("rfx_session_jitter_p99_seconds" + tag + "\\d")
                .containsPattern("rfx_session_jitter_max_seconds" + tag + "\\d")
                .containsPattern("rfx_session_last_iteration_age_seconds" + tag + "\\d")
                .containsPattern("rfx_session_state" + tag + "2\\.0\n");
        for (String phase : List.of("observe", "policy", "act")) {
            String tags = "\\{phase=\"" + phase + "\",session=\"rfxSession\"\\} ";
            assertThat(text)
                    .containsPattern("rfx_session_phase_seconds_count" + tags + "[1-9]")
                    .containsPattern("rfx_session_phase_seconds_sum" + tags + "\\d");
        }
    }

    @Test
    void countersGrowOverRestarts() throws Exception {
        run(Application.class, "rfx.session.rate-hz=1000");
        awaitIterations(20);
        session().stop();
        double before = iterations();
        session().start();
        assertThat(iterations()).isGreaterThanOrEqualTo(before);
        awaitIterations(5);
        session().stop();
        assertThat(iterations()).isGreaterThanOrEqualTo(before + 5);
        assertThat(session().stepCount()).isLessThan((long) iterations());
    }

    private double iterations() throws Exception {
        return JsonPath.read(
                get("/metrics/rfx.session.iterations").body(), "$.measurements[0].value");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class TwoArms {

        private final Policy<String, String> policy = observation -> "action";
        private final SessionOptions options = SessionOptions.defaults().withWarmup(Duration.ZERO);

        @Bean
        Session left() {
            return new Session(new ScriptedRobot(), this.policy, this.options);
        }

        @Bean
        Session right() {
            return new Session(new ScriptedRobot(), this.policy, this.options);
        }
    }
}
