package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.actuate.SessionPage;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.ScriptedRobot;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the log says of where to look is where one sees something. */
@ExtendWith(OutputCaptureExtension.class)
class SessionAddressTests {

    private static final String EXPOSED = "--management.endpoints.web.exposure.include=rfxsession";
    private static final Pattern LOOK = Pattern.compile("Look at session (.*): (.*)");

    private Path keys;
    private CapturedOutput output;
    private ConfigurableApplicationContext context;

    @BeforeEach
    void prepare(CapturedOutput output, @TempDir Path directory) {
        this.output = output;
        this.keys = directory.resolve("keys.p12");
    }

    @AfterEach
    void close() {
        if (this.context != null) {
            this.context.close();
        }
        ((Logger) LoggerFactory.getLogger("dev.rfx.session")).setLevel(Level.OFF);
    }

    private void run(Class<?> application, String... arguments) {
        this.context = application(application).run(arguments);
    }

    private static SpringApplicationBuilder application(Class<?> application) {
        return new SpringApplicationBuilder(application)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "rfx.session.name=arm",
                        "rfx.session.warmup=0",
                        "logging.level.dev.rfx.session=INFO");
    }

    /** What comes after "Look at session 'arm': ". */
    private String look() {
        assertThat(this.output).containsOnlyOnce("Look at session ");
        return LOOK.matcher(this.output)
                .results()
                .filter(line -> line.group(1).equals("'arm'"))
                .map(line -> line.group(2))
                .findFirst()
                .orElseThrow();
    }

    private String port(String server) {
        return this.context.getEnvironment().getProperty("local." + server + ".port");
    }

    private String get(String address) throws Exception {
        HttpClient.Builder http = HttpClient.newBuilder();
        if (Files.exists(this.keys)) {
            http.sslContext(trustingOurKeys());
        }
        HttpResponse<String> response =
                http.build()
                        .send(
                                HttpRequest.newBuilder(URI.create(address)).build(),
                                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(address).isEqualTo(200);
        return response.body();
    }

    private SSLContext trustingOurKeys() throws Exception {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(KeyStore.getInstance(this.keys.toFile(), "secret".toCharArray()));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private void assertEndpointAt(String address) throws Exception {
        assertThat(get(address)).startsWith("{\"sessions\":{\"rfxSession\":{");
    }

    /** By now it would be in the log, whose other lines are written on another thread. */
    private void assertNothingIsNamed() {
        while (!this.output.getOut().contains("Session 'arm' started")) {
            Thread.onSpinWait();
        }
        assertThat(this.output).doesNotContain("Look at session");
    }

    @Test
    void exposedEndpointIsNamed() throws Exception {
        run(Application.class, EXPOSED);

        String address = "http://localhost:" + port("server") + "/actuator/rfxsession";
        assertThat(look()).isEqualTo("endpoint " + address);
        assertEndpointAt(address);
    }

    @Test
    void pageIsNamedAndAnEndpointThatIsNotExposedIsNot() throws Exception {
        run(ApplicationWithPage.class);

        String address = "http://localhost:" + port("server") + "/arm";
        assertThat(look()).isEqualTo(address);
        assertThat(get(address)).isEqualTo("page");
    }

    @Test
    void pageAndEndpointAreNamedWithThePathsBeforeThem() throws Exception {
        run(
                ApplicationWithPage.class,
                EXPOSED,
                "--server.servlet.context-path=/robots",
                "--spring.mvc.servlet.path=/mvc/",
                "--management.endpoints.web.base-path=/look",
                "--management.endpoints.web.path-mapping.rfxsession=arms");

        String server = "http://localhost:" + port("server") + "/robots/mvc";
        assertThat(look()).isEqualTo(server + "/arm, endpoint " + server + "/look/arms");
        assertThat(get(server + "/arm")).isEqualTo("page");
        assertEndpointAt(server + "/look/arms");
    }

    @Test
    void endpointOnAPortOfItsOwnIsNamedWithThat() throws Exception {
        run(
                ApplicationWithPage.class,
                EXPOSED,
                "--server.servlet.context-path=/robots",
                "--management.server.port=0",
                "--management.server.address=127.0.0.1",
                "--management.server.base-path=/manage");

        String page = "http://localhost:" + port("server") + "/robots/arm";
        String endpoint = "http://localhost:" + port("management") + "/manage/actuator/rfxsession";
        assertThat(port("server")).isNotEqualTo(port("management"));
        assertThat(look()).isEqualTo(page + ", endpoint " + endpoint);
        assertThat(get(page)).isEqualTo("page");
        assertEndpointAt(endpoint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--management.endpoint.rfxsession.access=none",
                "--management.server.port=-1"
            })
    void endpointThatCannotBeReachedIsNotNamed(String argument) {
        run(Application.class, EXPOSED, argument);

        assertNothingIsNamed();
    }

    @Test
    void nothingIsNamedByDefault() {
        run(Application.class);

        assertNothingIsNamed();
    }

    @Test
    void nothingIsNamedInAnApplicationThatIsNotAWebApplication() {
        this.context =
                application(ApplicationWithPage.class)
                        .web(WebApplicationType.NONE)
                        .run("--management.endpoints.web.exposure.include=*");

        assertNothingIsNamed();
    }

    @Test
    void secureAddressesAreNamedAsSuch() throws Exception {
        makeKeys();
        run(
                ApplicationWithPage.class,
                EXPOSED,
                "--server.ssl.key-store=" + this.keys,
                "--server.ssl.key-store-password=secret");

        String server = "https://localhost:" + port("server");
        assertThat(look()).isEqualTo(server + "/arm, endpoint " + server + "/actuator/rfxsession");
        assertThat(get(server + "/arm")).isEqualTo("page");
        assertEndpointAt(server + "/actuator/rfxsession");
    }

    @ParameterizedTest
    @CsvSource({
        "http, false, false",
        "http, true, false",
        "https, true, true",
        "https, false, true"
    })
    void portsAreSecureEachForItself(String scheme, boolean server, boolean management)
            throws Exception {
        makeKeys();
        run(
                Application.class,
                EXPOSED,
                "--server.ssl.enabled=" + server,
                "--server.ssl.key-store=" + this.keys,
                "--server.ssl.key-store-password=secret",
                "--management.server.port=0",
                "--management.server.address=127.0.0.1",
                "--management.server.ssl.enabled=" + management,
                "--management.server.ssl.key-store=" + this.keys,
                "--management.server.ssl.key-store-password=secret");

        String address = scheme + "://localhost:" + port("management") + "/actuator/rfxsession";
        assertThat(look()).isEqualTo("endpoint " + address);
        assertEndpointAt(address);
    }

    @Test
    void portOfItsOwnIsSecureAsTheOtherUnlessToldOtherwise() throws Exception {
        makeKeys();
        run(
                Application.class,
                EXPOSED,
                "--server.ssl.key-store=" + this.keys,
                "--server.ssl.key-store-password=secret",
                "--management.server.port=0",
                "--management.server.address=127.0.0.1");

        String address = "https://localhost:" + port("management") + "/actuator/rfxsession";
        assertThat(look()).isEqualTo("endpoint " + address);
        assertEndpointAt(address);
    }

    @Test
    void severalSessionsAreAllNamed() {
        run(TwoArms.class, EXPOSED);

        assertThat(this.output).contains("Look at session 'left', 'right': endpoint http://");
    }

    @Test
    void pageIsNamedWithoutTheActuator() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of(),
                        jar -> !jar.matches("spring-boot-(actuator|health|micrometer)-.*"),
                        ApplicationWithPage.class)) {
            assertThat(jvm.awaitLine("Look at session"))
                    .containsPattern("Look at session 'arm': http://localhost:\\d+/arm$");
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, localhost",
        "127.0.0.2, localhost",
        "::1, localhost",
        "192.0.2.7, 192.0.2.7",
        "2001:db8::7, [2001:db8:0:0:0:0:0:7]"
    })
    void addressIsOneThatABrowserUnderstands(String bound, String host) {
        MockEnvironment environment =
                new MockEnvironment()
                        .withProperty("local.server.port", "8080")
                        .withProperty("server.address", bound);

        assertThat(ServerAddress.ofApplication(environment)).isEqualTo("http://" + host + ":8080");
    }

    @Test
    void pathOfAPageBeginsWithASlash() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SessionPage("arm"))
                .withMessage("path is 'arm', but must begin with /");
    }

    /** Written by the tool of this JDK: a certificate that is kept with the tests expires. */
    private void makeKeys() throws Exception {
        String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        String arguments =
                "-genkeypair -alias server -keyalg EC -dname CN=localhost -ext san=dns:localhost"
                        + " -storepass secret -keystore";
        List<String> command = new ArrayList<>(List.of(keytool));
        command.addAll(List.of(arguments.split(" ")));
        command.add(this.keys.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    @Import(Application.class)
    @RestController
    static class ApplicationWithPage {

        public static void main(String[] args) {
            application(ApplicationWithPage.class).run(args).close();
        }

        @Bean
        SessionPage sessionPage() {
            return new SessionPage("/arm");
        }

        @GetMapping("/arm")
        String page() {
            return "page";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class TwoArms {

        @Bean
        Session left() {
            return session("left");
        }

        @Bean
        Session right() {
            return session("right");
        }

        private static Session session(String name) {
            return new Session(
                    new ScriptedRobot(),
                    observation -> "action",
                    SessionOptions.defaults().withName(name).withWarmup(Duration.ZERO));
        }
    }
}
