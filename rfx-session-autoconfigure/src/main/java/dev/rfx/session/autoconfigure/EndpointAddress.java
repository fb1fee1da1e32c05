package dev.rfx.session.autoconfigure;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.env.Environment;

/** Where the endpoint {@code rfxsession} is, known when the application is ready. */
final class EndpointAddress {

    private static final EndpointId ID = EndpointId.of("rfxsession");

    private final Environment environment;
    private final ObjectProvider<PathMappedEndpoints> endpoints;

    EndpointAddress(Environment environment, ObjectProvider<PathMappedEndpoints> endpoints) {
        this.environment = environment;
        this.endpoints = endpoints;
    }

    /** Returns the address, or null if the endpoint cannot be reached over HTTP. */
    @Nullable String find() {
        String server =
                switch (ManagementPortType.get(this.environment)) {
                    case DISABLED -> null;
                    case SAME -> ServerAddress.ofApplication(this.environment);
                    case DIFFERENT -> ServerAddress.ofManagement(this.environment);
                };
        if (server == null) {
            return null;
        }
        return this.endpoints.stream()
                .map(exposed -> exposed.getPath(ID))
                .filter(Objects::nonNull)
                .findFirst()
                .map(server::concat)
                .orElse(null);
    }
}
