package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionEndpoint;
import dev.rfx.session.actuate.SessionEndpointWebExtension;
import java.util.Map;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the endpoint {@code rfxsession}. */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBooleanProperty(name = "rfx.session.enabled", matchIfMissing = true)
@ConditionalOnBean(Session.class)
@ConditionalOnAvailableEndpoint(SessionEndpoint.class)
public final class SessionEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    SessionEndpoint rfxSessionEndpoint(Map<String, Session> sessions) {
        return new SessionEndpoint(sessions);
    }

    @Bean
    @ConditionalOnMissingBean
    SessionEndpointWebExtension rfxSessionEndpointWebExtension(SessionEndpoint endpoint) {
        return new SessionEndpointWebExtension(endpoint);
    }
}
