package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionHealthIndicator;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health component {@code rfxSession}. With several sessions it has one
 * component for each, under its bean name.
 */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnSessionsEnabled
@ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
@ConditionalOnEnabledHealthIndicator("rfxsession")
@EnableConfigurationProperties(SessionProperties.class)
public final class SessionHealthContributorAutoConfiguration
        extends CompositeHealthContributorConfiguration<SessionHealthIndicator, Session> {

    SessionHealthContributorAutoConfiguration(SessionProperties properties) {
        super(session -> new SessionHealthIndicator(session, properties.health().toThresholds()));
    }

    @Bean
    @ConditionalOnMissingBean(name = {"rfxSessionHealthIndicator", "rfxSessionHealthContributor"})
    HealthContributor rfxSessionHealthContributor(ListableBeanFactory beanFactory) {
        return createContributor(beanFactory.getBeansOfType(Session.class));
    }
}
