package dev.rfx.session.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageOptionsTests {

    private final PageOptions defaults = PageOptions.defaults();

    @Test
    void pageIsAtRfxAndAcceptsNoCommandsByDefault() {
        assertThat(this.defaults).isEqualTo(new PageOptions("/rfx", 16, false, Set.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/rfx", "/lab/watch-2", "/~robots/v1.0"})
    void pathBeginsWithASlash(String path) {
        assertThat(this.defaults.withPath(path).path()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "rfx", "/rfx/", "//", "/a//b", "/..", "/a/../b", "/{x}", "/*", "/a b"})
    void otherPathsAreRefused(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.defaults.withPath(path))
                .withMessage(
                        "path is %s, but must be / or begin with a slash, and not end with one",
                        path);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1001})
    void viewersAreBounded(int max) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.defaults.withMaxViewers(max))
                .withMessage("maxViewers is %d, but must be 1 to 1000", max);
    }

    @Test
    void hostIsANameInAnyCase() {
        assertThat(this.defaults.withAllowedHosts(Set.of("Robots.Example")).allowedHosts())
                .containsExactly("robots.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "http://robots.example", "robots.example:8080", "[::1]"})
    void otherHostsAreRefused(String host) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.defaults.withAllowedHosts(Set.of(host)))
                .withMessage(
                        "allowedHosts is %s, but must be names of hosts, without scheme and port",
                        host);
    }
}
