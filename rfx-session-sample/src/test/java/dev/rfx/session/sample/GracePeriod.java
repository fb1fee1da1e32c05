package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.SessionOptions;
import java.time.Duration;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.otlp.OtlpMetricsProperties;

/** The formula of docs/fleet.md: how long a platform has to wait between SIGTERM and SIGKILL. */
final class GracePeriod {

    /** A call that does not return, and its listeners: docs/safety.md. */
    private static final Duration STUCK = Duration.ofSeconds(2);

    /** Beans that are destroyed, recordings that are closed, and the end of the JVM. */
    private static final Duration REST = Duration.ofSeconds(5);

    private GracePeriod() {}

    /** Returns the time with the defaults of all properties. */
    static Duration ofDefaults() {
        OtlpMetricsProperties push = new OtlpMetricsProperties();
        Duration lastPush = push.getConnectTimeout().plus(push.getReadTimeout());
        assertThat(lastPush.plus(REST)).as("the 16 s of the formula").hasSeconds(16);
        return SessionOptions.defaults()
                .stopTimeout()
                .plus(STUCK)
                .plus(new LifecycleProperties().getTimeoutPerShutdownPhase())
                .plus(lastPush)
                .plus(REST);
    }
}
