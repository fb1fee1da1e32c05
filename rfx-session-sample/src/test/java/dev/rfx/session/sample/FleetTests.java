package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.VirtualSo101;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One JVM for each robot, and one Prometheus for all. */
@Timeout(120)
class FleetTests {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    private static ChildJvm sample(String robot, String... arguments) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--server.port=0",
                                "--management.metrics.tags.robot=" + robot,
                                "--rfx.session.warmup=0",
                                "--rfx.session.rate-hz=20"));
        all.addAll(List.of(arguments));
        return ChildJvm.start(SampleApplication.class, all.toArray(String[]::new));
    }

    private static int port(ChildJvm jvm) throws InterruptedException {
        Matcher port = PORT.matcher(jvm.awaitLine("Tomcat started on port"));
        assertThat(port.find()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(30)).pollInSameThread();
    }

    /** Starts two JVMs and waits for the alert, which is pending for 5 s. */
    @Campaign.Only
    @Test
    void alertNamesTheRobotThatFailsAndNoOther(
            @TempDir Path prometheusFolder, @TempDir Path calibrations) throws Exception {
        Prometheus.program("prometheus");
        try (VirtualSo101 arm = VirtualSo101.start();
                ChildJvm left =
                        sample(
                                "left",
                                "--rfx.session.so101.port=" + arm.port(),
                                "--rfx.session.so101.calibration="
                                        + CalibrationFile.of(calibrations),
                                "--rfx.session.so101.read-timeout=500ms");
                ChildJvm right = sample("right")) {
            int leftPort = port(left);
            int rightPort = port(right);
            try (Prometheus prometheus = Prometheus.start(prometheusFolder, leftPort, rightPort)) {
                eventually()
                        .untilAsserted(
                                () ->
                                        assertThat(prometheus.labels("rfx_session_state == 2"))
                                                .extracting(FleetTests::robot)
                                                .containsExactlyInAnyOrder(
                                                        robot("left", leftPort),
                                                        robot("right", rightPort)));

                arm.unplug();

                eventually()
                        .untilAsserted(
                                () ->
                                        assertThat(firing(prometheus))
                                                .extracting(FleetTests::robot)
                                                .containsExactly(robot("left", leftPort)));
                assertThat(firing(prometheus))
                        .singleElement()
                        .satisfies(
                                labels ->
                                        assertThat(labels)
                                                .contains(
                                                        entry("alertname", "RfxSessionDown"),
                                                        entry("severity", "critical")));
                assertThat(prometheus.labels("rfx_session_states{state=\"running\"} == 1"))
                        .extracting(FleetTests::robot)
                        .containsExactly(robot("right", rightPort));
            }
        }
    }

    private static List<Map<String, String>> firing(Prometheus prometheus) throws Exception {
        return prometheus.alerts().stream()
                .filter(alert -> alert.get("state").equals("firing"))
                .map(alert -> JsonPath.<Map<String, String>>read(alert, "$.labels"))
                .toList();
    }

    private static String robot(Map<String, String> labels) {
        return "%s %s %s"
                .formatted(labels.get("robot"), labels.get("session"), labels.get("instance"));
    }

    private static String robot(String name, int port) {
        return "%s rfxSession 127.0.0.1:%d".formatted(name, port);
    }
}
