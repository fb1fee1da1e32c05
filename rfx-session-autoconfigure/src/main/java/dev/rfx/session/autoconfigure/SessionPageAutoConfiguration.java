package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionEndpoint;
import dev.rfx.session.page.LivePage;
import dev.rfx.session.page.ReactiveLivePage;
import dev.rfx.session.page.ServletLivePage;
import java.util.Map;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.servlet.DispatcherServlet;
import tools.jackson.databind.json.JsonMapper;

/**
 * Auto-configuration of the live page, if {@code rfx.session.page.enabled} is true.
 *
 * @since 0.1
 */
@AutoConfiguration(after = {SessionAutoConfiguration.class, SessionEndpointAutoConfiguration.class})
@ConditionalOnClass({Endpoint.class, JsonMapper.class})
@ConditionalOnWebApplication
@ConditionalOnSessionsEnabled
@ConditionalOnSwitch(value = "rfx.session.page.enabled", matchIfMissing = false)
@ConditionalOnBean(value = Session.class, search = SearchStrategy.CURRENT)
@EnableConfigurationProperties(PageProperties.class)
public final class SessionPageAutoConfiguration {

    /** Commands of page and endpoint share the bounds of the endpoint, if there is one. */
    @Bean
    @ConditionalOnMissingBean
    LivePage rfxSessionPage(
            ListableBeanFactory beanFactory,
            ObjectProvider<SessionEndpoint> endpoint,
            PageProperties properties) {
        Map<String, Session> sessions = SessionBeans.of(beanFactory);
        return new LivePage(
                sessions,
                endpoint.getIfAvailable(() -> new SessionEndpoint(sessions)),
                properties.toOptions());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.SERVLET)
    @ConditionalOnClass(DispatcherServlet.class)
    static final class ServletConfiguration {

        @Bean
        org.springframework.web.servlet.function.RouterFunction<
                        org.springframework.web.servlet.function.ServerResponse>
                rfxSessionPageRoutes(LivePage page) {
            return ServletLivePage.routes(page);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.REACTIVE)
    @ConditionalOnClass(DispatcherHandler.class)
    static final class ReactiveConfiguration {

        @Bean
        org.springframework.web.reactive.function.server.RouterFunction<
                        org.springframework.web.reactive.function.server.ServerResponse>
                rfxSessionPageRoutes(LivePage page) {
            return ReactiveLivePage.routes(page);
        }
    }
}
