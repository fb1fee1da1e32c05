package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.ReactiveSessionEndpointWebExtension;
import dev.rfx.session.actuate.SessionEndpoint;
import dev.rfx.session.actuate.SessionEndpointWebExtension;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the endpoint {@code rfxsession}.
 *
 * @since 0.1
 */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnSessionsEnabled
@ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
@ConditionalOnAvailableEndpoint(SessionEndpoint.class)
public final class SessionEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    SessionEndpoint rfxSessionEndpoint(ListableBeanFactory beanFactory) {
        return new SessionEndpoint(SessionBeans.of(beanFactory));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.SERVLET)
    @ConditionalOnAvailableEndpoint(
            endpoint = SessionEndpoint.class,
            exposure = EndpointExposure.WEB)
    static final class ServletConfiguration {

        @Bean
        @ConditionalOnMissingBean
        SessionEndpointWebExtension rfxSessionEndpointWebExtension(SessionEndpoint endpoint) {
            return new SessionEndpointWebExtension(endpoint);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.REACTIVE)
    @ConditionalOnAvailableEndpoint(
            endpoint = SessionEndpoint.class,
            exposure = EndpointExposure.WEB)
    static final class ReactiveConfiguration {

        @Bean
        @ConditionalOnMissingBean
        ReactiveSessionEndpointWebExtension rfxReactiveSessionEndpointWebExtension(
                SessionEndpoint endpoint) {
            return new ReactiveSessionEndpointWebExtension(endpoint);
        }
    }
}
