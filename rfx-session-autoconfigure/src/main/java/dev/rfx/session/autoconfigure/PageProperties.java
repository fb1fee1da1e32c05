package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;

import dev.rfx.session.page.PageOptions;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Configures the live page.
 *
 * @param enabled Whether the application has a live page of its sessions.
 * @param path Path of the page below the context path; begins with a slash.
 * @param maxViewers Maximum number of browsers that watch at the same time; 1 to 1000.
 * @param commands Whether the page accepts commands: buttons that stop and start the sessions.
 * @param allowedHosts Host names under which the page accepts commands, without ports. Always
 *     allowed are localhost and IP addresses.
 */
@ConfigurationProperties("rfx.session.page")
record PageProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("/rfx") String path,
        @DefaultValue("16") int maxViewers,
        @DefaultValue("false") boolean commands,
        @DefaultValue Set<String> allowedHosts) {

    PageOptions toOptions() {
        PageOptions options = PageOptions.defaults().withCommands(this.commands);
        options = checked("page.path", this.path, options::withPath);
        options = checked("page.max-viewers", this.maxViewers, options::withMaxViewers);
        return checked("page.allowed-hosts", this.allowedHosts, options::withAllowedHosts);
    }
}
