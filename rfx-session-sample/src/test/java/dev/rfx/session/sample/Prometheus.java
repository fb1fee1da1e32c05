package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jayway.jsonpath.JsonPath;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real Prometheus with the configuration and the rules in {@code docs}, except that it scrapes
 * every second, and the targets of the test.
 */
final class Prometheus implements AutoCloseable {

    static final Path CONFIGURATION = Path.of("..", "docs", "prometheus", "prometheus.yml");
    static final Path RULES = CONFIGURATION.resolveSibling("rfx-session.rules.yml");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path directory;
    private final Process process;
    private final URI uri;

    private Prometheus(Path directory, Process process, int port) {
        this.directory = directory;
        this.process = process;
        this.uri = URI.create("http://127.0.0.1:" + port);
    }

    /** Returns the path of a program of Prometheus, or skips the test where it is absent. */
    static String program(String name) {
        return program(name, "prometheus");
    }

    /** Returns the path of a program of a package, or skips the test where it is absent. */
    static String program(String name, String debianPackage) {
        List<String> directories = Arrays.asList(System.getenv("PATH").split(File.pathSeparator));
        Path found =
                Stream.concat(directories.stream(), Stream.of("/usr/bin"))
                        .map(directory -> Path.of(directory, name))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElse(null);
        assumeTrue(
                found != null,
                "%s is neither on the PATH nor in /usr/bin: install Debian's '%s'"
                        .formatted(name, debianPackage));
        return found.toString();
    }

    /** Starts Prometheus in an empty directory, or skips the test if it is not installed. */
    static Prometheus start(Path directory, int... ports) throws Exception {
        String program = program("prometheus");
        Files.copy(RULES, directory.resolve(RULES.getFileName()));
        Path config = configure(directory, ports);
        int port = freePort();
        Process process =
                new ProcessBuilder(
                                program,
                                "--config.file=" + config,
                                "--storage.tsdb.path=" + directory.resolve("data"),
                                "--web.listen-address=127.0.0.1:" + port)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        Prometheus prometheus = new Prometheus(directory, process, port);
        try {
            prometheus.awaitReady();
        } catch (Exception | AssertionError ex) {
            prometheus.close();
            throw ex;
        }
        return prometheus;
    }

    private static Path configure(Path directory, int... ports) throws IOException {
        String example = Files.readString(CONFIGURATION);
        String targets = Arrays.stream(ports).mapToObj(p -> "'127.0.0.1:" + p + "'").toList() + "";
        String config =
                example.replace("_interval: 5s", "_interval: 1s")
                        .replace("['localhost:8080']", targets);
        assertThat(config).contains(targets).doesNotContain("5s");
        return Files.writeString(directory.resolve("prometheus.yml"), config);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady() throws Exception {
        await().atMost(PATIENCE)
                .pollInSameThread()
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(
                        () -> {
                            assertThat(this.process.isAlive()).as(this::log).isTrue();
                            return send("/-/ready").statusCode() == 200;
                        });
    }

    private String log() {
        try {
            return Files.readString(this.directory.resolve("log"));
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Returns the values of an instant query, without NaN. */
    List<Double> query(String expression) throws Exception {
        List<String> values = JsonPath.read(result(expression), "$.data.result[*].value[1]");
        return values.stream()
                .map(value -> value.replace("Inf", "Infinity"))
                .map(Double::valueOf)
                .filter(value -> !value.isNaN())
                .toList();
    }

    /** Returns the labels of each series of an instant query. */
    List<Map<String, String>> labels(String expression) throws Exception {
        return JsonPath.read(result(expression), "$.data.result[*].metric");
    }

    /** Returns the label {@code session} of each series of an instant query, or null. */
    List<String> sessions(String expression) throws Exception {
        return labels(expression).stream().map(labels -> labels.get("session")).toList();
    }

    private String result(String expression) throws Exception {
        return get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    }

    /** Returns the rules of Prometheus. */
    List<Map<String, Object>> rules() throws Exception {
        return JsonPath.read(get("/api/v1/rules"), "$.data.groups[*].rules[*]");
    }

    /** Returns the alerts that are pending or firing. */
    List<Map<String, Object>> alerts() throws Exception {
        return JsonPath.read(get("/api/v1/alerts"), "$.data.alerts[*]");
    }

    private String get(String path) throws Exception {
        HttpResponse<String> response = send(path);
        assertThat(response.statusCode()).as("%s: %s", path, response.body()).isEqualTo(200);
        return response.body();
    }

    private HttpResponse<String> send(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(this.uri.resolve(path)).build();
        return this.http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Ends Prometheus, so that its directory can be deleted. */
    @Override
    public void close() {
        this.process.destroy();
        this.process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
