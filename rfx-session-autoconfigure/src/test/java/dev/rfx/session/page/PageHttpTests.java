package dev.rfx.session.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** The page over HTTP, in a Spring MVC and in a WebFlux application. */
class PageHttpTests {

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Stream<String>> open = new ArrayList<>();

    /** For tests that change nothing: the start takes most of the time of a test. */
    private static final Map<WebApplicationType, ConfigurableApplicationContext> shared =
            new EnumMap<>(WebApplicationType.class);

    private @Nullable ConfigurableApplicationContext context;
    private int port;

    @EnableAutoConfiguration
    static class Application {

        @Bean
        MockRobot robot() {
            return new MockRobot(6, 50);
        }

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor home = Tensor.zeros(6);
            return observation -> home;
        }

        /** So that a viewer who does not read is noticed after few frames. */
        @Bean
        WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> smallSendBuffers() {
            return factory ->
                    factory.addConnectorCustomizers(
                            connector -> connector.setProperty("socket.txBufSize", "4096"));
        }
    }

    private void start(WebApplicationType type, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--server.port=0");
        all.add("--server.shutdown=immediate");
        all.add("--rfx.session.warmup=0");
        this.context =
                new SpringApplicationBuilder(Application.class)
                        .web(type)
                        .properties("rfx.session.page.enabled=true")
                        .run(all.toArray(String[]::new));
        this.port = portOf(this.context);
    }

    private void startShared(WebApplicationType type) {
        if (!shared.containsKey(type)) {
            start(type);
            shared.put(type, this.context);
            this.context = null;
        }
        this.port = portOf(shared.get(type));
    }

    private static int portOf(ConfigurableApplicationContext context) {
        return ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    @AfterAll
    static void closeShared() {
        shared.values().forEach(ConfigurableApplicationContext::close);
        shared.clear();
    }

    @AfterEach
    void close() {
        this.open.forEach(Stream::close);
        if (this.context != null) {
            this.context.close();
        }
    }

    private HttpResponse<Stream<String>> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<Stream<String>> response =
                this.client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
        this.open.add(response.body());
        return response;
    }

    private Iterator<String> frames() throws Exception {
        return get("/rfx/live")
                .body()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.substring("data:".length()))
                .iterator();
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void firstFrameHasWhatWasBeforeAndTheNextWhatIsNew(WebApplicationType type) throws Exception {
        startShared(type);
        String points = "$.sessions.rfxSession.points";
        Iterator<String> earlier = frames();
        for (int before = 0; before < 3; ) {
            before += (int) JsonPath.read(earlier.next(), points + ".length()");
        }

        Iterator<String> frames = frames();
        String first = frames.next();
        String second = frames.next();
        String third = frames.next();

        assertThat((int) JsonPath.read(first, points + ".length()")).isGreaterThanOrEqualTo(3);
        assertThat((int) JsonPath.read(second, points + ".length()")).isEqualTo(1);
        assertThat((long) JsonPath.read(third, points + "[0].time"))
                .isGreaterThan((long) JsonPath.read(second, points + "[0].time"));
        assertThat((List<?>) JsonPath.read(third, points + "[0].positions")).hasSize(6);
        assertThat((List<?>) JsonPath.read(third, points + "[0].goals")).hasSize(6);
        String iterations = "$.sessions.rfxSession.session.stats.iterations";
        assertThat((int) JsonPath.read(third, iterations))
                .isGreaterThan((int) JsonPath.read(first, iterations));
    }

    /** All URLs of the page are relative, so they need no property. */
    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageAndItsFilesAreBelowThePathOfTheApplication(WebApplicationType type) throws Exception {
        start(
                type,
                "--server.servlet.context-path=/arms",
                "--spring.webflux.base-path=/arms",
                "--rfx.session.page.path=/lab/watch");

        HttpResponse<Stream<String>> redirect = get("/arms/lab/watch");
        assertThat(redirect.statusCode()).isEqualTo(302);
        assertThat(redirect.headers().firstValue("Location")).hasValue("watch/");
        assertPageAndFiles("/arms/lab/watch/");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageMayBeTheRootOfTheApplication(WebApplicationType type) throws Exception {
        start(type, "--rfx.session.page.path=/");

        assertPageAndFiles("/");
    }

    private void assertPageAndFiles(String path) throws Exception {
        HttpResponse<Stream<String>> page = get(path);
        assertThat(page.statusCode()).isEqualTo(200);
        String html = String.join("\n", page.body().toList());
        var links = Pattern.compile("(?:href|src)=\"([^\"]+)\"").matcher(html);
        List<String> files = new ArrayList<>();
        while (links.find()) {
            if (!links.group(1).matches("data:.*|#")) {
                assertThat(links.group(1)).doesNotStartWith("/").doesNotContain(":");
                files.add(links.group(1));
            }
        }
        assertThat(files).hasSize(4);
        for (String file : files) {
            assertThat(get(path + file).statusCode()).as(file).isEqualTo(200);
        }
        assertThat(get(path + "live").statusCode()).isEqualTo(200);
    }

    /** The paths are as an attacker writes them. Only the names of the files of the page match. */
    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void noOtherFileOfTheJarIsServed(WebApplicationType type) throws Exception {
        startShared(type);

        for (String path :
                List.of(
                        "/rfx/uplot/LICENSE",
                        "/rfx/../page.js",
                        "/rfx/uplot/../../spring.factories",
                        "/rfx/..%2fspring.factories",
                        "/rfx/%2e%2e/application.properties",
                        "/rfx/..%5capplication.properties",
                        "/rfx//page.js",
                        "/META-INF/rfx-session/page/page.js")) {
            assertThat(statusOf(path)).as(path).isIn(400, 404);
        }
        assertThat(statusOf("/rfx/page.js")).isEqualTo(200);
    }

    /** Sends the path as it is; clients of the JDK would not send these. */
    private int statusOf(String path) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", this.port)) {
            String request =
                    "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .formatted(path);
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return Integer.parseInt(answer.split(" ")[1]);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageCannotBeFramedAndIsSentAgainOnlyAfterAChange(WebApplicationType type)
            throws Exception {
        startShared(type);

        HttpResponse<Stream<String>> page = get("/rfx/");

        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(
                        value ->
                                assertThat(value).isEqualToIgnoringCase("text/html;charset=UTF-8"));
        assertThat(page.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'self'", "frame-ancestors 'none'");
        String tag = page.headers().firstValue("ETag").orElseThrow();
        assertThat(get("/rfx/", "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void viewersAreBounded(WebApplicationType type) throws Exception {
        start(type, "--rfx.session.page.max-viewers=3");
        for (int i = 0; i < 3; i++) {
            assertThat(get("/rfx/live").statusCode()).isEqualTo(200);
        }

        HttpResponse<Stream<String>> refused = get("/rfx/live");

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body())
                .containsExactly("There are 3 viewers already; try again when one has left");
    }

    /** It cannot read the frames, but a hidden request of it would be one viewer more. */
    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageElsewhereIsNoViewer(WebApplicationType type) throws Exception {
        startShared(type);

        assertThat(get("/rfx/live", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
        assertThat(get("/rfx/live", "Sec-Fetch-Site", "same-origin").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void placeOfAViewerWhoHasLeftIsFree(WebApplicationType type) throws Exception {
        start(type, "--rfx.session.page.max-viewers=1");
        Set<Thread> earlier = viewersThreads();
        HttpResponse<Stream<String>> first = get("/rfx/live");
        assertThat(first.statusCode()).isEqualTo(200);

        first.body().close();

        while (!earlier.containsAll(viewersThreads())) {
            Thread.onSpinWait(); // it frees the place at its end
        }
        assertThat(get("/rfx/live").statusCode()).isEqualTo(200);
    }

    /** Those of other tests of this JVM may be among them. */
    private static Set<Thread> viewersThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("rfx-session-viewer"))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void viewersSeeTheEndAndDoNotHoldItUp(WebApplicationType type) throws Exception {
        start(type);
        Iterator<String> frames = frames();
        assertThat((String) JsonPath.read(frames.next(), "$.sessions.rfxSession.session.state"))
                .isEqualTo("RUNNING");
        long begin = System.nanoTime();

        this.context.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        String last = "";
        try {
            while (frames.hasNext()) {
                last = frames.next();
            }
        } catch (UncheckedIOException ex) {
            // The server may end before it sends the end of the stream, which browsers tolerate.
        }
        assertThat((String) JsonPath.read(last, "$.sessions.rfxSession.session.state"))
                .isEqualTo("STOPPED");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void viewerWhoNeverReadsDoesNotHoldUpTheEnd(WebApplicationType type) throws Exception {
        start(type);
        try (Socket viewer = new Socket()) {
            viewer.setReceiveBufferSize(4096);
            viewer.connect(new InetSocketAddress("127.0.0.1", this.port));
            viewer.getOutputStream()
                    .write("GET /rfx/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            while (!isSomeViewersThreadHangingInAWrite()) {
                Thread.onSpinWait();
            }
            long begin = System.nanoTime();

            this.context.close();

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("Spring waits 30 s for requests that are open")
                    .isLessThan(Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void placeOfAViewerWhoNeverReadsGetsFree(WebApplicationType type) throws Exception {
        start(
                type,
                "--rfx.session.page.max-viewers=1",
                "--server.tomcat.connection-timeout=1s",
                "--server.tomcat.keep-alive-timeout=1m"); // for the client that asks below
        try (Socket viewer = new Socket()) {
            viewer.setReceiveBufferSize(4096);
            viewer.connect(new InetSocketAddress("127.0.0.1", this.port));
            viewer.getOutputStream()
                    .write("GET /rfx/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            while (!isSomeViewersThreadHangingInAWrite()) {
                Thread.onSpinWait();
            }

            int status = 503;
            while (status == 503) {
                status = get("/rfx/live").statusCode();
            }

            assertThat(status).isEqualTo(200);
        }
    }

    /** Spring pauses the contexts of tests, and resumes them. */
    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void pageIsLiveAgainAfterARestartOfTheContext(WebApplicationType type) throws Exception {
        start(type);
        this.context.stop();

        this.context.start();

        this.port = portOf(this.context);
        assertThat(JsonPath.<String>read(frames().next(), "$.sessions.rfxSession.session.state"))
                .isEqualTo("RUNNING");
    }

    /** A thread of MVC hangs in a write; one of WebFlux waits until the client reads. */
    private static boolean isSomeViewersThreadHangingInAWrite() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().equals("rfx-session-viewer"))
                .filter(thread -> thread.getKey().getState() != Thread.State.RUNNABLE)
                .flatMap(thread -> Arrays.stream(thread.getValue()))
                .anyMatch(
                        frame ->
                                frame.getClassName().startsWith("org.apache.tomcat.util.net")
                                        || frame.getMethodName().equals("awaitDemand"));
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void withoutThePropertyThereIsNoPage(WebApplicationType type) throws Exception {
        start(type, "--rfx.session.page.enabled=false");

        assertThat(this.context.getBeansOfType(LivePage.class)).isEmpty();
        assertThat(get("/rfx").statusCode()).isEqualTo(404);
        assertThat(get("/page.js").statusCode()).as("not a static resource").isEqualTo(404);
    }

    @Test
    void applicationThatIsNotAWebApplicationHasNoPage() {
        this.context =
                new SpringApplicationBuilder(Application.class)
                        .web(WebApplicationType.NONE)
                        .run("--rfx.session.page.enabled=true", "--rfx.session.warmup=0");

        assertThat(this.context.getBeansOfType(LivePage.class)).isEmpty();
        assertThat(this.context.getBean(Session.class).isRunning()).isTrue();
    }
}
