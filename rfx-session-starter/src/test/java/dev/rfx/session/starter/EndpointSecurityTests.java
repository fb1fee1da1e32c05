package dev.rfx.session.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Session;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The recipe of {@code docs/observability.md} for Spring Security. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "server.address=127.0.0.1",
            "rfx.session.warmup=0",
            "management.endpoints.web.exposure.include=health,rfxsession",
            "management.endpoint.rfxsession.access=unrestricted"
        })
@ExtendWith(OutputCaptureExtension.class)
class EndpointSecurityTests {

    @Autowired private Session session;
    @LocalServerPort private int port;

    private HttpResponse<String> send(String user, HttpRequest.Builder request) throws Exception {
        if (user != null) {
            byte[] credentials = (user + ":" + user).getBytes(StandardCharsets.UTF_8);
            request.header(
                    "Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
        }
        return HttpClient.newHttpClient()
                .send(
                        request.uri(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + this.port
                                                        + "/actuator/rfxsession/rfxSession"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> command(String user, String command) throws Exception {
        return send(
                user,
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"command\":\"" + command + "\"}")));
    }

    private HttpResponse<String> look(String user) throws Exception {
        return send(user, HttpRequest.newBuilder().GET());
    }

    @Test
    void operatorCommandsByUserAndPassword(CapturedOutput output) throws Exception {
        HttpResponse<String> stopped = command("operator", "STOP");

        assertThat(stopped.statusCode()).isEqualTo(200);
        assertThat(stopped.body()).contains("\"state\":\"STOPPED\"");
        assertThat(command("operator", "START").statusCode()).isEqualTo(200);
        assertThat(this.session.isRunning()).isTrue();
        assertThat(output)
                .contains(
                        "STOP of session 'rfxSession' was requested through the endpoint by"
                                + " operator");
    }

    @Test
    void otherUsersOnlyLook() throws Exception {
        this.session.start();

        assertThat(look("viewer").statusCode()).isEqualTo(200);
        assertThat(command("viewer", "STOP").statusCode()).isEqualTo(403);
        assertThat(this.session.isRunning()).isTrue();
    }

    @Test
    void strangersDoNotEvenLook() throws Exception {
        this.session.start();

        assertThat(look(null).statusCode()).isEqualTo(401);
        assertThat(command(null, "STOP").statusCode()).isEqualTo(401);
        assertThat(this.session.isRunning()).isTrue();
    }

    /** The content types that another page can send without permission. */
    @Test
    void formOfAnotherPageCommandsNothing() throws Exception {
        this.session.start();

        HttpResponse<String> answer =
                send(
                        "operator",
                        HttpRequest.newBuilder()
                                .header("Content-Type", "text/plain")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"command\":\"STOP\"}")));

        assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(this.session.isRunning()).isTrue();
    }

    @Test
    void recipeIsTheOneOfTheDocs() throws Exception {
        String recipe =
                Files.readString(
                        Path.of(
                                "src/test/java/dev/rfx/session/starter/EndpointSecurityConfiguration.java"));

        assertThat(Files.readString(Path.of("..", "docs", "observability.md")))
                .contains(recipe.substring(recipe.indexOf("import ")));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({EndpointSecurityConfiguration.class, RobotWithUsers.class})
    static class Application {}
}
