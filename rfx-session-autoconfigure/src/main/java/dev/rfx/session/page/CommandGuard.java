package dev.rfx.session.page;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Accepts commands from the page itself only. A page elsewhere is refused by its origin. A page
 * whose name an attacker has pointed to this machine (DNS rebinding) has the right origin, and is
 * refused by its host: an attacker can make any name, but no address and no name of the operator.
 */
final class CommandGuard {

    private static final String IPV4 = "\\d{1,3}(\\.\\d{1,3}){3}";

    private final Set<String> allowedHosts;

    CommandGuard(Set<String> allowedHosts) {
        this.allowedHosts = allowedHosts;
    }

    /**
     * Returns why a command is refused, or null if it is accepted.
     *
     * @param target URI of the request, as the client sees it
     * @param origins values of the header {@code Origin}. Every browser sends it with a command,
     *     and no script can set it
     * @param fetchSites values of the header {@code Sec-Fetch-Site}, which most browsers send
     */
    @Nullable String refusal(URI target, List<String> origins, List<String> fetchSites) {
        if (origins.size() != 1) {
            return "The page accepts commands of browsers only, which send one header Origin."
                    + " Programs send commands to the actuator endpoint rfxsession";
        }
        String origin = origins.get(0);
        if (!origin.equalsIgnoreCase(originOf(target)) || !isFromPage(fetchSites)) {
            return ("The command comes from a page of %s, but only the page of %s may send it. If"
                            + " both are the same behind a proxy, set"
                            + " server.forward-headers-strategy")
                    .formatted(origin, originOf(target));
        }
        return isAllowed(target.getHost())
                ? null
                : ("The page accepts no commands under the host name '%s'. If it is a name of this"
                                + " machine, add it to rfx.session.page.allowed-hosts")
                        .formatted(target.getHost());
    }

    private static boolean isFromPage(List<String> fetchSites) {
        return fetchSites.isEmpty() || fetchSites.equals(List.of("same-origin"));
    }

    /** Returns the origin as a browser writes it: without the default port of the scheme. */
    private static String originOf(URI target) {
        int defaultPort = "https".equalsIgnoreCase(target.getScheme()) ? 443 : 80;
        int port = target.getPort() == defaultPort ? -1 : target.getPort();
        try {
            return new URI(target.getScheme(), null, target.getHost(), port, null, null, null)
                    .toString();
        } catch (URISyntaxException ex) {
            return target.toString(); // equals no origin
        }
    }

    private boolean isAllowed(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.startsWith("[")
                || name.matches(IPV4)
                || this.allowedHosts.contains(name);
    }
}
