package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionPage;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Auto-configuration that tells in the log where a web application shows its sessions. */
@AutoConfiguration(after = SessionAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnSessionsEnabled
@ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
public final class SessionAddressAutoConfiguration {

    @Bean
    SessionAddressLog rfxSessionAddressLog(
            ListableBeanFactory beanFactory,
            Environment environment,
            ObjectProvider<SessionPage> pages,
            ObjectProvider<EndpointAddress> endpoint) {
        return new SessionAddressLog(
                SessionBeans.of(beanFactory).values(), environment, pages, endpoint);
    }

    /** With the actuator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(PathMappedEndpoints.class)
    static class EndpointAddressConfiguration {

        @Bean
        EndpointAddress rfxSessionEndpointAddress(
                Environment environment, ObjectProvider<PathMappedEndpoints> endpoints) {
            return new EndpointAddress(environment, endpoints);
        }
    }
}
