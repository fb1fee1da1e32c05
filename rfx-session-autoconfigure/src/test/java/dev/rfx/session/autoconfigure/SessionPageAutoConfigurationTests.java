package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionEndpoint;
import dev.rfx.session.page.LivePage;
import dev.rfx.session.page.PageOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

class SessionPageAutoConfigurationTests {

    private static final AutoConfigurations CONFIGURATIONS =
            AutoConfigurations.of(
                    SessionAutoConfiguration.class,
                    SessionEndpointAutoConfiguration.class,
                    SessionPageAutoConfiguration.class);

    private final WebApplicationContextRunner runner =
            new WebApplicationContextRunner()
                    .withConfiguration(CONFIGURATIONS)
                    .withUserConfiguration(TestBeans.class)
                    .withPropertyValues("rfx.session.page.enabled=true");

    @Test
    void servletApplicationHasThePage() {
        this.runner.run(
                context ->
                        assertThat(context)
                                .hasSingleBean(LivePage.class)
                                .hasSingleBean(
                                        org.springframework.web.servlet.function.RouterFunction
                                                .class));
    }

    @Test
    void reactiveApplicationHasThePage() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(CONFIGURATIONS)
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("rfx.session.page.enabled=true")
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(LivePage.class)
                                        .hasSingleBean(
                                                org.springframework.web.reactive.function.server
                                                        .RouterFunction.class));
    }

    @ParameterizedTest
    @CsvSource({"rfx.session.page.enabled=false", "rfx.session.enabled=false"})
    void pageIsAbsentIfItOrTheSessionsAreDisabled(String property) {
        this.runner
                .withPropertyValues(property)
                .run(context -> assertThat(context).doesNotHaveBean(LivePage.class));
    }

    @Test
    void pageIsAbsentWithoutASession() {
        new WebApplicationContextRunner()
                .withConfiguration(CONFIGURATIONS)
                .withPropertyValues("rfx.session.page.enabled=true")
                .run(
                        context ->
                                assertThat(context)
                                        .hasNotFailed()
                                        .doesNotHaveBean(Session.class)
                                        .doesNotHaveBean(LivePage.class));
    }

    @Test
    void pageIsAbsentWithoutJackson() {
        this.runner
                .withClassLoader(new FilteredClassLoader(JsonMapper.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LivePage.class));
    }

    @Test
    void applicationMayMakeThePage() {
        this.runner
                .withUserConfiguration(OwnPage.class)
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(LivePage.class)
                                        .hasBean("ownPage"));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnPage {

        @Bean
        LivePage ownPage(Map<String, Session> sessions) {
            return new LivePage(sessions, new SessionEndpoint(sessions), PageOptions.defaults());
        }
    }

    @ParameterizedTest
    @CsvSource({"path, rfx", "max-viewers, 0", "allowed-hosts, http://robot1"})
    void invalidValueIsReportedWithItsProperty(String property, String value) {
        this.runner
                .withPropertyValues("rfx.session.page." + property + "=" + value)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining("rfx.session.page." + property)
                                        .hasMessageContaining(value));
    }
}
