package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Session;
import dev.rfx.session.SessionState;
import dev.rfx.session.testkit.ScriptedRobot;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

/** An application that tests its own controller with a mocked session. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "server.address=127.0.0.1",
            "management.endpoints.web.exposure.include=*",
            "management.endpoint.health.show-details=always",
            "management.endpoint.health.group.readiness.include=readinessState,rfxSession"
        })
class MockedSessionTests {

    @MockitoBean private Session session;

    @Autowired private ScriptedRobot robot;
    @Autowired private MeterRegistry registry;
    @Autowired private ObjectProvider<SessionLifecycle> lifecycles;
    @LocalServerPort private int port;

    private HttpResponse<String> get(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + this.port
                                                        + "/actuator"
                                                        + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void mockIsTheApplicationsAlone() throws Exception {
        given(this.session.state()).willReturn(SessionState.FAILED);

        assertThat(this.robot.calls()).isZero();
        assertThat(this.lifecycles.stream()).isEmpty();
        assertThat(this.registry.getMeters())
                .noneMatch(meter -> meter.getId().getName().startsWith("rfx."));
        HttpResponse<String> health = get("/health");
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat((String) JsonPath.read(health.body(), "$.components.rfxSession.details.reason"))
                .isEqualTo("the Session bean is a mock");
        assertThat(get("/rfxsession").body()).isEqualTo("{\"sessions\":{}}");
        assertThat(get("/rfxsession/rfxSession").statusCode()).isEqualTo(404);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}
}
