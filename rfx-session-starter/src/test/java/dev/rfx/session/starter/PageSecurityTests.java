package dev.rfx.session.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Session;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
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

/** The recipe of {@code docs/observability.md} for the live page and Spring Security. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "server.address=127.0.0.1",
            "rfx.session.warmup=0",
            "rfx.session.page.enabled=true",
            "rfx.session.page.commands=true"
        })
@ExtendWith(OutputCaptureExtension.class)
class PageSecurityTests {

    private static final String STOP = "/rfx/commands/STOP/rfxSession";

    private final HttpClient http = HttpClient.newHttpClient();

    @Autowired private Session session;
    @LocalServerPort private int port;

    @BeforeEach
    void run() {
        this.session.start();
    }

    private HttpRequest.Builder request(String user, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(origin() + path));
        if (!user.isEmpty()) {
            byte[] credentials = (user + ":" + user).getBytes(StandardCharsets.UTF_8);
            request.header(
                    "Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
        }
        return request;
    }

    private String origin() {
        return "http://127.0.0.1:" + this.port;
    }

    private HttpResponse<String> get(String user, String path) throws Exception {
        return this.http.send(request(user, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String user, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request =
                request(user, path)
                        .header("Origin", origin())
                        .POST(HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Returns the token that a script of the page can read. */
    private String token(String user) throws Exception {
        String cookie =
                get(user, "/rfx/").headers().allValues("Set-Cookie").stream()
                        .filter(each -> each.startsWith("XSRF-TOKEN="))
                        .findFirst()
                        .orElseThrow();
        assertThat(cookie).doesNotContainIgnoringCase("HttpOnly");
        return cookie.substring("XSRF-TOKEN=".length(), cookie.indexOf(';'));
    }

    /** As the script of the page does. */
    private HttpResponse<String> command(String user, String path) throws Exception {
        String token = token(user);
        return post(user, path, "Cookie", "XSRF-TOKEN=" + token, "X-XSRF-TOKEN", token);
    }

    @Test
    void operatorCommands(CapturedOutput output) throws Exception {
        assertThat(command("operator", STOP).statusCode()).isEqualTo(200);

        assertThat(this.session.isRunning()).isFalse();
        assertThat(output)
                .contains("STOP of session 'rfxSession' was requested")
                .contains("operator");
    }

    @Test
    void operatorStopsAllSessions() throws Exception {
        assertThat(command("operator", "/rfx/commands/STOP").statusCode()).isEqualTo(200);

        assertThat(this.session.isRunning()).isFalse();
    }

    @Test
    void viewerOnlyWatches() throws Exception {
        assertThat(get("viewer", "/rfx/").statusCode()).isEqualTo(200);
        assertThat(get("viewer", "/rfx/page.js").statusCode()).isEqualTo(200);

        assertThat(command("viewer", STOP).statusCode()).isEqualTo(403);
        assertThat(this.session.isRunning()).isTrue();
    }

    @Test
    void strangerSeesNothing() throws Exception {
        for (String path : new String[] {"/rfx", "/rfx/", "/rfx/page.js", "/rfx/live"}) {
            assertThat(get("", path).statusCode()).as(path).isEqualTo(401);
        }
    }

    @Test
    void commandWithoutTheTokenIsRefused() throws Exception {
        assertThat(post("operator", STOP).statusCode()).isEqualTo(403);
        assertThat(
                        post(
                                        "operator",
                                        STOP,
                                        "Cookie",
                                        "XSRF-TOKEN=" + token("operator"),
                                        "X-XSRF-TOKEN",
                                        "guessed")
                                .statusCode())
                .isEqualTo(403);
        assertThat(this.session.isRunning()).isTrue();
    }

    @Test
    void streamGoesOn(CapturedOutput output) throws Exception {
        HttpResponse<Stream<String>> stream =
                this.http.send(
                        request("viewer", "/rfx/live").build(),
                        HttpResponse.BodyHandlers.ofLines());

        try (Stream<String> lines = stream.body()) {
            assertThat(lines.filter(line -> line.startsWith("data:")).limit(3)).hasSize(3);
        }
        assertThat(output).doesNotContain("AccessDeniedException");
    }

    @Test
    void recipeIsTheOneOfTheDocs() throws IOException {
        String recipe =
                Files.readString(
                        Path.of(
                                "src/test/java/dev/rfx/session/starter/PageSecurityConfiguration.java"));

        assertThat(Files.readString(Path.of("..", "docs", "observability.md")))
                .contains(recipe.substring(recipe.indexOf("import ")));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({PageSecurityConfiguration.class, RobotWithUsers.class})
    static class Application {}
}
