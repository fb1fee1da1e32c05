package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fazecast.jSerialComm.SerialPort;
import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionEndpoint;
import dev.rfx.session.metrics.SessionMetrics;
import jakarta.validation.Validator;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** An application may leave out what it does not need. */
class OptionalLibrariesTests {

    private static final String HEALTH = "rfxSessionHealthContributor";

    /** As in an application: what is not on the classpath is sorted out before it is loaded. */
    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withPropertyValues(
                            "rfx.session.warmup=0",
                            "management.endpoints.jmx.exposure.include=rfxsession",
                            "spring.jmx.enabled=true")
                    .withUserConfiguration(Application.class);

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}

    @Test
    void withAllLibrariesEverythingIsThere() {
        this.runner.run(
                context -> {
                    assertThat(context.getBean(Session.class).isRunning()).isTrue();
                    assertThat(context)
                            .hasBean(HEALTH)
                            .hasSingleBean(SessionEndpoint.class)
                            .hasSingleBean(SessionMetrics.class);
                });
    }

    @Test
    void withoutActuatorTheRestWorks() {
        this.runner
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(
                        context -> {
                            assertThat(context.getBean(Session.class).isRunning()).isTrue();
                            assertThat(context)
                                    .hasBean(HEALTH)
                                    .doesNotHaveBean(SessionEndpoint.class)
                                    .hasSingleBean(SessionMetrics.class);
                        });
    }

    @Test
    void withoutHealthTheRestWorks() {
        this.runner
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .run(
                        context -> {
                            assertThat(context.getBean(Session.class).isRunning()).isTrue();
                            assertThat(context)
                                    .doesNotHaveBean(HealthContributor.class)
                                    .hasSingleBean(SessionEndpoint.class)
                                    .hasSingleBean(SessionMetrics.class);
                        });
    }

    @Test
    void withoutMicrometerTheRestWorks() {
        this.runner
                .withClassLoader(new FilteredClassLoader("io.micrometer.core"))
                .run(
                        context -> {
                            assertThat(context.getBean(Session.class).isRunning()).isTrue();
                            assertThat(context)
                                    .hasBean(HEALTH)
                                    .doesNotHaveBean(SessionMetrics.class);
                        });
    }

    @Test
    void withoutJSerialCommEverythingIsThere() {
        this.runner
                .withClassLoader(new FilteredClassLoader(SerialPort.class.getPackageName()))
                .run(
                        context -> {
                            assertThat(context.getBean(Session.class).isRunning()).isTrue();
                            assertThat(context)
                                    .hasBean(HEALTH)
                                    .hasSingleBean(SessionEndpoint.class)
                                    .hasSingleBean(SessionMetrics.class);
                        });
    }

    @Test
    void withoutValidationPropertiesAreStillChecked() {
        this.runner
                .withClassLoader(new FilteredClassLoader(Validator.class.getPackageName()))
                .withPropertyValues("rfx.session.rate-hz=0")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining("rfx.session.rate-hz"));
    }

    @Test
    void withoutAllOfThemTheSessionRuns() {
        this.runner
                .withClassLoader(
                        new FilteredClassLoader(
                                "org.springframework.boot.actuate",
                                "org.springframework.boot.health",
                                "io.micrometer",
                                "com.fazecast",
                                "jakarta.validation"))
                .run(context -> assertThat(context.getBean(Session.class).isRunning()).isTrue());
    }
}
