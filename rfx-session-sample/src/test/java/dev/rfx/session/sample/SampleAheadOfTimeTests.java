package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.WaitingTest;
import java.io.File;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

/** The sample, processed ahead of time as a build does it, in JVMs of their own. */
@Campaign.Only
class SampleAheadOfTimeTests {

    private static final Duration BOUND = Duration.ofMinutes(2);

    /** 128 + SIGTERM. */
    private static final int TERMINATED = 143;

    @TempDir private static Path target;

    private static List<Path> classPath;

    /** The goal process-aot of Maven runs the same class, then compiles its sources. */
    @BeforeAll
    @Timeout(180)
    static void processAheadOfTime() throws Exception {
        Path sources = target.resolve("sources");
        Path resources = target.resolve("resources");
        Path classes = target.resolve("classes");
        List<Path> application =
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(Path::of)
                        .filter(SampleAheadOfTimeTests::isOfTheApplication)
                        .toList();
        try (ChildJvm processor =
                ChildJvm.start(
                        List.of("-XX:TieredStopAtLevel=1"),
                        application,
                        SpringApplicationAotProcessor.class,
                        SampleApplication.class.getName(),
                        sources.toString(),
                        resources.toString(),
                        classes.toString(),
                        "dev.rfx",
                        "rfx-session-sample")) {
            assertThat(processor.awaitExit(BOUND)).as(processor.output()).isZero();
            assertThat(processor.output())
                    .as("no session is created at build time")
                    .doesNotContain("Session 'rfx-session'");
        }
        List<Path> all = new ArrayList<>(List.of(classes, resources));
        all.addAll(application);
        classPath = List.copyOf(all);
        compile(sources, classes);
    }

    /** The settings of the log in the tests would hide what the sample logs. */
    private static boolean isOfTheApplication(Path entry) {
        return !entry.endsWith("test-classes") && !entry.toString().endsWith("-tests.jar");
    }

    private static void compile(Path sources, Path classes) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> generated = Files.walk(sources)) {
            StringWriter errors = new StringWriter();
            List<String> options =
                    List.of(
                            "-proc:none",
                            "-nowarn",
                            "-d",
                            classes.toString(),
                            "-cp",
                            String.join(
                                    File.pathSeparator,
                                    classPath.stream().map(Path::toString).toList()));
            boolean compiled =
                    compiler.getTask(
                                    errors,
                                    files,
                                    null,
                                    options,
                                    null,
                                    files.getJavaFileObjectsFromPaths(
                                            generated
                                                    .filter(
                                                            file ->
                                                                    file.toString()
                                                                            .endsWith(".java"))
                                                    .toList()))
                            .call();
            assertThat(compiled).as("%s", errors).isTrue();
        }
    }

    private static ChildJvm start(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--server.port=0"));
        all.addAll(Arrays.asList(arguments));
        return ChildJvm.start(
                List.of("-XX:TieredStopAtLevel=1", "-Dspring.aot.enabled=true"),
                classPath,
                SampleApplication.class,
                all.toArray(String[]::new));
    }

    private static HttpResponse<String> get(String address) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
    }

    /** The build has another rate, and the live page. */
    @WaitingTest
    @Timeout(180)
    void sessionHasThePropertiesOfTheRun() throws Exception {
        try (ChildJvm jvm =
                start(
                        "--rfx.session.warmup=0",
                        "--rfx.session.rate-hz=200",
                        "--rfx.session.page.enabled=false")) {
            String address =
                    jvm.awaitLine("The live page is at ").replaceAll(".*(http://[^/]*)/.*", "$1");
            assertThat(jvm.output()).contains("Starting AOT-processed SampleApplication");

            String health = get(address + "/actuator/health").body();
            assertThat(JsonPath.<String>read(health, "$.status")).isEqualTo("UP");
            assertThat(JsonPath.<String>read(health, "$.components.rfxSession.status"))
                    .isEqualTo("UP");
            String session = get(address + "/actuator/rfxsession/rfxSession").body();
            assertThat(JsonPath.<Number>read(session, "$.rateHz").doubleValue()).isEqualTo(200);
            assertThat(get(address + "/rfx").statusCode()).isEqualTo(404);

            jvm.terminate();

            assertThat(jvm.awaitExit(BOUND)).as(jvm.output()).isEqualTo(TERMINATED);
            assertThat(jvm.output()).containsOnlyOnce("Session 'rfx-session' stopped: ");
        }
    }

    @WaitingTest
    @Timeout(180)
    void limitOfTheRunEndsIt() throws Exception {
        try (ChildJvm jvm =
                start(
                        "--rfx.session.warmup=0",
                        "--rfx.session.engage.enabled=false",
                        "--rfx.session.limits.max=0.01",
                        "--rfx.session.limits.on-violation=fail")) {
            assertThat(jvm.awaitLine("Session 'rfx-session' failed")).isNotEmpty();
            jvm.awaitLine("The live page is at ");

            jvm.terminate();

            assertThat(jvm.awaitExit(BOUND)).isEqualTo(TERMINATED);
        }
    }

    @WaitingTest
    @Timeout(180)
    void robotThatTheBuildDidNotHaveIsRefused() throws Exception {
        try (ChildJvm jvm = start("--rfx.session.so101.port=/dev/ttyACM0")) {
            assertThat(jvm.awaitExit(BOUND)).isEqualTo(1);

            assertThat(jvm.output())
                    .contains(
                            "APPLICATION FAILED TO START",
                            "rfx.session.so101.port was not set then, and is set now",
                            "at build time")
                    .doesNotContain("Session 'rfx-session' started");
        }
    }
}
