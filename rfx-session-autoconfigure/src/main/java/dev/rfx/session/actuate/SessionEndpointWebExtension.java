package dev.rfx.session.actuate;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** Answers 404 to a command for a session that does not exist; by default it would be 204. */
@EndpointWebExtension(endpoint = SessionEndpoint.class)
public final class SessionEndpointWebExtension {

    private final SessionEndpoint delegate;

    /**
     * Creates an extension.
     *
     * @param delegate the endpoint
     */
    public SessionEndpointWebExtension(SessionEndpoint delegate) {
        this.delegate = delegate;
    }

    /**
     * Tells one session what to do.
     *
     * @param securityContext who asks
     * @param name its bean name
     * @param command what it is to do
     * @return the session afterwards with status 200, or status 404
     */
    @WriteOperation
    public WebEndpointResponse<SessionDescriptor> command(
            SecurityContext securityContext, @Selector String name, SessionCommand command) {
        SessionDescriptor session = this.delegate.command(securityContext, name, command);
        return session == null
                ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                : new WebEndpointResponse<>(session);
    }
}
