package dev.rfx.session.page;

import java.net.URI;
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
    private static final String IPV6 = "\\[[0-9a-f:.]+]";

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
        return isAllowed(hostOf(target))
                ? null
                : ("The page accepts no commands under the host name '%s'. If it is a name of this"
                                + " machine, add it to rfx.session.page.allowed-hosts")
                        .formatted(hostOf(target));
    }

    /**
     * {@return whether a page elsewhere asks for the frames} It may not read them, but would take
     * the places of viewers.
     *
     * @param fetchSites values of the header {@code Sec-Fetch-Site}
     */
    static boolean isFromAnotherSite(List<String> fetchSites) {
        return fetchSites.contains("cross-site");
    }

    private static boolean isFromPage(List<String> fetchSites) {
        return fetchSites.isEmpty() || fetchSites.equals(List.of("same-origin"));
    }

    /** Returns the origin as a browser writes it: without the default port of the scheme. */
    private static String originOf(URI target) {
        String host = hostOf(target);
        String port = String.valueOf(target.getRawAuthority()).substring(host.length());
        String defaultPort = "https".equalsIgnoreCase(target.getScheme()) ? ":443" : ":80";
        return target.getScheme() + "://" + host + (port.equals(defaultPort) ? "" : port);
    }

    /** Unlike the host of a URI, it may have an underscore, as the names of containers do. */
    private static String hostOf(URI target) {
        return String.valueOf(target.getRawAuthority()).replaceFirst(":\\d*$", "");
    }

    private boolean isAllowed(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.matches(IPV6)
                || name.matches(IPV4)
                || this.allowedHosts.contains(name);
    }
}
