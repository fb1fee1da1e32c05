package dev.rfx.session.sample.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Session;
import dev.rfx.session.sample.SampleApplication;
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
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** The data of the page over HTTP. */
class LiveHttpTests {

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Stream<String>> open = new ArrayList<>();

    private ConfigurableApplicationContext context;

    private void start(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--server.port=0");
        all.add("--rfx.session.warmup=0");
        this.context =
                new SpringApplicationBuilder(SampleApplication.class)
                        .run(all.toArray(String[]::new));
    }

    @AfterEach
    void close() {
        this.open.forEach(Stream::close);
        if (this.context != null) {
            this.context.close();
        }
    }

    private HttpResponse<Stream<String>> get(String path) throws Exception {
        int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
        HttpResponse<Stream<String>> response =
                this.client.send(request, HttpResponse.BodyHandlers.ofLines());
        this.open.add(response.body());
        return response;
    }

    private Iterator<String> frames() throws Exception {
        return get("/live")
                .body()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.substring("data:".length()))
                .iterator();
    }

    private Session session() {
        return this.context.getBean(Session.class);
    }

    @Test
    void firstFrameHasWhatWasBeforeAndTheNextWhatIsNew() throws Exception {
        start();
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
        assertThat((int) JsonPath.read(third, "$.sessions.rfxSession.session.stats.iterations"))
                .isGreaterThan(
                        (int)
                                JsonPath.read(
                                        first, "$.sessions.rfxSession.session.stats.iterations"));
    }

    @ParameterizedTest
    @CsvSource({
        "--management.endpoints.web.base-path=/actuator, actuator/rfxsession",
        "--management.endpoints.web.base-path=/manage, manage/rfxsession",
        "--management.endpoints.access.max-permitted=read-only,",
        "--management.endpoints.web.exposure.include=health,",
        "--management.server.port=0,"
    })
    void commandsAreOfferedOnlyWhereTheEndpointTakesThem(String argument, String commands)
            throws Exception {
        start("--management.endpoint.rfxsession.access=unrestricted", argument);

        assertThat(JsonPath.<String>read(frames().next(), "$.commands")).isEqualTo(commands);
    }

    @Test
    void withoutBeingOpenedTheEndpointTakesNoCommands() throws Exception {
        start();

        assertThat(JsonPath.<String>read(frames().next(), "$.commands")).isNull();
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void addressOfThePageIsLogged(CapturedOutput output) {
        start();

        int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
        assertThat(output)
                .containsOnlyOnce("The live page is at http://localhost:%d/".formatted(port));
    }

    @Test
    void viewersAreBounded() throws Exception {
        start();
        for (int i = 0; i < 16; i++) {
            assertThat(get("/live").statusCode()).isEqualTo(200);
        }

        HttpResponse<Stream<String>> refused = get("/live");

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body())
                .containsExactly("There are 16 viewers already; try again when one has left");
    }

    @Test
    void viewersSeeTheEndAndDoNotHoldItUp() throws Exception {
        start();
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

    @Test
    void viewerWhoNeverReadsDoesNotHoldUpTheEnd() throws Exception {
        this.context =
                new SpringApplicationBuilder(SampleApplication.class, SmallSendBuffers.class)
                        .run("--server.port=0", "--rfx.session.warmup=0");
        int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
        try (Socket viewer = new Socket()) {
            viewer.setReceiveBufferSize(4096);
            viewer.connect(new InetSocketAddress("127.0.0.1", port));
            viewer.getOutputStream()
                    .write("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
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

    private static boolean isSomeViewersThreadHangingInAWrite() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().equals("live-viewer"))
                .filter(thread -> thread.getKey().getState() != Thread.State.RUNNABLE)
                .flatMap(thread -> Arrays.stream(thread.getValue()))
                .anyMatch(frame -> frame.getClassName().startsWith("org.apache.tomcat.util.net"));
    }

    /** No {@code @Configuration}: the component scan must not find it in other tests. */
    static class SmallSendBuffers {

        @Bean
        WebServerFactoryCustomizer<TomcatServletWebServerFactory> smallSendBuffers() {
            return factory ->
                    factory.addConnectorCustomizers(
                            connector -> connector.setProperty("socket.txBufSize", "4096"));
        }
    }

    @Test
    void pageCannotBeFramed() throws Exception {
        start();

        assertThat(get("/").headers().firstValue("X-Frame-Options")).hasValue("DENY");
    }

    @Test
    void applicationThatIsNotAWebApplicationHasNoPage() {
        this.context =
                new SpringApplicationBuilder(SampleApplication.class)
                        .run("--spring.main.web-application-type=none", "--rfx.session.warmup=0");

        assertThat(this.context.getBeansOfType(LiveFeed.class)).isEmpty();
        assertThat(this.context.getBeansOfType(LiveController.class)).isEmpty();
        assertThat(session().isRunning()).isTrue();
    }
}
