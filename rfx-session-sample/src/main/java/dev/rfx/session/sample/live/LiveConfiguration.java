package dev.rfx.session.sample.live;

import dev.rfx.session.Session;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/** The live page at {@code /}: its static files, and the feed of the data that they show. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = Type.SERVLET)
class LiveConfiguration {

    private static final Logger logger = LoggerFactory.getLogger(LiveConfiguration.class);

    private static final EndpointId ENDPOINT = EndpointId.of("rfxsession");

    private static final int MAX_VIEWERS = 16;

    /** Keeps other sites from showing the page, which has buttons, in a frame. */
    @Bean
    Filter liveFrameFilter() {
        return (request, response, chain) -> {
            ((HttpServletResponse) response).setHeader("X-Frame-Options", "DENY");
            chain.doFilter(request, response);
        };
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> liveAddressLog() {
        return ready ->
                logger.info(
                        "The live page is at http://localhost:{}/",
                        ready.getApplicationContext()
                                .getEnvironment()
                                .getProperty("local.server.port"));
    }

    @Bean
    LiveFeed liveFeed(
            Map<String, Session> sessions,
            ObjectProvider<PathMappedEndpoints> endpoints,
            EndpointAccessResolver access,
            Environment environment,
            JsonMapper json) {
        return new LiveFeed(
                sessions,
                () ->
                        ManagementPortType.get(environment) == ManagementPortType.SAME
                                ? commands(endpoints.getIfAvailable(), access)
                                : null,
                json,
                new Viewers(MAX_VIEWERS));
    }

    /**
     * Path of the endpoint relative to the page, or null unless the operator has set the access to
     * unrestricted. The endpoint has to be on the port of the page, because a browser does not let
     * the page send commands to another port.
     */
    private static @Nullable String commands(
            @Nullable PathMappedEndpoints endpoints, EndpointAccessResolver access) {
        boolean open = access.accessFor(ENDPOINT, Access.READ_ONLY) == Access.UNRESTRICTED;
        String path = open && endpoints != null ? endpoints.getPath(ENDPOINT) : null;
        return path == null ? null : path.substring(1);
    }
}
