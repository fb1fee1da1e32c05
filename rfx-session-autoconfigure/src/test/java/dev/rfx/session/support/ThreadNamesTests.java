package dev.rfx.session.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The names of threads, which the tests of each thread check too. */
class ThreadNamesTests {

    @ParameterizedTest
    @CsvSource({
        "left,             rfx-session-left",
        "rfx-session,      rfx-session",
        "rfx-session-left, rfx-session-left",
        "rfx-sessions,     rfx-session-rfx-sessions",
        "my-rfx-session,   rfx-session-my-rfx-session"
    })
    void prefixIsNotDoubled(String session, String controlThread) {
        assertThat(ThreadNames.of(session, "")).isEqualTo(controlThread);
        assertThat(ThreadNames.of(session, "-events")).isEqualTo(controlThread + "-events");
    }
}
