package dev.rfx.session.actuate;

import dev.rfx.session.Session;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * The endpoint over HTTP. The status reports the result of a command:
 *
 * <ul>
 *   <li>200: the session is as the command asks
 *   <li>400: there is no such command
 *   <li>404: there is no such session
 *   <li>409: the opposite command came later and won, or the session cannot be started now, or
 *       there is no recording to save
 *   <li>503: the run failed, or its control thread is stuck
 * </ul>
 *
 * The body is the session after the command, or a {@code message}.
 *
 * @since 0.1
 */
@EndpointWebExtension(endpoint = SessionEndpoint.class)
public final class SessionEndpointWebExtension {

    private static final int CONFLICT = 409;

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
     * Shows one session.
     *
     * @param name its bean name
     * @return the session, or status 404 with the names of all sessions
     */
    @ReadOperation
    public WebEndpointResponse<Object> session(@Selector String name) {
        Session session = this.delegate.get(name);
        return session == null
                ? unknownSession(name)
                : new WebEndpointResponse<>(SessionDescriptor.of(session));
    }

    /**
     * Commands one session and waits until the command is carried out.
     *
     * @param securityContext the source of the name of the caller, for the log
     * @param name its bean name
     * @param command a {@link SessionCommand}
     * @return the session afterwards
     */
    @WriteOperation
    public WebEndpointResponse<Object> command(
            SecurityContext securityContext, @Selector String name, @Nullable String command) {
        if (this.delegate.get(name) == null) {
            return unknownSession(name);
        }
        CommandOutcome outcome;
        try {
            outcome = this.delegate.execute(name, command, securityContext::getPrincipal);
        } catch (InvalidEndpointRequestException ex) {
            return message(ex.getReason(), WebEndpointResponse.STATUS_BAD_REQUEST);
        }
        return switch (outcome.result()) {
            case DONE -> new WebEndpointResponse<>(outcome.session());
            case OVERTAKEN -> new WebEndpointResponse<>(outcome.session(), CONFLICT);
            case REFUSED -> message(outcome.problem(), CONFLICT);
            case FAILED ->
                    new WebEndpointResponse<>(
                            outcome.session(), WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
        };
    }

    private WebEndpointResponse<Object> unknownSession(String name) {
        return message(this.delegate.describeUnknown(name), WebEndpointResponse.STATUS_NOT_FOUND);
    }

    private static WebEndpointResponse<Object> message(@Nullable String message, int status) {
        return new WebEndpointResponse<>(Map.of("message", String.valueOf(message)), status);
    }
}
