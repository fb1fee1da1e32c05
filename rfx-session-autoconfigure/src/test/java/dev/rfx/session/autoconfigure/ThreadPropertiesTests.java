package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionHealthIndicator;
import dev.rfx.session.actuate.SessionHealthThresholds;
import dev.rfx.session.actuate.ThreadDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** An application with options for its control thread. */
@ExtendWith(OutputCaptureExtension.class)
@EnabledOnOs(OS.LINUX)
class ThreadPropertiesTests {

    private static ConfigurableApplicationContext start(String... arguments) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("rfx.session.warmup=0", "spring.main.banner-mode=off")
                .run(arguments);
    }

    @Test
    void whatIsInForceIsADetailOfHealth() {
        try (ConfigurableApplicationContext context = start("--rfx.session.thread.cpus=0")) {
            SessionHealthIndicator health =
                    new SessionHealthIndicator(
                            context.getBean(Session.class), SessionHealthThresholds.NONE);

            assertThat(health.health().getDetails().get("thread"))
                    .isInstanceOfSatisfying(
                            ThreadDescriptor.class,
                            thread -> {
                                assertThat(thread.scheduling()).isEqualTo("OTHER");
                                assertThat(thread.cpus()).containsExactly(0);
                                assertThat(thread.memoryLocked()).isFalse();
                                assertThat(thread.problem()).isNull();
                            });
        }
    }

    @Test
    void sliceOfZeroAsksForNothing() {
        try (ConfigurableApplicationContext context = start("--rfx.session.thread.slice=0")) {
            SessionHealthIndicator health =
                    new SessionHealthIndicator(
                            context.getBean(Session.class), SessionHealthThresholds.NONE);

            assertThat(health.health().getDetails()).doesNotContainKey("thread");
        }
    }

    @Test
    void unavailableSettingKeepsTheApplicationFromStarting(CapturedOutput output) {
        assertThatException().isThrownBy(() -> start("--rfx.session.thread.cpus=1023"));

        assertThat(output)
                .containsSubsequence(
                        "APPLICATION FAILED TO START",
                        "None of the processors [1023] is available to this process.",
                        "Choose some of [0",
                        "To run without it, set rfx.session.thread.required=false.")
                .doesNotContain("could not be reset");
    }

    @Test
    void unavailableSettingThatIsNotRequiredIsOneWarning(CapturedOutput output) {
        try (ConfigurableApplicationContext context =
                start(
                        "--rfx.session.thread.cpus=1023",
                        "--rfx.session.thread.required=false",
                        "--logging.level.dev.rfx.session=OFF",
                        "--logging.level.dev.rfx.session.timing=WARN")) {
            Session session = context.getBean(Session.class);
            session.stop();
            session.start();

            assertThat(session.threadStatus().problem())
                    .isEqualTo("None of the processors [1023] is available to this process");
        }
        assertThat(output.toString().split("runs with incomplete thread options")).hasSize(2);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}
}
