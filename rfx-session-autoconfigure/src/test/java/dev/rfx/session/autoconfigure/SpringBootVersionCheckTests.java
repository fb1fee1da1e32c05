package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** A refusal at the start, instead of an application without health. */
@ExtendWith(OutputCaptureExtension.class)
class SpringBootVersionCheckTests {

    private static SpringApplication applicationWith(String version) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.addListeners(new SpringBootVersionCheck(() -> version));
        return application;
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5.7", "3.4.0-SNAPSHOT", "2.7.18"})
    void unsupportedSpringBootKeepsTheApplicationFromStarting(
            String version, CapturedOutput output) {
        assertThatThrownBy(() -> applicationWith(version).run())
                .isInstanceOf(UnsupportedSpringBootException.class)
                .hasMessage(
                        "rfx-session-starter supports Spring Boot 4.0 and 4.1, but this application"
                                + " uses Spring Boot "
                                + version
                                + ".");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("supports Spring Boot 4.0 and 4.1, but this application uses")
                .contains("to 4.0 or 4.1, or remove rfx-session-starter")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"4.0.7", "4.1.2", "4.2.0-M1", "5.0.0", "unreadable"})
    void applicationWithThisOneOrANewerOneStarts(String version) {
        assertThatCode(() -> applicationWith(version).run().close()).doesNotThrowAnyException();
    }

    @Test
    void checkIsMadeInEachApplication() {
        assertThat(new SpringApplication(Application.class).getListeners())
                .hasAtLeastOneElementOfType(SpringBootVersionCheck.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class Application {}
}
