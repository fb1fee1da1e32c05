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
import org.springframework.core.env.Environment;

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
            Environment environment,
            ApplicationEventPublisher publisher,
            ObjectProvider<ProgressLine> progressLine) {
        return new SessionLifecycles(
                beanFactory, new ConfiguredSessions(environment), publisher, progressLine);
    }

    @Bean
    SafetyPropertiesCheck rfxSessionSafetyPropertiesCheck(
            ListableBeanFactory beanFactory, Environment environment) {
        return new SafetyPropertiesCheck(beanFactory, new ConfiguredSessions(environment));
    }

    @Bean
    RecordingFilesCheck rfxSessionRecordingFilesCheck(ListableBeanFactory beanFactory) {
        return new RecordingFilesCheck(beanFactory);
    }

    @Bean
    @ConditionalOnNotWebApplication
    ProgressLine rfxSessionProgressLine(ListableBeanFactory beanFactory) {
        return new ProgressLine(SessionBeans.of(beanFactory).values(), System.out);
    }
}
