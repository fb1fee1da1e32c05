package dev.rfx.session.autoconfigure;

import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.Joint;
import dev.rfx.session.so101.ReplyFault;
import dev.rfx.session.so101.VirtualSo101;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The readings of an arm over HTTP. */
class So101ActuatorTests {

    @TempDir private Path directory;
    private VirtualSo101 arm;
    private ConfigurableApplicationContext context;

    @BeforeEach
    void start() {
        this.arm = VirtualSo101.start();
        this.context =
                new SpringApplicationBuilder(Application.class)
                        .properties(
                                "server.port=0",
                                "server.address=127.0.0.1",
                                "management.endpoints.web.exposure.include=*",
                                "management.endpoint.health.show-details=always",
                                "rfx.session.warmup=0",
                                "rfx.session.so101.port=" + this.arm.port(),
                                "rfx.session.so101.calibration="
                                        + CalibrationFile.of(this.directory),
                                "rfx.session.so101.read-timeout=500ms",
                                "rfx.session.so101.sensors=voltage,temperature")
                        .run();
    }

    @AfterEach
    void stop() {
        this.context.close();
        this.arm.close();
    }

    private Session session() {
        return this.context.getBean(Session.class);
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
                        HttpRequest.newBuilder(uri).header("Accept", "*/*").GET().build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void healthHasTheLinkAndTheVoltageAndTemperatureOfEachJoint() throws Exception {
        this.arm.damageNext(Joint.GRIPPER, ReplyFault.lost());
        this.arm.setErrorByte(Joint.GRIPPER, 0x20); // overload: it holds something
        awaitIterations(session(), session().stepCount() + 3);

        Map<String, Object> robot = JsonPath.read(get("/health/rfxSession"), "$.details.robot");

        assertThat(robot)
                .containsOnlyKeys(
                        "link.cycles",
                        "link.failed.cycles",
                        "link.retries",
                        "link.timeouts",
                        "link.checksum.errors",
                        "link.wrong.replies",
                        "link.last.good.age.seconds",
                        "clamps",
                        "overload",
                        "overloads",
                        "voltage",
                        "temperature")
                .containsEntry("link.retries", 1)
                .containsEntry("link.timeouts", 1)
                .containsEntry("overload", Map.of("gripper", 1.0))
                .containsEntry("overloads", Map.of("gripper", 1));
        assertThat((int) robot.get("link.cycles")).isPositive();
        assertThat((double) robot.get("link.last.good.age.seconds")).isBetween(0.0, 10.0);
        assertThat(robot.get("voltage"))
                .isEqualTo(
                        Map.of(
                                "shoulder_pan", 7.5,
                                "shoulder_lift", 7.5,
                                "elbow_flex", 7.5,
                                "wrist_flex", 7.5,
                                "wrist_roll", 7.5,
                                "gripper", 7.5));
    }

    @Test
    void prometheusHasTheLinkAndTheTemperatureOfEachJoint() throws Exception {
        this.arm.setErrorByte(Joint.GRIPPER, 0x20); // overload: it holds something
        awaitIterations(session(), session().stepCount() + 3);

        assertThat(get("/prometheus"))
                .contains(
                        "rfx_session_robot_overload{joint=\"gripper\",session=\"rfxSession\"} 1.0")
                .contains(
                        "rfx_session_robot_overloads_total{joint=\"gripper\",session=\"rfxSession\"} 1.0")
                .containsPattern(
                        "rfx_session_robot_link_cycles_total\\{session=\"rfxSession\"} [1-9]")
                .contains("rfx_session_robot_link_retries_total{session=\"rfxSession\"} ")
                .contains("rfx_session_robot_link_last_good_age_seconds{session=\"rfxSession\"} ")
                .contains(
                        "rfx_session_robot_temperature{joint=\"elbow_flex\",session=\"rfxSession\"} 30.0")
                .contains(
                        "rfx_session_robot_voltage{joint=\"gripper\",session=\"rfxSession\"} 7.5");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor middle = Tensor.zeros(6);
            return observation -> middle;
        }
    }
}
