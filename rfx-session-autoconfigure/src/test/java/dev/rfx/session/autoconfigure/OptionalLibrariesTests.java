package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Session;
import dev.rfx.session.testkit.ChildJvm;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** An application without optional libraries, in a JVM without their jars. */
class OptionalLibrariesTests {

    private static final String ALL =
            "rfxSession, rfxSessionDisabled, rfxSessionEndpoint,"
                    + " rfxSessionHealthContributor, rfxSessionLifecycle, rfxSessionMetrics, rfxSessionNoSessionWarning, rfxSessionOptions, rfxSessionProgressLine, rfxSessionPropertyNames, rfxSessionSafetyPropertiesCheck";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    nothing     ; none ; all
                    actuator    ; spring-boot-actuator.* ; rfxSession, rfxSessionDisabled, rfxSessionHealthContributor, rfxSessionLifecycle, rfxSessionMetrics, rfxSessionNoSessionWarning, rfxSessionOptions, rfxSessionProgressLine, rfxSessionPropertyNames, rfxSessionSafetyPropertiesCheck
                    health      ; spring-boot-health-.* ; rfxSession, rfxSessionDisabled, rfxSessionEndpoint, rfxSessionLifecycle, rfxSessionMetrics, rfxSessionNoSessionWarning, rfxSessionOptions, rfxSessionProgressLine, rfxSessionPropertyNames, rfxSessionSafetyPropertiesCheck
                    micrometer  ; (micrometer|spring-boot-micrometer|prometheus)-.* ; rfxSession, rfxSessionDisabled, rfxSessionEndpoint, rfxSessionHealthContributor, rfxSessionLifecycle, rfxSessionNoSessionWarning, rfxSessionOptions, rfxSessionProgressLine, rfxSessionPropertyNames, rfxSessionSafetyPropertiesCheck
                    jSerialComm ; jSerialComm-.* ; all
                    JNA         ; jna-.* ; all
                    validation  ; (jakarta.validation|hibernate-validator|spring-boot-validation)-.* ; all
                    all of them ; (spring-boot-(actuator|health|micrometer|validation)|micrometer|prometheus|jSerialComm|jna|jakarta.validation|hibernate-validator).* ; rfxSession, rfxSessionDisabled, rfxSessionLifecycle, rfxSessionNoSessionWarning, rfxSessionOptions, rfxSessionProgressLine, rfxSessionPropertyNames, rfxSessionSafetyPropertiesCheck
                    """)
    void applicationStartsWithoutAndTheRestWorks(String what, String jars, String beans)
            throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(List.of(), file -> !file.matches(jars), Application.class)) {
            assertThat(jvm.awaitLine("BEANS "))
                    .isEqualTo("BEANS " + (beans.equals("all") ? ALL : beans));
            assertThat(jvm.awaitLine("RUNNING ")).isEqualTo("RUNNING true");
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();
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
                System.out.println("BEANS " + String.join(", ", names));
                System.out.println("RUNNING " + context.getBean(Session.class).isRunning());
            }
        }
    }
}
