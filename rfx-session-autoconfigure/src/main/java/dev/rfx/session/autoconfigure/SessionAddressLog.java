package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.actuate.SessionPage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/** Tells in one line where to look, when there is something to look at. */
final class SessionAddressLog implements ApplicationListener<ApplicationReadyEvent> {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

    private final List<Session> sessions;
    private final Environment environment;
    private final ObjectProvider<SessionPage> pages;
    private final ObjectProvider<EndpointAddress> endpoint;

    SessionAddressLog(
            Collection<Session> sessions,
            Environment environment,
            ObjectProvider<SessionPage> pages,
            ObjectProvider<EndpointAddress> endpoint) {
        this.sessions = List.copyOf(sessions);
        this.environment = environment;
        this.pages = pages;
        this.endpoint = endpoint;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        // That of a child context comes here, too, and has servers of its own.
        if (event.getApplicationContext().getEnvironment() != this.environment) {
            return;
        }
        List<String> addresses = new ArrayList<>();
        String server = ServerAddress.ofApplication(this.environment);
        if (server != null) {
            this.pages.orderedStream().forEach(page -> addresses.add(server + page.path()));
        }
        this.endpoint.stream()
                .flatMap(found -> Stream.ofNullable(found.find()))
                .forEach(address -> addresses.add("endpoint " + address));
        if (!addresses.isEmpty() && !this.sessions.isEmpty()) {
            logger.info(
                    "Look at session {}: {}",
                    this.sessions.stream()
                            .map(session -> "'" + session.name() + "'")
                            .collect(Collectors.joining(", ")),
                    String.join(", ", addresses));
        }
    }
}
