package dev.rfx.session.page;

import dev.rfx.session.support.Checks;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Settings of the live page. Immutable; begin with {@link #defaults()}.
 *
 * @param path path of the page below the context path of the application; begins with a slash
 * @param maxViewers maximum number of browsers that watch at the same time; 1 to 1000
 * @param commands whether the page accepts commands
 * @param allowedHosts host names, without ports, under which the page accepts commands, in addition
 *     to {@code localhost} and to addresses
 * @since 0.1
 */
public record PageOptions(String path, int maxViewers, boolean commands, Set<String> allowedHosts) {

    private static final PageOptions DEFAULTS = new PageOptions("/rfx", 16, false, Set.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if a value is outside its range
     */
    public PageOptions {
        Checks.require(
                path.matches("/|(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+"),
                "path",
                path,
                "/ or begin with a slash, and not end with one");
        Checks.require(
                maxViewers >= 1 && maxViewers <= 1000, "maxViewers", maxViewers, "1 to 1000");
        for (String host : allowedHosts) {
            Checks.require(
                    host.matches("[A-Za-z0-9._-]+"),
                    "allowedHosts",
                    host,
                    "names of hosts, without scheme and port");
        }
        allowedHosts =
                allowedHosts.stream()
                        .map(host -> host.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** {@return options for a page at {@code /rfx} that accepts no commands} */
    public static PageOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return options with another path}
     *
     * @param path path of the page; begins with a slash
     */
    public PageOptions withPath(String path) {
        return new PageOptions(path, this.maxViewers, this.commands, this.allowedHosts);
    }

    /**
     * {@return options with another bound of viewers}
     *
     * @param maxViewers maximum number of viewers; 1 to 1000
     */
    public PageOptions withMaxViewers(int maxViewers) {
        return new PageOptions(this.path, maxViewers, this.commands, this.allowedHosts);
    }

    /**
     * {@return options that accept or refuse commands}
     *
     * @param commands whether the page accepts commands
     */
    public PageOptions withCommands(boolean commands) {
        return new PageOptions(this.path, this.maxViewers, commands, this.allowedHosts);
    }

    /**
     * {@return options with other names of hosts}
     *
     * @param allowedHosts names under which the page accepts commands, without ports
     */
    public PageOptions withAllowedHosts(Set<String> allowedHosts) {
        return new PageOptions(this.path, this.maxViewers, this.commands, allowedHosts);
    }
}
