package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Session;
import dev.rfx.session.sample.FragileSessions.FragilePolicy;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.ReplyFault;
import dev.rfx.session.so101.VirtualSo101;
import dev.rfx.session.testkit.Campaign;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Dashboard and alerts with a real Prometheus that scrapes the sample with an arm. */
@Timeout(120)
class PrometheusTests {

    /** Twice the longest time for which an alert is pending. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Low enough to keep a busy machine from causing overruns. */
    private static final String RATE = "--rfx.session.rate-hz=20";

    @TempDir private Path folder;
    @TempDir private Path armFolder;
    @TempDir private Path recordings;
    private VirtualSo101 arm;
    private ConfigurableApplicationContext sample;

    @BeforeEach
    void skipWithoutPrometheus() {
        Prometheus.program("prometheus");
    }

    private void startSample() {
        this.arm = VirtualSo101.start();
        this.sample =
                new SpringApplicationBuilder(SampleApplication.class)
                        .run(
                                "--server.port=0",
                                "--rfx.session.warmup=0",
                                RATE,
                                "--rfx.session.record.enabled=true",
                                "--rfx.session.record.directory=" + this.recordings,
                                "--rfx.session.record.last=30s",
                                "--rfx.session.so101.port=" + this.arm.port(),
                                "--rfx.session.so101.calibration="
                                        + CalibrationFile.of(this.armFolder),
                                "--rfx.session.so101.read-timeout=500ms",
                                "--rfx.session.so101.sensors=voltage,temperature");
    }

    @AfterEach
    void stopSample() {
        if (this.sample != null) {
            this.sample.close();
        }
        if (this.arm != null) {
            this.arm.close();
        }
    }

