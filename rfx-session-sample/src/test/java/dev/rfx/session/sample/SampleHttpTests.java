package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.annotation.DirtiesContext;

/** The commands and pages of the README. */
@DirtiesContext // its session would log among the output that other tests capture
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "rfx.session.warmup=0")
class SampleHttpTests {

    private final HttpClient http = HttpClient.newHttpClient();

    @Value("${local.server.port}")
    private int port;

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + this.port + "/").resolve(path);
        return this.http.send(
                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void livePageIsThere() throws Exception {
        HttpResponse<String> page = get("rfx/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
    }

    @Test
    void sessionRunsAndCounts() throws Exception {
        String before = get("actuator/rfxsession/rfxSession").body();

        assertThat((String) JsonPath.read(before, "$.state")).isEqualTo("RUNNING");
        assertThat((double) JsonPath.read(before, "$.rateHz")).isEqualTo(50);
        int iterations = JsonPath.read(before, "$.stats.iterations");
        int now = iterations;
        while (now <= iterations) {
            now = JsonPath.read(get("actuator/rfxsession/rfxSession").body(), "$.stats.iterations");
        }
    }

    @Test
    void healthShowsTheSession() throws Exception {
        String health = get("actuator/health").body();

        assertThat((String) JsonPath.read(health, "$.components.rfxSession.status"))
                .isEqualTo("UP");
        assertThat((String) JsonPath.read(health, "$.components.rfxSession.details.state"))
                .isEqualTo("RUNNING");
    }

    @Test
    void prometheusTextHasTheMetrics() throws Exception {
        assertThat(get("actuator/prometheus").body())
                .contains("rfx_session_iterations_total{session=\"rfxSession\"}");
    }
}
