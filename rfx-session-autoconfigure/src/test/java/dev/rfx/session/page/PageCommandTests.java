package dev.rfx.session.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** The commands of the page over HTTP, with the headers that a browser or an attacker sends. */
class PageCommandTests {

    /** An application per configuration: its start takes most of the time of a test. */
    private static final Map<List<String>, ConfigurableApplicationContext> started =
            new HashMap<>();

    private @Nullable ConfigurableApplicationContext context;
    private int port;

    @EnableAutoConfiguration
    static class Application {

        private static final Policy<Observation, Tensor> HOME = observation -> Tensor.zeros(6);

        @Bean
        Session left(SessionOptions options) {
            return new Session(new MockRobot(6, 50), HOME, options.withName("left"));
        }

        @Bean
        Session right(SessionOptions options) {
            return new Session(new MockRobot(6, 50), HOME, options.withName("right"));
        }
    }

    private void start(WebApplicationType type, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--rfx.session.page.enabled=true");
        all.add("--rfx.session.warmup=0");
        all.add("--rfx.session.page.allowed-hosts=robots.example");
        all.add("--server.port=0");
        all.add("--spring.main.web-application-type=" + type);
        this.context =
                started.computeIfAbsent(
                        all,
                        key ->
                                new SpringApplicationBuilder(Application.class)
                                        .run(key.toArray(String[]::new)));
        session("left").start();
        session("right").start();
        this.port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
    }

    private void startOpen(WebApplicationType type, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--rfx.session.page.commands=true");
        start(type, all.toArray(String[]::new));
    }

    @AfterAll
    static void close() {
        started.values().forEach(ConfigurableApplicationContext::close);
        started.clear();
    }

    /** Sends the headers as they are; clients of the JDK would not send these. */
    private String post(String command, String... headers) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", this.port)) {
            String request =
                    "POST /rfx/commands/%s HTTP/1.1\r\n%s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                            .formatted(command, String.join("\r\n", headers));
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    /** What a browser sends whose user is on the page. */
    private String command(String command) throws Exception {
        String host = "127.0.0.1:" + this.port;
        return post(
                command, "Host: " + host, "Origin: http://" + host, "Sec-Fetch-Site: same-origin");
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ")[1]);
    }

    private Session session(String name) {
        return this.context.getBean(name, Session.class);
    }

