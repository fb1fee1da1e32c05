package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackOffRestartPolicyTests {

    private static final SessionException FAILURE = failure();

    private final VirtualClock clock = new VirtualClock();
    private final BackOffRestartPolicy policy = policy(4);

    private BackOffRestartPolicy policy(int maxAttempts) {
        RestartOptions options =
                RestartOptions.none()
                        .withMaxAttempts(maxAttempts)
                        .withDelays(Duration.ofMillis(100), 2, Duration.ofMillis(300))
                        .withWindow(Duration.ofSeconds(60));
        return new BackOffRestartPolicy(options, this.clock::nanoTime);
    }

    private static SessionException failure() {
        Session session =
                new Session(
                        new ScriptedRobot(),
                        observation -> {
                            throw new IllegalStateException("boom");
                        },
                        SessionOptions.defaults().withWarmup(Duration.ZERO));
        return catchThrowableOfType(SessionException.class, session::run);
    }

    private @Nullable Duration failAfterSeconds(long seconds) {
        this.clock.advance(Duration.ofSeconds(seconds));
        return this.policy.delayAfter(FAILURE);
    }

    @Test
    void delayGrowsUpToItsLimitUntilTheAttemptsAreUsedUp() {
        assertThat(failAfterSeconds(0)).isEqualTo(Duration.ofMillis(100));
        assertThat(failAfterSeconds(1)).isEqualTo(Duration.ofMillis(200));
        assertThat(failAfterSeconds(1)).isEqualTo(Duration.ofMillis(300));
        assertThat(failAfterSeconds(1)).isEqualTo(Duration.ofMillis(300));
        assertThat(this.policy.attempts()).isEqualTo(4);
        assertThat(failAfterSeconds(1)).isNull();
        assertThat(this.policy.attempts()).isEqualTo(4);
    }

    @Test
    void attemptOutsideTheWindowDoesNotCount() {
        failAfterSeconds(0);
        failAfterSeconds(30);
        failAfterSeconds(1);
        failAfterSeconds(1);
        assertThat(failAfterSeconds(1)).isNull();

        assertThat(failAfterSeconds(28)).as("61 s after the first").isNotNull();
        assertThat(failAfterSeconds(0)).isNull();
    }

    @Test
    void backOffStartsOverWhenNoAttemptIsLeftInTheWindow() {
        failAfterSeconds(0);
        failAfterSeconds(1);

        assertThat(failAfterSeconds(60)).as("one is left").isEqualTo(Duration.ofMillis(300));
        assertThat(failAfterSeconds(61)).isEqualTo(Duration.ofMillis(100));
        this.clock.advance(Duration.ofSeconds(61));
        assertThat(this.policy.attempts()).isZero();
    }
}
