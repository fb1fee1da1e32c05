package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * Auto-configuration that starts and stops all {@link Session} beans with the application, logs
 * their progress, and publishes their events.
 */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "rfx.session.enabled", matchIfMissing = true)
@ConditionalOnBean(Session.class)
@EnableConfigurationProperties(SessionProperties.class)
public final class SessionLifecycleAutoConfiguration {

    @Bean
    @Lazy(false) // nobody asks for it, and with lazy initialization nothing would ever start
    SessionLifecycle rfxSessionLifecycle(
            Map<String, Session> sessions,
            SessionProperties properties,
            ApplicationEventPublisher publisher) {
        return new SessionLifecycle(sessions, properties, publisher);
    }
}