    private static int port(ConfigurableApplicationContext application) {
        return application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    private static ConditionFactory eventually() {
        return await().atMost(PATIENCE).pollInSameThread();
    }

    /** Waits for two scrapes, also of the histograms, because a rate needs two values. */
    private static void awaitRates(Prometheus prometheus, int sessions) {
        String running = "rate(rfx_session_phase_seconds_count{phase=\"act\"}[1m]) > 0";
        eventually().untilAsserted(() -> assertThat(prometheus.query(running)).hasSize(sessions));
    }

    @Test
    void everyQueryAndEveryRuleIsAboutMetricsThatExistAndNothingFiresWhileAllIsWell()
            throws Exception {
        startSample();
        try (Prometheus prometheus = Prometheus.start(this.folder, port(this.sample))) {
            awaitRates(prometheus, 1);
            awaitRules(prometheus);

            SoftAssertions softly = new SoftAssertions();
            for (String query : GrafanaDashboardTests.queries()) {
                softly.assertThat(prometheus.query(query)).as(query).isNotEmpty();
            }
            for (Map<String, Object> rule : prometheus.rules()) {
                softly.assertThat(rule)
                        .containsEntry("health", "ok")
                        .doesNotContainKey("lastError");
                for (String operand : operands((String) rule.get("query"))) {
                    softly.assertThat(prometheus.query(operand)).as(operand).isNotEmpty();
                    softly.assertThat(prometheus.sessions(operand))
                            .as(operand)
                            .containsOnly("rfxSession");
                }
            }
            softly.assertAll();
            assertThat(alerts(prometheus, "firing")).isEmpty();
        }
    }

    private static void awaitRules(Prometheus prometheus) {
        eventually()
                .untilAsserted(
                        () ->
                                assertThat(prometheus.rules())
                                        .hasSize(8)
                                        .extracting(rule -> rule.get("health"))
                                        .doesNotContain("unknown"));
    }

    /** Returns the expression of a rule without its numbers. */
    private static List<String> operands(String rule) {
        List<String> operands =
                List.of(rule.split(" (?:and|or|unless|==|!=|>=|<=|>|<) ")).stream()
                        .filter(operand -> !operand.matches("[0-9.]+"))
                        .toList();
        assertThat(operands).as(rule).isNotEmpty();
        return operands;
    }

    /** Returns each alert as its name, a space and the name of the session. */
    private static Set<String> alerts(Prometheus prometheus, String state) throws Exception {
        Set<String> alerts = new TreeSet<>();
        for (Map<String, Object> alert : prometheus.alerts()) {
            Map<String, String> labels = JsonPath.read(alert, "$.labels");
            Map<String, String> annotations = JsonPath.read(alert, "$.annotations");
            assertThat(annotations.get("summary"))
                    .contains(
                            "ession %s on %s "
                                    .formatted(labels.get("session"), labels.get("instance")));
            // A failed template leaves a text in < and >.
            assertThat(annotations.get("summary")).doesNotContain("<");
            assertThat(annotations.get("description")).isNotEmpty().doesNotContain("<");
            if (alert.get("state").equals(state)) {
                alerts.add(labels.get("alertname") + " " + labels.get("session"));
            }
        }
        return alerts;
    }

    /** Waits half a minute for the rates of Prometheus. */
    @Campaign.Only
    @Test
    void everyFailureFiresItsAlertAndNoOther() throws Exception {
        startSample();
        try (VirtualSo101 noisy = VirtualSo101.start();
                ConfigurableApplicationContext fragile =
                        new SpringApplicationBuilder(FragileSessions.class)
                                .run(
                                        "--server.port=0",
                                        "--rfx.session.warmup=0",
                                        RATE,
                                        // The properties of the sample do not apply to these
                                        // Session beans.
                                        "--rfx.session.limits.min=",
                                        "--rfx.session.limits.max=",
                                        "--rfx.session.limits.max-speed=",
                                        "--lossy.directory="
                                                + Files.createFile(
                                                        this.recordings.resolve("a-file")),
                                        "--noisy.port=" + noisy.port(),
                                        "--noisy.calibration="
                                                + CalibrationFile.of(this.armFolder));
                Prometheus prometheus =
                        Prometheus.start(this.folder, port(this.sample), port(fragile))) {
            awaitRates(prometheus, 8);

            this.arm.unplug();
            noisy.damageRandomly(0.05, 1, ReplyFault.bitFlip(40));
            fragile.getBean("slowPolicy", FragilePolicy.class).beSlow();
            fragile.getBean("hungPolicy", FragilePolicy.class).hang();
            fragile.getBean("restartedPolicy", FragilePolicy.class).failOnce();
            fragile.getBean("stopped", Session.class).stop();

            Set<String> expected =
                    Set.of(
                            "RfxSessionDown rfxSession",
                            "RfxSessionBusErrors noisy",
                            "RfxSessionRecordingDrops lossy",
                            "RfxSessionOverruns slow",
                            "RfxSessionDown hung",
                            "RfxSessionStalled hung",
                            "RfxSessionRestarts restarted");
            eventually()
                    .failFast(() -> assertThat(alerts(prometheus, "firing")).isSubsetOf(expected))
                    .untilAsserted(
                            () -> assertThat(alerts(prometheus, "firing")).isEqualTo(expected));
            assertThat(alerts(prometheus, "pending")).contains("RfxSessionJitter slow");

            // The session is gone. Its alert is pending for longer than a test takes.
            ((WebServerApplicationContext) fragile).getWebServer().stop();
            eventually()
                    .untilAsserted(
                            () ->
                                    assertThat(alerts(prometheus, "pending"))
                                            .filteredOn(
                                                    alert -> alert.startsWith("RfxSessionVanished"))
                                            .containsExactly(
                                                    "RfxSessionVanished healthy",
                                                    "RfxSessionVanished hung",
                                                    "RfxSessionVanished lossy",
                                                    "RfxSessionVanished noisy",
                                                    "RfxSessionVanished restarted",
                                                    "RfxSessionVanished slow"));
        }
    }
}
