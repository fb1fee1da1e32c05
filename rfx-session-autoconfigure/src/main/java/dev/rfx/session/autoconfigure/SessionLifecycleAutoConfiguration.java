package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that starts and stops all {@link Session} beans of this context with it, shows
 * their progress, and publishes their events. Sessions of a parent context are left to the parent.
 *
 * @since 0.1
 */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnSessionsEnabled
@ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
public final class SessionLifecycleAutoConfiguration {

    @Bean
    SessionLifecycles rfxSessionLifecycles(
            ConfigurableListableBeanFactory beanFactory,
            ConfiguredSessions configured,
            ApplicationEventPublisher publisher,
            ObjectProvider<ProgressLine> progressLine) {
        return new SessionLifecycles(beanFactory, configured, publisher, progressLine);
    }

    @Bean
    SafetyPropertiesCheck rfxSessionSafetyPropertiesCheck(
            ListableBeanFactory beanFactory, ConfiguredSessions configured) {
        return new SafetyPropertiesCheck(beanFactory, configured);
    }

    @Bean
    @ConditionalOnNotWebApplication
    ProgressLine rfxSessionProgressLine(ListableBeanFactory beanFactory) {
        return new ProgressLine(SessionBeans.of(beanFactory).values(), System.out);
    }
}
