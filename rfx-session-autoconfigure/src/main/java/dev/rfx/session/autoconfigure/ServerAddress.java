package dev.rfx.session.autoconfigure;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The addresses of an application's web servers, as its properties have them: the classes of Spring
 * Boot that know them are there in web applications only, and differ.
 */
final class ServerAddress {

    private ServerAddress() {}

    /**
     * Returns the address before which the paths of the application come, without a slash at the
     * end; null as long as no server runs, or for one that is not Spring Boot's.
     */
    static @Nullable String ofApplication(Environment environment) {
        return of(
                environment,
                "local.server.port",
                "server.address",
                isSecure(environment, "server.ssl"),
                path(environment, "server.servlet.context-path")
                        + path(environment, "spring.mvc.servlet.path")
                        + path(environment, "spring.webflux.base-path"));
    }

    /** The same of the server for the endpoints, where they have one of their own. */
    static @Nullable String ofManagement(Environment environment) {
        return of(
                environment,
                "local.management.port",
                "management.server.address",
                isSecure(environment, "management.server.ssl", "server.ssl"),
                path(environment, "management.server.base-path"));
    }

    private static @Nullable String of(
            Environment environment, String port, String address, boolean secure, String path) {
        String number = environment.getProperty(port);
        if (number == null) {
            return null;
        }
        InetAddress bound = Binder.get(environment).bind(address, InetAddress.class).orElse(null);
        return (secure ? "https://" : "http://") + host(bound) + ":" + number + path;
    }

    private static String host(@Nullable InetAddress address) {
        if (address == null || address.isAnyLocalAddress() || address.isLoopbackAddress()) {
            return "localhost";
        }
        String host = address.getHostAddress();
        return address instanceof Inet6Address ? "[" + host + "]" : host;
    }

    /**
     * As Spring Boot binds it: the first of these with any property counts, and is on unless it is
     * switched off.
     */
    private static boolean isSecure(Environment environment, String... prefixes) {
        Binder binder = Binder.get(environment);
        for (String ssl : prefixes) {
            if (binder.bind(ssl, Bindable.mapOf(String.class, Object.class)).isBound()) {
                return binder.bind(ssl + ".enabled", Boolean.class).orElse(true);
            }
        }
        return false;
    }

    private static String path(Environment environment, String property) {
        String path = environment.getProperty(property, "");
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