    private List<SessionState> states() {
        return List.of(session("left").state(), session("right").state());
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageStopsAndStartsOneSession(WebApplicationType type) throws Exception {
        startOpen(type);

        assertThat(status(command("STOP/left"))).isEqualTo(200);
        assertThat(states()).containsExactly(SessionState.STOPPED, SessionState.RUNNING);

        assertThat(status(command("START/left"))).isEqualTo(200);
        assertThat(states()).containsExactly(SessionState.RUNNING, SessionState.RUNNING);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageStopsAllSessions(WebApplicationType type) throws Exception {
        startOpen(type);

        assertThat(status(command("STOP"))).isEqualTo(200);

        assertThat(states()).containsExactly(SessionState.STOPPED, SessionState.STOPPED);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void allSessionsStartOneByOneOnly(WebApplicationType type) throws Exception {
        startOpen(type);
        session("left").stop();
        session("right").stop();

        String answer = command("START");

        assertThat(status(answer)).isEqualTo(400);
        assertThat(answer).contains("Only STOP is a command to all sessions");
        assertThat(states()).containsExactly(SessionState.STOPPED, SessionState.STOPPED);
    }

    @ParameterizedTest
    @CsvSource({
        "SERVLET, DANCE/left, 400, There is no command 'DANCE'",
        "REACTIVE, DANCE/left, 400, There is no command 'DANCE'",
        "SERVLET, STOP/middle, 404, There is no session 'middle'",
        "REACTIVE, STOP/middle, 404, There is no session 'middle'",
        "SERVLET, SAVE_RECORDING/left, 409, the session is not recorded",
        "REACTIVE, SAVE_RECORDING/left, 409, the session is not recorded"
    })
    void commandThatCannotBeCarriedOutIsAnsweredWithTheReason(
            WebApplicationType type, String command, int status, String message) throws Exception {
        startOpen(type);

        String answer = command(command);

        assertThat(status(answer)).isEqualTo(status);
        assertThat(answer).contains(message);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageAcceptsNoCommandsUnlessTheOperatorHasOpenedIt(WebApplicationType type)
            throws Exception {
        start(type);

        for (String command : List.of("STOP", "STOP/left", "START/left")) {
            String answer = command(command);
            assertThat(status(answer)).isEqualTo(403);
            assertThat(answer).contains("rfx.session.page.commands is false");
        }
        assertThat(states()).containsExactly(SessionState.RUNNING, SessionState.RUNNING);
    }

    private void assertRefused(String reason, String... headers) throws Exception {
        for (String command : List.of("STOP", "STOP/left", "START/left")) {
            String answer = post(command, headers);
            assertThat(status(answer)).as(command).isEqualTo(403);
            assertThat(answer).contains(reason);
        }
        assertThat(states()).containsExactly(SessionState.RUNNING, SessionState.RUNNING);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageElsewhereCommandsNothing(WebApplicationType type) throws Exception {
        startOpen(type);
        String host = "Host: localhost:" + this.port;
        String origin = "Origin: http://localhost:" + this.port;
        String reason = "only the page of http://localhost:" + this.port + " may send it";

        assertRefused(reason, host, "Origin: http://evil.example");
        assertRefused(reason, host, "Origin: http://evil.example", "Sec-Fetch-Site: same-origin");
        assertRefused(reason, host, "Origin: null");
        assertRefused(reason, host, "Origin: http://localhost:1");
        assertRefused(reason, host, origin, "Sec-Fetch-Site: cross-site");
        assertRefused(reason, host, origin, "Sec-Fetch-Site: same-site");
        assertRefused("browsers only", host);
        assertRefused("browsers only", host, origin, "Origin: http://evil.example");
    }

    /** DNS rebinding: {@code evil.example} resolves to 127.0.0.1, so that the origin is right. */
    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageUnderAnUnexpectedHostCommandsNothing(WebApplicationType type) throws Exception {
        startOpen(type);

        assertRefused(
                "rfx.session.page.allowed-hosts",
                "Host: evil.example:" + this.port,
                "Origin: http://evil.example:" + this.port,
                "Sec-Fetch-Site: same-origin");
    }

    /** The page of an attacker can set these headers after DNS rebinding, but not its origin. */
    @ParameterizedTest
    @CsvSource({"SERVLET, framework", "REACTIVE, framework", "SERVLET, native", "REACTIVE, native"})
    void forwardedHeadersOfAnAttackerDoNotHelp(WebApplicationType type, String strategy)
            throws Exception {
        startOpen(type, "--server.forward-headers-strategy=" + strategy);

        assertRefused(
                "may send it",
                "Host: evil.example:" + this.port,
                "Origin: http://evil.example:" + this.port,
                "Sec-Fetch-Site: same-origin",
                "X-Forwarded-Host: localhost:" + this.port,
                "X-Forwarded-Port: " + this.port);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void operatorAllowsTheNameOfTheMachine(WebApplicationType type) throws Exception {
        startOpen(type);

        String answer =
                post(
                        "STOP",
                        "Host: robots.example:" + this.port,
                        "Origin: http://robots.example:" + this.port);

        assertThat(status(answer)).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageBehindAProxyCommandsUnderTheNameOfTheProxy(WebApplicationType type) throws Exception {
        startOpen(type, "--server.forward-headers-strategy=framework");
        String[] headers = {
            "Host: localhost:" + this.port,
            "Origin: https://robots.example",
            "Sec-Fetch-Site: same-origin",
            "X-Forwarded-Host: robots.example",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Port: 443",
            "X-Forwarded-Prefix: /lab"
        };

        assertThat(status(post("STOP/left", headers))).isEqualTo(200);
        assertThat(session("left").state()).isEqualTo(SessionState.STOPPED);
    }
}
