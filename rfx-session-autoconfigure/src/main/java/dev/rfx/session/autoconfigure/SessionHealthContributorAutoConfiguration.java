package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionHealthIndicator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the health component {@code rfxSession}. With several sessions it contains
 * one component for each, under its bean name. Without a session the component has the status
 * UNKNOWN. It exists nevertheless, because an application does not start if one of its health
 * groups includes a missing component.
 *
 * @since 0.1
 */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("rfxsession")
public final class SessionHealthContributorAutoConfiguration {

    private static final String DISABLED = ConditionalOnSessionsEnabled.PROPERTY + " is false";

    private static HealthIndicator unknown(String reason) {
        return () -> Health.unknown().withDetail("reason", reason).build();
    }

    /** The component is there even if sessions are disabled, which the properties decide. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
    static class SessionsConfiguration {

        @Bean
        @ConditionalOnMissingBean(
                name = {"rfxSessionHealthIndicator", "rfxSessionHealthContributor"})
        HealthContributor rfxSessionHealthContributor(
                ListableBeanFactory beanFactory, Environment environment) {
            if (!SwitchedOffBeans.areSessionsEnabled(environment)) {
                return unknown(DISABLED);
            }
            ConfiguredSessions configured = new ConfiguredSessions(environment);
            Map<String, SessionHealthIndicator> indicators = new LinkedHashMap<>();
            SessionBeans.of(beanFactory)
                    .forEach(
                            (name, session) ->
                                    indicators.put(
                                            name, indicator(session, configured.ofBean(name))));
            return switch (indicators.size()) {
                case 0 -> unknown("the Session bean is a mock");
                case 1 -> indicators.values().iterator().next();
                default -> CompositeHealthContributor.fromMap(indicators);
            };
        }

        private static SessionHealthIndicator indicator(
                Session session, ConfiguredSession configured) {
            return new SessionHealthIndicator(
                    session,
                    configured.checked(() -> configured.properties().health().toThresholds()));
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
                    SwitchedOffBeans.areSessionsEnabled(environment)
                            ? "there is no Session bean"
                            : DISABLED);
        }
    }

    /** The negation of the conditions above, so that the order of evaluation does not matter. */
    static final class OnNoSession extends NoneNestedConditions {

        OnNoSession() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
        static final class AnySession {}
    }
}
