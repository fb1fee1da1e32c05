package dev.rfx.session.sample.live;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionPage;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/** The live page at {@code /}: static files, and what they show. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = Type.SERVLET)
class LiveConfiguration {

    private static final EndpointId ENDPOINT = EndpointId.of("rfxsession");

    private static final int MAX_VIEWERS = 16;

    /** Nobody puts the page with its buttons into a frame of his own. */
    @Bean
    Filter liveFrameFilter() {
        return (request, response, chain) -> {
            ((HttpServletResponse) response).setHeader("X-Frame-Options", "DENY");
            chain.doFilter(request, response);
        };
    }

    /** The log tells its address at start-up. */
    @Bean
    SessionPage livePage() {
        return new SessionPage("/");
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
     * Where sessions take commands over HTTP, from the page's folder: only where the operator has
     * opened that. (To another port than the page's a browser would not let it send any.)
     */
    private static @Nullable String commands(
            @Nullable PathMappedEndpoints endpoints, EndpointAccessResolver access) {
        boolean open = access.accessFor(ENDPOINT, Access.READ_ONLY) == Access.UNRESTRICTED;
        String path = open && endpoints != null ? endpoints.getPath(ENDPOINT) : null;
        return path == null ? null : path.substring(1);
    }
}
