package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration that starts and stops all {@link Session} beans of this context with it, tells
 * of their progress, and publishes their events. Those of a parent context are the parent's.
 */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnSessionsEnabled
@ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
@EnableConfigurationProperties(SessionProperties.class)
public final class SessionLifecycleAutoConfiguration {

    @Bean
    SessionLifecycle rfxSessionLifecycle(
            ListableBeanFactory beanFactory,
            SessionProperties properties,
            ApplicationEventPublisher publisher,
            ObjectProvider<ProgressLine> progressLine) {
        return new SessionLifecycle(
                SessionBeans.of(beanFactory),
                properties,
                publisher,
                progressLine.stream()
                        .filter(line -> ProgressLine.isTerminal() && line.hasEnd())
                        .findFirst()
                        .orElse(null));
    }

    @Bean
    SafetyPropertiesCheck rfxSessionSafetyPropertiesCheck(
            ListableBeanFactory beanFactory,
            SessionProperties properties,
            ObjectProvider<SessionOptions> options,
            Environment environment) {
        return new SafetyPropertiesCheck(beanFactory, properties, options, environment);
    }

    @Bean
    @ConditionalOnNotWebApplication
    ProgressLine rfxSessionProgressLine(ListableBeanFactory beanFactory) {
        return new ProgressLine(SessionBeans.of(beanFactory).values(), System.out);
    }
}
