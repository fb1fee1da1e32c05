package dev.rfx.session.autoconfigure;

import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.actuate.SessionEndpoint;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.testkit.ScriptedRobot;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** Health, endpoint and metrics over HTTP. */
@ExtendWith(OutputCaptureExtension.class)
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

    @Test
    void healthOfARunningSessionIsUpWithItsFigures() throws Exception {
        // Without the detail of the thread, which depends on the platform.
        run(Application.class, "rfx.session.thread.slice=0");
        awaitIterations(session(), 3);

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
                        "p99JitterSeconds",
                        "engage",
                        "lastIterationAgeSeconds")
                .containsEntry("engage", "UNAVAILABLE")
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

    @ParameterizedTest
    @CsvSource({"true, there is no Session bean", "false, rfx.session.enabled is false"})
    void readinessGroupOfTheReadmeStartsWithoutASession(boolean enabled, String reason)
            throws Exception {
        run(
                enabled ? NoRobot.class : Application.class,
                "rfx.session.enabled=" + enabled,
                "management.endpoint.health.group.readiness.include=readinessState,rfxSession",
                "management.endpoint.health.probes.enabled=true",
                "management.endpoint.health.group.readiness.show-details=always");

        HttpResponse<String> readiness = get("/health/readiness");
        assertThat(readiness.statusCode()).isEqualTo(200);
        assertThat((String) JsonPath.read(readiness.body(), "$.components.rfxSession.status"))
                .isEqualTo("UNKNOWN");
        assertThat(
                        (String)
                                JsonPath.read(
                                        readiness.body(), "$.components.rfxSession.details.reason"))
                .isEqualTo(reason);
        assertThat((String) JsonPath.read(get("/health").body(), "$.status")).isEqualTo("UP");
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
        awaitIterations(session(), 5);

        HttpResponse<String> health = get("/health/rfxSession");

        assertThat((String) JsonPath.read(health.body(), "$.status")).isEqualTo("DOWN");
        assertThat((String) JsonPath.read(health.body(), "$.details.reason"))
                .isEqualTo("overrun ratio 1.0000 is more than 0.5");
    }

    @Test
    void healthBeyondTheJitterThresholdIsDownWithTheReason() throws Exception {
        run(Application.class, "rfx.session.health.max-p99-jitter=1ns");
        awaitIterations(session(), 5);

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
        awaitIterations(session(), 3);

        HttpResponse<String> all = get("/rfxsession");
        HttpResponse<String> one = get("/rfxsession/rfxSession");

        assertThat((String) JsonPath.read(all.body(), "$.sessions.rfxSession.state"))
                .isEqualTo("RUNNING");
        Map<String, Object> body = JsonPath.read(one.body(), "$");
        assertThat(body)
                .containsEntry("name", "arm")
                .containsEntry("state", "RUNNING")
                .containsEntry("stalled", false)
                .containsEntry("engage", "UNAVAILABLE")
                .containsEntry("policy", Map.of())
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

        assertThat(started.statusCode()).isEqualTo(503);
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
        get("/rfxsession"); // the first one loads classes

        long begin = System.nanoTime();
        HttpResponse<String> stopped = post("/rfxsession/rfxSession", "{\"command\":\"STOP\"}");
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        assertThat(stopped.statusCode()).isEqualTo(503);
        assertThat((String) JsonPath.read(stopped.body(), "$.state")).isEqualTo("STUCK");
        assertThat(took).as("stop timeout + 1 s").isLessThan(Duration.ofMillis(1_100));
        assertThat((String) JsonPath.read(get("/health/rfxSession").body(), "$.status"))
                .isEqualTo("DOWN");
        release.countDown();
        session().awaitStopped(Duration.ofMinutes(1));
        assertThat(session().state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void endpointShowsTheLastIterationsOfOneSession() throws Exception {
        run(Application.class, "rfx.session.rate-hz=1000");
        awaitIterations(session(), 100);

        List<Map<String, Object>> recent =
                JsonPath.read(get("/rfxsession/rfxSession").body(), "$.recent");

        assertThat(recent).hasSize(64);
        assertThat(recent.get(0))
                .containsOnlyKeys(
                        "number",
                        "startSeconds",
                        "latenessSeconds",
                        "observeSeconds",
                        "policySeconds",
                        "actSeconds",
                        "gcPauseSeconds",
                        "overrun",
                        "stale",
                        "cause");
        for (int i = 1; i < 64; i++) {
            assertThat((int) recent.get(i).get("number"))
                    .isEqualTo((int) recent.get(i - 1).get("number") + 1);
        }
        List<Object> inList = JsonPath.read(get("/rfxsession").body(), "$..recent");
        assertThat(inList).containsExactly((Object) null);
    }

    @Test
    void endpointShowsTotalsInSeconds() throws Exception {
        run(Application.class, "rfx.session.rate-hz=1000");
        robot().onAct(() -> Thread.sleep(1));
        awaitIterations(session(), 100);
        session().stop();

        Map<String, Object> totals =
                JsonPath.read(get("/rfxsession/rfxSession").body(), "$.totals");

        assertThat(totals)
                .containsOnlyKeys(
                        "iterations",
                        "overruns",
                        "lateWakeups",
                        "stale",
                        "stalls",
                        "failures",
                        "restarts",
                        "observeSeconds",
                        "policySeconds",
                        "actSeconds")
                .containsEntry("iterations", (int) session().totals().iterations())
                .containsEntry("actSeconds", session().totals().actNanos() / 1e9);
    }

    @Test
    void endpointShowsTheIterationsBeforeAFailure() throws Exception {
        run(Application.class, "rfx.session.rate-hz=1000");
        awaitIterations(session(), 10);
        robot().onAct(
                        () -> {
                            throw new IOException("unplugged");
                        });
        session().awaitStopped(Duration.ofMinutes(1));

        String body = get("/rfxsession/rfxSession").body();

        List<Integer> numbers = JsonPath.read(body, "$.recent[*].number");
        int failed = JsonPath.read(body, "$.failure.iteration");
        assertThat(numbers).last().isEqualTo(failed - 1);
        assertThat((int) JsonPath.read(body, "$.totals.failures")).isEqualTo(1);
    }

    @Test
    void statisticsCanBeReset() throws Exception {
        run(Application.class, "management.endpoint.rfxsession.access=unrestricted");
        awaitIterations(session(), 20);

        String body = post("/rfxsession/rfxSession", "{\"command\":\"RESET_STATISTICS\"}").body();

        assertThat((int) JsonPath.read(body, "$.stats.iterations")).isLessThan(20);
        assertThat((int) JsonPath.read(body, "$.totals.iterations")).isGreaterThanOrEqualTo(20);
        assertThat(session().isRunning()).isTrue();
    }

    @Test
    void startWhileTheSessionRunsAnswersTheState() throws Exception {
        run(Application.class, "management.endpoint.rfxsession.access=unrestricted");

        HttpResponse<String> started = post("/rfxsession/rfxSession", "{\"command\":\"START\"}");

        assertThat(started.statusCode()).isEqualTo(200);
        assertThat((String) JsonPath.read(started.body(), "$.state")).isEqualTo("RUNNING");
        assertThat(robot().resets).hasValue(1);
    }

    @Test
    void commandIsLoggedWithWhoGaveIt(CapturedOutput output) throws Exception {
        run(ApplicationWithUsers.class, "management.endpoint.rfxsession.access=unrestricted");
        Logger log = (Logger) LoggerFactory.getLogger(SessionEndpoint.class);
        log.setLevel(Level.INFO);
        try {
            post("/rfxsession/rfxSession", "{\"command\":\"STOP\"}");
            send(
                    HttpRequest.newBuilder(uri("/rfxsession/rfxSession"))
                            .header("Content-Type", "application/json")
                            .header("X-User", "alice")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"command\":\"START\"}")));
        } finally {
            log.setLevel(null);
        }

        assertThat(output)
                .contains(
                        "STOP of session 'rfxSession' was requested through the endpoint by an"
                                + " unknown client")
                .contains(
                        "START of session 'rfxSession' was requested through the endpoint by alice");
    }

    @Test
    void everyRequestIsAnsweredAtOnceWhileTheLoopHangs() throws Exception {
        run(Application.class, "rfx.session.watchdog.timeout=0");
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch hanging = new CountDownLatch(1);
        robot().onAct(
                        () -> {
                            hanging.countDown();
                            release.await();
                        });
        hanging.await();

        for (String path :
                List.of("/health", "/rfxsession", "/rfxsession/rfxSession", "/prometheus")) {
            get(path); // the first one loads classes
            long[] nanos = new long[21];
            for (int i = 0; i < nanos.length; i++) {
                long begin = System.nanoTime();
                get(path);
                nanos[i] = System.nanoTime() - begin;
            }
            Arrays.sort(nanos);
            assertThat(Duration.ofNanos(nanos[10]))
                    .as("median of %s", path)
                    .isLessThan(Duration.ofMillis(50));
        }
        release.countDown();
    }

    @Test
    void watchdogThatStopsTheRobotTakesHealthDown() throws Exception {
        run(Application.class, "rfx.session.watchdog.timeout=100ms");
        CountDownLatch release = new CountDownLatch(1);
        robot().onAct(release::await);
        session().awaitStopped(Duration.ofMinutes(1));

        String body = get("/health/rfxSession").body();

        assertThat((String) JsonPath.read(body, "$.status")).isEqualTo("DOWN");
        assertThat((String) JsonPath.read(body, "$.details.state")).isEqualTo("FAILED");
        assertThat((String) JsonPath.read(body, "$.details.reason"))
                .matches(
                        "Control loop of session 'rfx-session' is stalled: no iteration was"
                                + " completed for \\d+ ms, it is in act of iteration \\d+");
        assertThat((String) JsonPath.read(body, "$.details.failure.exception"))
                .startsWith("Control loop of session 'rfx-session' is stalled");
        assertThat(robot().stops).hasValue(1);
        assertThat(get("/prometheus").body())
                .contains("rfx_session_stalls_total{session=\"rfxSession\"} 1.0\n");
    }

    @Test
    void healthIsDownWhileTheSessionWaitsToBeRestarted() throws Exception {
        run(
                Application.class,
                "rfx.session.restart.max-attempts=3",
                "rfx.session.restart.initial-delay=1h",
                "rfx.session.restart.max-delay=1h");
        robot().onAct(
                        () -> {
                            throw new IOException("unplugged");
                        });
        session().awaitStopped(Duration.ofMinutes(1));

        String health = get("/health/rfxSession").body();
        String endpoint = get("/rfxsession/rfxSession").body();

        assertThat((String) JsonPath.read(health, "$.status")).isEqualTo("DOWN");
        assertThat((String) JsonPath.read(health, "$.details.reason"))
                .matches(
                        "restarting in 3\\d{6} ms, attempt 1 of 3, after: Control loop failed in act"
                                + " of .*: java.io.IOException: unplugged");
        assertThat((int) JsonPath.read(health, "$.details.restart.attempts")).isEqualTo(1);
        assertThat((int) JsonPath.read(endpoint, "$.restart.maxAttempts")).isEqualTo(3);
        assertThat((double) JsonPath.read(endpoint, "$.restart.startsInSeconds"))
                .isBetween(3_000.0, 3_600.0);
    }

    @Test
    void healthAndEndpointNameThePolicy() throws Exception {
        run(LimitedArm.class);
        awaitIterations(session(), 1);

        for (String path : List.of("/health/rfxSession:$.details", "/rfxsession/rfxSession:$")) {
            String[] parts = path.split(":");
            Map<String, Object> policy = JsonPath.read(get(parts[0]).body(), parts[1] + ".policy");
            assertThat(policy).as(path).isEqualTo(Map.of("model", "far.onnx"));
        }
    }

    @Test
    void clampsAreVisiblePerJoint() throws Exception {
        run(
                LimitedArm.class,
                "rfx.session.limits.max=1, 5",
                "rfx.session.rate-hz=1000",
                "rfx.session.engage.enabled=false");
        awaitIterations(session(), 3);
        session().stop();
        int steps = (int) session().stepCount();

        Map<String, Object> clamps =
                JsonPath.read(get("/rfxsession/rfxSession").body(), "$.robot.clamps");
        String prometheus = get("/prometheus").body();

        assertThat(clamps).isEqualTo(Map.of("0", steps, "1", 0));
        assertThat(prometheus)
                .contains(
                        "rfx_session_robot_clamps_total{joint=\"0\",session=\"rfxSession\"} "
                                + steps
                                + ".0\n")
                .contains(
                        "rfx_session_robot_clamps_total{joint=\"1\",session=\"rfxSession\"} 0.0\n");
    }

    @Test
    void prometheusReadsEveryMeter() throws Exception {
        run(Application.class);
        awaitIterations(session(), 3);

        String text = get("/prometheus").body();
        while (text.contains("rfx_session_period_seconds_count{session=\"rfxSession\"} 0\n")) {
            text = get("/prometheus").body(); // histograms come a little later than the rest
        }

        String tag = "\\{session=\"rfxSession\"\\} ";
        assertThat(text)
                .contains("# TYPE rfx_session_iterations_total counter")
                .contains("# TYPE rfx_session_phase_seconds histogram")
                .contains("# TYPE rfx_session_period_seconds histogram")
                .containsPattern("rfx_session_iterations_total" + tag + "[1-9]")
                .containsPattern("rfx_session_overruns_total" + tag + "\\d")
                .containsPattern("rfx_session_late_wakeups_total" + tag + "\\d")
                .containsPattern("rfx_session_stale_total" + tag + "0\\.0\n")
                .containsPattern("rfx_session_stalls_total" + tag + "0\\.0\n")
                .containsPattern("rfx_session_failures_total" + tag + "0\\.0\n")
                .containsPattern("rfx_session_restarts_total" + tag + "0\\.0\n")
                .containsPattern("rfx_session_period_target_seconds" + tag + "0\\.02\n")
                .containsPattern("rfx_session_period_avg_seconds" + tag + "0\\.0")
                .containsPattern("rfx_session_jitter_p50_seconds" + tag + "\\d")
                .containsPattern("rfx_session_jitter_p95_seconds" + tag + "\\d")
                .containsPattern("rfx_session_jitter_p99_seconds" + tag + "\\d")
                .containsPattern("rfx_session_jitter_max_seconds" + tag + "\\d")
                .containsPattern("rfx_session_last_iteration_age_seconds" + tag + "\\d")
                .containsPattern("rfx_session_state" + tag + "2\\.0\n")
                .containsPattern(
                        "rfx_session_period_seconds_bucket\\{session=\"rfxSession\",le=\"0.04\"} [1-9]");
        for (String phase : List.of("observe", "policy", "act")) {
            String tags = "\\{phase=\"" + phase + "\",session=\"rfxSession\"\\} ";
            assertThat(text)
                    .containsPattern("rfx_session_phase_seconds_count" + tags + "[1-9]")
                    .containsPattern("rfx_session_phase_seconds_sum" + tags + "\\d")
                    .containsPattern(
                            "rfx_session_phase_seconds_bucket\\{phase=\""
                                    + phase
                                    + "\",session=\"rfxSession\",le=\"0.01\"} [1-9]");
        }
    }

    @Test
    void recordingIsShownByHealthEndpointAndMetrics(@TempDir Path directory) throws Exception {
        run(
                Application.class,
                "rfx.session.record.enabled=true",
                "rfx.session.record.directory=" + directory);
        while (session().recordingStatus().bytes() == 0) {
            Thread.onSpinWait(); // the writer flushes about once a second
        }

        String health = get("/health/rfxSession").body();
        String endpoint = get("/rfxsession/rfxSession").body();

        assertThat((String) JsonPath.read(health, "$.status")).isEqualTo("UP");
        for (String path : List.of("$.details.recording", "$.recording")) {
            Map<String, Object> recording =
                    JsonPath.read(path.contains("details") ? health : endpoint, path);
            assertThat(recording)
                    .containsEntry("state", "WRITING")
                    .containsEntry("file", session().recordingStatus().file())
                    .containsEntry("dropped", 0)
                    .containsEntry("problem", session().recordingStatus().problem());
            assertThat((int) recording.get("iterations")).isPositive();
            assertThat((int) recording.get("bytes")).isPositive();
        }
        assertThat(recordingMeter("iterations")).isPositive();
        assertThat(recordingMeter("bytes")).isPositive();
        assertThat(recordingMeter("dropped")).isZero();
        assertThat(get("/prometheus").body())
                .contains(
                        "rfx_session_recording_iterations_total{",
                        "rfx_session_recording_dropped_total{",
                        "rfx_session_recording_bytes_total{");
    }

    private double recordingMeter(String name) throws Exception {
        return JsonPath.read(
                get("/metrics/rfx.session.recording." + name).body(), "$.measurements[0].value");
    }

    @Test
    void recordingThatCannotBeWrittenIsSaidByAHealthThatStaysUp(@TempDir Path directory)
            throws Exception {
        run(
                Application.class,
                "rfx.session.rate-hz=1000",
                "rfx.session.record.enabled=true",
                "rfx.session.record.directory=" + Files.createFile(directory.resolve("file")),
                "rfx.session.record.ring-size=64KB");
        // Iterations wait in the ring for the disk, and are dropped when it is full.
        while (session().recordingStatus().dropped() == 0) {
            Thread.onSpinWait();
        }

        String health = get("/health/rfxSession").body();

        assertThat((String) JsonPath.read(health, "$.status")).isEqualTo("UP");
        assertThat((String) JsonPath.read(health, "$.details.recording.state")).isEqualTo("FAILED");
        assertThat((String) JsonPath.read(health, "$.details.recording.problem"))
                .contains("FileAlreadyExistsException");
        assertThat((int) JsonPath.read(health, "$.details.recording.dropped")).isPositive();
        assertThat(recordingMeter("dropped")).isPositive();
        assertThat(session().isRunning()).isTrue();
    }

    @Test
    void sessionThatIsNotRecordedHasNeitherDetailNorMeters() throws Exception {
        run(Application.class);

        Object recording = JsonPath.read(get("/rfxsession/rfxSession").body(), "$.recording");
        assertThat(recording).isNull();
        assertThat(get("/health/rfxSession").body()).doesNotContain("recording");
        assertThat(get("/metrics").body())
                .contains("rfx.session.iterations")
                .doesNotContain("rfx.session.recording");
    }

    @Test
    void countersGrowOverRestarts() throws Exception {
        run(Application.class, "rfx.session.rate-hz=1000");
        awaitIterations(session(), 20);
        session().stop();
        double before = iterations();
        session().start();
        assertThat(iterations()).isGreaterThanOrEqualTo(before);
        awaitIterations(session(), 5);
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
    static class NoRobot {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class LimitedArm {

        @Bean
        MockRobot robot() {
            return new MockRobot(2, 1000);
        }

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor far = Tensor.of(3, 3);
            return new PolicyDecorator<>(observation -> far) {
                @Override
                public Map<String, String> details() {
                    return Map.of("model", "far.onnx");
                }
            };
        }
    }

    /** Accepts every user name. */
    @Configuration(proxyBeanMethods = false)
    @Import(Application.class)
    static class ApplicationWithUsers {

        @Bean
        Filter users() {
            return (request, response, chain) ->
                    chain.doFilter(
                            new HttpServletRequestWrapper((HttpServletRequest) request) {
                                @Override
                                public Principal getUserPrincipal() {
                                    String user = getHeader("X-User");
                                    return user == null ? null : () -> user;
                                }
                            },
                            response);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class TwoArms {

        private final Policy<String, String> policy = observation -> "action";

        @Bean
        Session left(SessionOptions options) {
            return new Session(new ScriptedRobot(), this.policy, options);
        }

        @Bean
        Session right(SessionOptions options) {
            return new Session(new ScriptedRobot(), this.policy, options);
        }
    }
}
