package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Session;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ChildJvm;
import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * An application without the jars of optional libraries. Two JVMs run the cases, each case in a
 * class loader of its own, and have no jar on their own class paths.
 */
class OptionalLibrariesTests {

    private static final String APPLICATION_CLASS_PATH = "application.class.path";

    private static final List<String> BEANS =
            List.of(
                    "rfxSession",
                    "rfxSessionBeanChoices",
                    "rfxSessionConfigurationBeans",
                    "rfxSessionConfigurationsCheck",
                    "rfxSessionDisabled",
                    "rfxSessionEndpoint",
                    "rfxSessionFactory",
                    "rfxSessionHealthContributor",
                    "rfxSessionLifecycles",
                    "rfxSessionMetrics",
                    "rfxSessionNoSessionWarning",
                    "rfxSessionOptions",
                    "rfxSessionProgressLine",
                    "rfxSessionPropertyNames",
                    "rfxSessionRecordingFilesCheck",
                    "rfxSessionSafetyPropertiesCheck");

    private static final List<Case> ALL =
            List.of(
                    new Case("actuator", "spring-boot-actuator.*", "rfxSessionEndpoint"),
                    new Case("health", "spring-boot-health-.*", "rfxSessionHealthContributor"),
                    new Case(
                            "micrometer",
                            "(micrometer|spring-boot-micrometer|prometheus)-.*",
                            "rfxSessionMetrics"),
                    new Case("jSerialComm", "jSerialComm-.*"),
                    new Case("JNA", "jna-.*"),
                    new Case("ONNX Runtime", "onnxruntime-.*"),
                    new Case(
                            "validation",
                            "(jakarta.validation|hibernate-validator|spring-boot-validation)-.*"),
                    new Case("Spring MVC and WebFlux", "spring-(web|webmvc|webflux)-.*"),
                    new Case("Jackson", "jackson-(core|databind)-3.*"),
                    new Case("nothing", "none"),
                    new Case(
                            "all of them",
                            "(spring-boot-(actuator|health|micrometer|validation)|micrometer|prometheus"
                                    + "|jSerialComm|jna|onnxruntime|jakarta.validation|hibernate-validator).*",
                            "rfxSessionEndpoint",
                            "rfxSessionHealthContributor",
                            "rfxSessionMetrics"));

    /** A build runs the last ones. */
    private static final List<Case> CASES =
            ALL.subList(ALL.size() - Campaign.Rounds.of(ALL.size(), 4), ALL.size());

    /** What is missing, the jars of it, and the beans that are missing then. */
    private record Case(String what, String jars, String... missingBeans) {

        @Override
        public String toString() {
            return this.what;
        }
    }

    private static final Map<Case, ChildJvm> JVMS = new HashMap<>();

    static List<Case> cases() {
        return CASES;
    }

    @BeforeAll
    static void startApplications() {
        int half = CASES.size() / 2;
        start(CASES.subList(0, half));
        start(CASES.subList(half, CASES.size()));
    }

    private static void start(List<Case> cases) {
        ChildJvm jvm =
                ChildJvm.start(
                        List.of(
                                "-D%s=%s"
                                        .formatted(
                                                APPLICATION_CLASS_PATH,
                                                System.getProperty("java.class.path"))),
                        file -> !file.endsWith(".jar"),
                        Launcher.class,
                        cases.stream()
                                .flatMap(one -> Stream.of(one.what, one.jars))
                                .toArray(String[]::new));
        cases.forEach(one -> JVMS.put(one, jvm));
    }

    @AfterAll
    static void closeJvms() {
        JVMS.values().forEach(ChildJvm::close);
    }

    @Campaign
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void applicationStartsWithoutAndTheRestWorks(Case without) throws Exception {
        ChildJvm jvm = JVMS.get(without);
        List<String> beans = new ArrayList<>(BEANS);
        beans.removeAll(List.of(without.missingBeans));

        assertThat(jvm.awaitLine("BEANS WITHOUT %s: ".formatted(without)))
                .endsWith(": " + String.join(", ", beans));
        assertThat(jvm.awaitLine("RUNNING WITHOUT %s: ".formatted(without))).endsWith(": true");
        jvm.awaitLine("CLOSED WITHOUT %s".formatted(without));
    }

    static final class Launcher {

        public static void main(String[] args) throws Exception {
            for (int i = 0; i < args.length; i += 2) {
                run(args[i], args[i + 1]);
            }
        }

        private static void run(String without, String jars) throws Exception {
            List<URL> urls = new ArrayList<>();
            for (String entry :
                    System.getProperty(APPLICATION_CLASS_PATH).split(File.pathSeparator)) {
                if (!Path.of(entry).getFileName().toString().matches(jars)) {
                    urls.add(Path.of(entry).toUri().toURL());
                }
            }
            ClassLoader loader =
                    new URLClassLoader(
                            urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            Thread.currentThread().setContextClassLoader(loader);
            Method main =
                    loader.loadClass(Application.class.getName()).getMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[] {without});
        }
    }

    @Test
    void withoutValidationPropertiesAreStillChecked() {
        new ApplicationContextRunner()
                .withUserConfiguration(Application.class)
                .withClassLoader(new FilteredClassLoader("jakarta.validation"))
                .withPropertyValues("rfx.session.rate-hz=0")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining("rfx.session.rate-hz"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {

        public static void main(String[] args) {
            try (ConfigurableApplicationContext context =
                    new SpringApplicationBuilder(Application.class)
                            .web(WebApplicationType.NONE)
                            .properties(
                                    "rfx.session.warmup=0",
                                    "spring.main.banner-mode=off",
                                    "management.endpoints.web.exposure.include=*",
                                    "management.endpoints.jmx.exposure.include=*",
                                    "spring.jmx.enabled=true")
                            .run()) {
                TreeSet<String> names =
                        new TreeSet<>(Arrays.asList(context.getBeanDefinitionNames()));
                names.removeIf(name -> !name.startsWith("rfxSession"));
                System.out.printf("BEANS WITHOUT %s: %s%n", args[0], String.join(", ", names));
                System.out.printf(
                        "RUNNING WITHOUT %s: %s%n",
                        args[0], context.getBean(Session.class).isRunning());
            }
            System.out.println("CLOSED WITHOUT " + args[0]);
        }
    }
}
