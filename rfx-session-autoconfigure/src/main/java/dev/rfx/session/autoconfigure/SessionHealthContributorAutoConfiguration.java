package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionHealthIndicator;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the health component {@code rfxSession}. With several sessions it has one
 * component for each, under its bean name. Without a session it is there too, and its status is
 * UNKNOWN: a health group that names a component that does not exist keeps the application from
 * starting, and an application whose sessions are switched off is not ill.
 */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("rfxsession")
public final class SessionHealthContributorAutoConfiguration {

    private static HealthIndicator unknown(String reason) {
        return () -> Health.unknown().withDetail("reason", reason).build();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = "rfx.session.enabled", matchIfMissing = true)
    @ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
    @EnableConfigurationProperties(SessionProperties.class)
    static class SessionsConfiguration
            extends CompositeHealthContributorConfiguration<SessionHealthIndicator, Session> {

        SessionsConfiguration(SessionProperties properties) {
            super(
                    session ->
                            new SessionHealthIndicator(
                                    session, properties.health().toThresholds()));
        }

        @Bean
        @ConditionalOnMissingBean(
                name = {"rfxSessionHealthIndicator", "rfxSessionHealthContributor"})
        HealthContributor rfxSessionHealthContributor(ListableBeanFactory beanFactory) {
            Map<String, Session> sessions = SessionBeans.of(beanFactory);
            return sessions.isEmpty()
                    ? unknown("the Session bean is a mock")
                    : createContributor(sessions);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Conditional(OnNoSession.class)
    static class NoSessionConfiguration {

        @Bean
        @ConditionalOnMissingBean(
                name = {"rfxSessionHealthIndicator", "rfxSessionHealthContributor"})
        HealthContributor rfxSessionHealthContributor(Environment environment) {
            return unknown(
                    environment.getProperty("rfx.session.enabled", Boolean.class, true)
                            ? "there is no Session bean"
                            : "rfx.session.enabled is false");
        }
    }

    /**
     * The opposite of the conditions above: which of the two is looked at first does not matter.
     */
    static final class OnNoSession extends NoneNestedConditions {

        OnNoSession() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnBooleanProperty(name = "rfx.session.enabled", matchIfMissing = true)
        @ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
        static final class EnabledSession {}
    }
}
