package dev.rfx.session.page;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionCommand;
import dev.rfx.session.actuate.SessionEndpoint;
import dev.rfx.session.actuate.SessionEndpointWebExtension;
import java.net.URI;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** Carries out the commands of the page, each as the endpoint does. Thread-safe. */
final class PageCommands {

    private static final Logger logger = LoggerFactory.getLogger(PageCommands.class);

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;

    private final Map<String, Session> sessions;
    private final SessionEndpointWebExtension endpoint;
    private final boolean open;
    private final CommandGuard guard;

    PageCommands(Map<String, Session> sessions, SessionEndpoint endpoint, PageOptions options) {
        this.sessions = new TreeMap<>(sessions);
        this.endpoint = new SessionEndpointWebExtension(endpoint);
        this.open = options.commands();
        this.guard = new CommandGuard(options.allowedHosts());
    }

    /**
     * A command to one session or to all.
     *
     * @param target URI of the request, as the client sees it
     * @param origins values of the header {@code Origin}
     * @param fetchSites values of the header {@code Sec-Fetch-Site}
     * @param principal the user, if the application knows users
     * @param command name of a {@link SessionCommand}
     * @param session bean name of the session, or null for all
     */
    record Request(
            URI target,
            List<String> origins,
            List<String> fetchSites,
            @Nullable Principal principal,
            String command,
            @Nullable String session) {}

    /** Waits until the command is carried out. */
    PageAnswer execute(Request request) {
        String refusal =
                this.open
                        ? this.guard.refusal(
                                request.target(), request.origins(), request.fetchSites())
                        : "The page accepts no commands: rfx.session.page.commands is false";
        if (refusal != null) {
            logger.warn("Command of the live page was refused. {}", refusal);
            return PageAnswer.message(FORBIDDEN, refusal);
        }
        return request.session() != null
                ? answer(command(request, request.session()))
                : executeForAll(request);
    }

    private PageAnswer executeForAll(Request request) {
        if (!request.command().equalsIgnoreCase(SessionCommand.STOP.name())) {
            return PageAnswer.message(BAD_REQUEST, "Only STOP is a command to all sessions");
        }
        // All robots first: each command below waits until one of them has come to rest.
        this.sessions.values().forEach(PageCommands::requestStop);
        int status = OK;
        Map<String, Object> answers = new LinkedHashMap<>();
        for (String name : this.sessions.keySet()) {
            WebEndpointResponse<Object> stopped = command(request, name);
            status = Math.max(status, stopped.getStatus());
            answers.put(name, stopped.getBody());
        }
        return PageAnswer.of(status, Map.of("sessions", answers));
    }

    private static void requestStop(Session session) {
        try {
            session.requestStop();
        } catch (RuntimeException | Error ex) {
            // The other sessions are stopped, too. The command that follows reports the failure.
        }
    }

    private WebEndpointResponse<Object> command(Request request, String session) {
        return this.endpoint.command(new Client(request.principal()), session, request.command());
    }

    private static PageAnswer answer(WebEndpointResponse<Object> response) {
        return PageAnswer.of(response.getStatus(), response.getBody());
    }

    private record Client(@Nullable Principal principal) implements SecurityContext {

        @Override
        public @Nullable Principal getPrincipal() {
            return this.principal;
        }

        @Override
        public boolean isUserInRole(String role) {
            return false;
        }
    }
}
