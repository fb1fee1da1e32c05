package dev.rfx.session.starter;

import static org.assertj.core.api.Assertions.assertThat;

import de.codecentric.boot.admin.server.config.EnableAdminServer;
import dev.rfx.session.Session;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.web.SecurityFilterChain;

/** The recipe of {@code docs/observability.md} for Spring Boot Admin, with its server. */
@Tag("campaign")
@EnabledIfSystemProperty(
        named = "campaigns",
        matches = "true",
        disabledReason = "Takes long: mvn verify -Pcampaigns")
@Timeout(120)
class SpringBootAdminTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f]{12})\"");
    private static ConfigurableApplicationContext server;

    @BeforeAll
    static void startServer() {
        server =
                new SpringApplicationBuilder(Server.class)
                        .properties(
                                "server.address=127.0.0.1",
                                "server.port=0",
                                "rfx.session.enabled=false")
                        .run();
    }

    @AfterAll
    static void closeServer() {
        server.close();
    }

    private static String urlOfServer() {
        return "http://127.0.0.1:" + server.getEnvironment().getProperty("local.server.port");
    }

    /** An application that registers itself with the password of a user. */
    private static ConfigurableApplicationContext robot(String user, String access) {
        return new SpringApplicationBuilder(Robot.class)
                .properties(
                        "spring.application.name=arm-" + user + "-" + access,
                        "server.address=127.0.0.1",
                        "server.port=0",
                        "rfx.session.warmup=0",
                        "management.endpoints.web.exposure.include=health,rfxsession",
                        "management.endpoint.health.show-details=always",
                        "management.endpoint.rfxsession.access=" + access,
                        "spring.boot.admin.client.url=" + urlOfServer(),
                        "spring.boot.admin.client.instance.service-host-type=IP",
                        "spring.boot.admin.client.instance.metadata.user.name=" + user,
                        "spring.boot.admin.client.instance.metadata.user.password=" + user)
                .run();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request, String path)
            throws IOException, InterruptedException {
        return HTTP.send(
                request.uri(URI.create(urlOfServer() + path))
                        .header("Accept", "application/json")
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> look(String path) throws Exception {
        return send(HttpRequest.newBuilder().GET(), path);
    }

    private static HttpResponse<String> command(String instance, String command) throws Exception {
        return send(
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"command\":\"" + command + "\"}")),
                instance + "/actuator/rfxsession/rfxSession");
    }

    /** {@return the path of an application on the server, once it has detected the endpoint} */
    private static String instanceOf(ConfigurableApplicationContext application) throws Exception {
        String name = application.getEnvironment().getProperty("spring.application.name");
        while (true) {
            String found = look("/instances?name=" + name).body();
            Matcher id = ID.matcher(found);
            if (found.contains("/actuator/rfxsession\"") && id.find()) {
                return "/instances/" + id.group(1);
            }
        }
    }

    @Test
    void adminShowsHealthAndEndpointAndStartsAndStopsTheSession() throws Exception {
        try (ConfigurableApplicationContext robot = robot("operator", "unrestricted")) {
            Session session = robot.getBean(Session.class);
            String instance = instanceOf(robot);

            assertThat(look(instance + "/actuator/health").body())
                    .contains("\"rfxSession\":{")
                    .contains("\"state\":\"RUNNING\"");
            assertThat(look(instance + "/actuator/rfxsession").body())
                    .contains("\"state\":\"RUNNING\"");

            HttpResponse<String> stopped = command(instance, "STOP");
            assertThat(stopped.statusCode()).isEqualTo(200);
            assertThat(stopped.body()).contains("\"state\":\"STOPPED\"");
            assertThat(session.isRunning()).isFalse();

            assertThat(command(instance, "START").statusCode()).isEqualTo(200);
            assertThat(session.isRunning()).isTrue();
        }
    }

    @Test
    void adminCommandsNothingWithThePasswordOfAViewer() throws Exception {
        try (ConfigurableApplicationContext robot = robot("viewer", "unrestricted")) {
            String instance = instanceOf(robot);

            assertThat(look(instance + "/actuator/rfxsession").statusCode()).isEqualTo(200);
            assertThat(command(instance, "STOP").statusCode()).isEqualTo(403);
            assertThat(robot.getBean(Session.class).isRunning()).isTrue();
        }
    }

    @Test
    void adminCommandsNothingUntilTheEndpointIsOpened() throws Exception {
        try (ConfigurableApplicationContext robot = robot("operator", "read-only")) {
            String instance = instanceOf(robot);

            assertThat(look(instance + "/actuator/rfxsession").statusCode()).isEqualTo(200);
            assertThat(command(instance, "STOP").statusCode()).isEqualTo(405);
            assertThat(robot.getBean(Session.class).isRunning()).isTrue();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableAdminServer
    static class Server {

        /** The test is about the robot: the server trusts every client. */
        @Bean
        SecurityFilterChain open(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .csrf(AbstractHttpConfigurer::disable)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({EndpointSecurityConfiguration.class, RobotWithUsers.class})
    static class Robot {}
}
