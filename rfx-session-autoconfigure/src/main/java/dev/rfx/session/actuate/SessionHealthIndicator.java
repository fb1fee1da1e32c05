package dev.rfx.session.actuate;

import dev.rfx.session.RestartStatus;
import dev.rfx.session.Session;
import dev.rfx.session.SessionSnapshot;
import dev.rfx.session.SessionState;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of a session. UP: it runs, makes progress and is within the thresholds. DOWN: it has
 * failed, is stalled or stuck, or is beyond a threshold; the detail {@code reason} says which.
 * OUT_OF_SERVICE: it does not run. A problem of the recording is a detail and no reason to be DOWN:
 * the robot is as safe without it. A health call never waits for the control thread.
 *
 * @since 0.1
 */
public final class SessionHealthIndicator extends AbstractHealthIndicator {

    private final Session session;
    private final SessionHealthThresholds thresholds;

    /**
     * Creates an indicator.
     *
     * @param session the session
     * @param thresholds the thresholds beyond which the session is DOWN
     */
    public SessionHealthIndicator(Session session, SessionHealthThresholds thresholds) {
        super("Session health check failed");
        this.session = session;
        this.thresholds = thresholds;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        SessionSnapshot snapshot = this.session.snapshot();
        String problem = problem(snapshot);
        if (problem != null) {
            builder.down().withDetail("reason", problem);
        } else if (snapshot.state() == SessionState.RUNNING) {
            builder.up();
        } else {
            builder.outOfService();
        }
        builder.withDetail("state", snapshot.state())
                .withDetail("stepCount", snapshot.stats().iterations())
                .withDetail("rateHz", this.session.options().rateHz())
                .withDetail("actualRateHz", snapshot.actualRateHz())
                .withDetail("overruns", snapshot.stats().overruns())
                .withDetail("windowOverruns", snapshot.windowOverruns())
                .withDetail("windowOverrunRatio", snapshot.windowOverrunRatio())
                .withDetail("p99JitterSeconds", snapshot.stats().p99JitterSeconds())
                .withDetail("engage", snapshot.engage());
        Duration age = snapshot.sinceLastIteration();
        if (age != null) {
            builder.withDetail("lastIterationAgeSeconds", Seconds.seconds(age));
        }
        Map<String, String> policy = this.session.policyDetails();
        if (!policy.isEmpty()) {
            builder.withDetail("policy", policy);
        }
        ThreadDescriptor thread = ThreadDescriptor.of(this.session.threadStatus());
        if (thread != null) {
            builder.withDetail("thread", thread);
        }
        FailureDescriptor failure = FailureDescriptor.of(snapshot.failure());
        if (failure != null) {
            builder.withDetail("failure", failure);
        }
        RestartDescriptor restart = RestartDescriptor.of(snapshot.restart());
        if (restart != null) {
            builder.withDetail("restart", restart);
        }
        RecordingDescriptor recording = RecordingDescriptor.of(this.session.recordingStatus());
        if (recording != null) {
            builder.withDetail("recording", recording);
        }
        Map<String, Object> robot = RobotDetails.of(this.session.readings());
        if (!robot.isEmpty()) {
            builder.withDetail("robot", robot);
        }
    }

    private @Nullable String problem(SessionSnapshot snapshot) {
        if (snapshot.failure() != null) {
            String failed = snapshot.failure().getMessage();
            RestartStatus restart = snapshot.restart();
            return restart == null || restart.startsIn() == null
                    ? failed
                    : "restarting in %d ms, attempt %d of %d, after: %s"
                            .formatted(
                                    restart.startsIn().toMillis(),
                                    restart.attempts(),
                                    restart.maxAttempts(),
                                    failed);
        }
        if (snapshot.state() == SessionState.STUCK) {
            return "stuck: the control thread ignores stop and interrupt";
        }
        if (snapshot.stalled() && snapshot.state() == SessionState.STOPPING) {
            return "stalled: the run has not ended within the stop timeout";
        }
        if (snapshot.stalled()) {
            Duration age = snapshot.sinceLastIteration();
            return "stalled: no iteration was completed for %s ms"
                    .formatted(age == null ? "?" : age.toMillis());
        }
        return snapshot.state() == SessionState.RUNNING ? beyondThreshold(snapshot) : null;
    }

    private @Nullable String beyondThreshold(SessionSnapshot snapshot) {
        Double maxRatio = this.thresholds.maxOverrunRatio();
        if (maxRatio != null && snapshot.windowOverrunRatio() > maxRatio) {
            return String.format(
                    Locale.ROOT,
                    "overrun ratio %.4f is more than %s",
                    snapshot.windowOverrunRatio(),
                    maxRatio);
        }
        Duration maxJitter = this.thresholds.maxP99Jitter();
        double p99Nanos = snapshot.stats().p99JitterSeconds() * 1e9;
        if (maxJitter != null && p99Nanos > maxJitter.toNanos()) {
            return String.format(
                    Locale.ROOT,
                    "p99 jitter %.3f ms is more than %s ms",
                    p99Nanos / 1e6,
                    maxJitter.toNanos() / 1e6);
        }
        return null;
    }
}
