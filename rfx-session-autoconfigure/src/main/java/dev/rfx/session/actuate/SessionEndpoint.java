package dev.rfx.session.actuate;

import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Shows sessions by bean name. It can also command them, but only after the operator has set {@code
 * management.endpoint.rfxsession.access} to {@code unrestricted}.
 */
@Endpoint(id = "rfxsession", defaultAccess = Access.READ_ONLY)
public final class SessionEndpoint {

    private static final Logger logger = LoggerFactory.getLogger(SessionEndpoint.class);

    private final Map<String, Session> sessions;

    /**
     * Creates an endpoint.
     *
     * @param sessions the sessions by bean name
     */
    public SessionEndpoint(Map<String, Session> sessions) {
        this.sessions = Map.copyOf(sessions);
    }

    /**
     * Shows all sessions.
     *
     * @return the sessions by bean name
     */
    @ReadOperation
    public Sessions sessions() {
        Map<String, SessionDescriptor> descriptors = new LinkedHashMap<>();
        this.sessions.keySet().stream()
                .sorted()
                .forEach(
                        name ->
                                descriptors.put(
                                        name,
                                        SessionDescriptor.summaryOf(this.sessions.get(name))));
        return new Sessions(descriptors);
    }

    /**
     * Shows one session.
     *
     * @param name its bean name
     * @return the session, or null if there is none of that name
     */
    @ReadOperation
    public @Nullable SessionDescriptor session(@Selector String name) {
        Session session = this.sessions.get(name);
        return session == null ? null : SessionDescriptor.of(session);
    }

    /**
     * Tells one session what to do, and waits until it has. How that ended, also if it failed or
     * the session is stuck, is in the answer.
     *
     * @param securityContext who asks
     * @param name its bean name
     * @param command what it is to do
     * @return the session afterwards, or null if there is none of that name
     */
    @WriteOperation
    public @Nullable SessionDescriptor command(
            SecurityContext securityContext, @Selector String name, SessionCommand command) {
        Session session = this.sessions.get(name);
        if (session == null) {
            return null;
        }
        Principal principal = securityContext.getPrincipal();
        logger.info(
                "{} of session '{}' was requested through the endpoint by {}",
                command,
                name,
                principal == null ? "an unknown client" : principal.getName());
        try {
            command.applyTo(session);
        } catch (SessionException ex) {
            logger.warn("{} of session '{}' failed: {}", command, name, ex.getMessage());
        }
        return SessionDescriptor.of(session);
    }

    /**
     * All sessions.
     *
     * @param sessions the sessions by bean name
     */
    public record Sessions(Map<String, SessionDescriptor> sessions) {}
}
