package dev.rfx.session.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandGuardTests {

    private static final List<String> SAME = List.of("same-origin");

    private final CommandGuard guard = new CommandGuard(Set.of("robots.example", "left_arm"));

    private String refusal(String page, String origin, List<String> fetchSites) {
        URI target = URI.create(page + "/rfx/commands/STOP/arm");
        return this.guard.refusal(target, List.of(origin), fetchSites);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, http://localhost:8080",
        "http://LOCALHOST:8080, http://localhost:8080",
        "http://left.localhost, http://left.localhost",
        "http://127.0.0.1:8080, http://127.0.0.1:8080",
        "http://192.168.1.20, http://192.168.1.20",
        "http://[::1]:8080, http://[::1]:8080",
        "http://robots.example:80, http://robots.example",
        "https://robots.example:443, https://robots.example",
        "http://left_arm:8080, http://left_arm:8080",
        "http://left_arm:80, http://left_arm"
    })
    void pageItselfCommandsUnderAnExpectedHost(String page, String origin) {
        assertThat(refusal(page, origin, SAME)).isNull();
        assertThat(refusal(page, origin, List.of())).as("a browser without the header").isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "http://localhost:9090",
                "https://localhost:8080",
                "http://127.0.0.1:8080",
                "http://localhost:8080.evil.example",
                "null",
                ""
            })
    void pageElsewhereDoesNot(String origin) {
        assertThat(refusal("http://localhost:8080", origin, SAME))
                .isEqualTo(
                        ("The command comes from a page of %s, but only the page of"
                                        + " http://localhost:8080 may send it. If both are the same"
                                        + " behind a proxy, set server.forward-headers-strategy")
                                .formatted(origin));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "none", ""})
    void browserThatNamesAnotherSiteIsRefused(String site) {
        assertThat(refusal("http://localhost", "http://localhost", List.of(site))).isNotNull();
        assertThat(refusal("http://localhost", "http://localhost", List.of("same-origin", site)))
                .isNotNull();
    }

    /** DNS rebinding: the name of the attacker's page has become a name of this machine. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example:8080",
                "http://robots.example.evil.example",
                "http://127.0.0.1.evil.example",
                "http://localhost.evil.example",
                "http://localhost.",
                "http://evil_example",
                "http://robot"
            })
    void hostThatIsNotExpectedIsRefused(String page) {
        String host = URI.create(page).getRawAuthority().replace(":8080", "");
        assertThat(refusal(page, page, SAME))
                .isEqualTo(
                        ("The page accepts no commands under the host name '%s'. If it is a name of"
                                        + " this machine, add it to rfx.session.page.allowed-hosts")
                                .formatted(host));
    }

    /** The user of an address is no host. */
    @Test
    void hostBehindAUserIsRefused() {
        String page = "http://evil.example@localhost";
        assertThat(refusal(page, page, SAME)).isNotNull();
        assertThat(refusal(page, "http://localhost", SAME)).isNotNull();
    }

    @Test
    void requestWithoutOrWithTwoOriginsIsRefused() {
        URI target = URI.create("http://localhost/rfx/commands/STOP");

        assertThat(this.guard.refusal(target, List.of(), List.of()))
                .isEqualTo(
                        "The page accepts commands of browsers only, which send one header Origin."
                                + " Programs send commands to the actuator endpoint rfxsession");
        assertThat(
                        this.guard.refusal(
                                target, List.of("http://localhost", "http://evil.example"), SAME))
                .isNotNull();
    }
}
